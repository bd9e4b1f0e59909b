"""Twenty kinds of defects, planted in a copy of notes and templates: the desk shows each of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from desks import Opened, opened, rewrite

CARDS = "examples/identity-cards.yaml"
DAY = "examples/national-day.yaml"
CREATED = "notifications/profile-created.md"
LINK = "notifications/activation-link.md"
CODE = "notifications/activation-code.md"


@dataclass(frozen=True, slots=True)
class Defect:
    """What is written instead of what; the page that shows it, and words of the remark that says so."""

    file: str
    right: str
    wrong: str
    page: str
    words: str


def text(language: str, name: str, right: str, wrong: str, words: str) -> Defect:
    return Defect(f"templates/{language}/{name}", right, wrong, f"/en/templates/{language}/{name}", words)


PLANTED = {
    "a date of one language": Defect(
        CARDS, "12 oktober 2026", "13 oktober 2026", "/en/notes/1", "13 oktober 2026"
    ),
    "a number of one language": Defect(CARDS, "binnen 15 dagen", "binnen 25 dagen", "/en/notes/1", "“25”"),
    "an item left out": Defect(
        CARDS,
        "    - eine Kopie",
        "      eine Kopie",
        "/en/notes/1",
        "Number of list items",
    ),
    "an address of one language": Defect(
        CARDS,
        "unter der Adresse [cartes@protocole.example.org](mailto:cartes@protocole.example.org)",
        "unter der Adresse [karten@protocole.example.org](mailto:karten@protocole.example.org)",
        "/en/notes/1",
        "karten@protocole.example.org",
    ),
    "a weekday that does not match": Defect(
        DAY, "mardi 21 juillet", "lundi 21 juillet", "/en/notes/2", "The weekday does not match"
    ),
    "a space too many": Defect(
        DAY, "de ville pour", "de ville , pour", "/en/notes/2", "There is a space before"
    ),
    "a word twice in a row": Defect(
        DAY, "accéder au périmètre", "accéder au au périmètre", "/en/notes/2", "twice in a row"
    ),
    "a capital without its accent": Defect(
        DAY, "Les autres véhicules", "A partir de 8 h, les autres véhicules", "/en/notes/2", "lacks an accent"
    ),
    "an ordinal": Defect(DAY, "2^e^", "2ème", "/en/notes/2", "is not abbreviated"),
    "an item that ends wrongly": Defect(
        DAY, "auxquelles ils assisteront ;", "auxquelles ils assisteront", "/en/notes/2", "does not end in"
    ),
    "a word that does not exist": text(
        "fr", CREATED, "{{ service }}", "{{ servce }}", "“servce” is not a word"
    ),
    "a heading left out": text("nl", CREATED, "## ", "", "another kind of passage"),
    "the link left out": text("nl", LINK, "<{{ link }}>", "", "does not use the word “link”"),
    "a step left out": text("de", LINK, "2. Öffnen", "Öffnen", "missing"),
    "a head that begins wrongly": text("fr", LINK, "Subject:", "Sujet:", "cannot be read"),
    "an open brace": text("de", CODE, "{{ name }}", "{{ name }", "cannot be read"),
    "a condition left out": text("nl", CODE, "{% if valid_days %}\n", "", "cannot be read"),
    "an entry that is empty": text("de", "language.toml", 'draft = "ENTWURF"', 'draft = ""', "is empty"),
    "a slot that is mistyped": text(
        "nl", "messages/note.toml", "datum in “{found}”", "datum in “{fonud}”", "{fonud} does not stand"
    ),
    "a source that has changed": Defect(
        f"templates/en/{CREATED}",
        "A second message",
        "A third message",
        f"/en/templates/de/{CREATED}",
        "has changed since this was translated",
    ),
}


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk with all of them."""
    with opened(tmp_path_factory.mktemp("spoilt")) as desk:
        for defect in PLANTED.values():
            rewrite(desk.templates.parent / defect.file, defect.right, defect.wrong)
        yield desk


def remarks(page: str) -> list[str]:
    """What the page remarks, without markup."""
    found = re.findall(r'<span class="severity \w+">.*?</li>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_defect_is_shown_on_its_page(spoilt: Opened, name: str) -> None:
    defect = PLANTED[name]
    assert [each for each in remarks(spoilt.get(defect.page).text) if defect.words in each] != []


def test_a_defect_of_a_text_is_shown_in_its_passage(spoilt: Opened) -> None:
    page = spoilt.get(f"/en/templates/de/{LINK}").text
    assert re.search(r'class="cell found" id="passage-\d+"', page)


def test_twenty_kinds_are_planted() -> None:
    assert len(PLANTED) == 20
