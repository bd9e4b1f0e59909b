"""The printed leaflet: its parts, its pages, its structure, and the same bytes from the same input."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from leaflets import CARD, GUIDE, composed, example, leaflet, written
from verapdf import verapdf
from verbal_notes import LANGUAGES, SENDER, TEMPLATES, texts

from notegen.domain.outline import OUTLINES, PAGES, Part, is_leaflet
from notegen.errors import NoteFileError, RenderingError
from notegen.rendering.archive import embedded_files, read_archive
from notegen.rendering.leaflet import compose_leaflet
from notegen.rendering.pdf import PdfWriter

ALL = ("fr", "nl", "en", "de")
LEAFLETS = {"reference-card": "bis-card", "step-guide": "employer-guide"}


@pytest.fixture(scope="module")
def writer() -> PdfWriter:
    return PdfWriter()


def elements(pdf: bytes) -> list[tuple[str, str, str]]:
    """Kind, description and language of every structure element, in reading order."""
    opened = pikepdf.open(io.BytesIO(pdf))
    stack = [opened.Root.StructTreeRoot.K[0]]
    found = []
    while stack:
        element = stack.pop()
        told = (str(element.get(key, "")) for key in ("/S", "/Alt", "/Lang"))
        found.append(tuple(told))
        kids = element.get("/K", [])
        kids = kids if isinstance(kids, pikepdf.Array) else [kids]
        stack += [kid for kid in reversed(list(kids)) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return found


def page_texts(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "leaflet.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [re.sub(r"[ \u00a0\u202f\u2003]+", " ", page) for page in text.split("\f")[:-1]]


def test_every_kind_of_leaflet_has_an_example_and_a_limit() -> None:
    assert {kind for kind in OUTLINES if is_leaflet(kind)} == LEAFLETS.keys() == PAGES.keys()


@pytest.mark.parametrize(
    ("code", "label", "mention"),
    [
        ("fr", "Étape 1\u00a0:", "Voir aussi la fiche n°\u00a07\u00a0: «\u00a0Retrouver un numéro existant"),
        ("nl", "Stap 1:", "Zie ook kaart nr.\u00a07: “Een bestaand nummer terugvinden”."),
        ("en", "Step 1:", "See also card No\u00a07: ‘Finding an existing number’."),
        ("de", "Schritt 1:", "Siehe auch Merkblatt Nr.\u00a07: „Eine vorhandene Nummer wiederfinden“."),
    ],
)  # fmt: skip
def test_a_card_numbers_its_steps_and_mentions_others_in_its_language(
    code: str, label: str, mention: str
) -> None:
    html = composed(example("bis-card"), only=[code]).sections[0].html
    assert f"list-style-type: '{label}\\2003'" in html
    assert mention in html


def test_the_web_addresses_of_a_card_are_listed_once_under_the_words_that_carry_them(tmp_path: Path) -> None:
    text = CARD.replace(
        "Close it.", "'Close the [register](link:register) and write to <mailto:a@example.org>.'"
    )
    (section, _) = texts(composed(leaflet(written(tmp_path, text))))
    assert section.partition("Web addresses")[2].split() == ["Register", "example.org/en"]


ORDER = {
    "reference-card": (
        'class="letterhead"', "Reference card No", "<h1>", 'class="intro"', 'class="steps"',
        'class="remarks"', 'class="see"', 'class="addresses"',
    ),
    "step-guide": (
        'class="letterhead"', "<h1>", 'class="intro"', 'class="strip"', 'class="steps"', 'class="tip"',
        'class="statuses"', 'class="addresses"',
    ),
}  # fmt: skip
"""What begins each part on the page; footnotes stand where they are called and are printed at the foot."""


@pytest.mark.parametrize("kind", LEAFLETS)
def test_the_parts_of_a_leaflet_stand_in_the_order_of_its_outline(kind: str) -> None:
    html = composed(example(LEAFLETS[kind]), only=["en"]).sections[0].html
    places = [html.index(beginning) for beginning in ORDER[kind]]
    assert places == sorted(places)
    assert len(places) == len([each for each in OUTLINES[kind] if each.part is not Part.FOOTNOTES])


def test_words_that_look_like_looks_stay_words(tmp_path: Path) -> None:
    text = CARD.replace("{en: Close it.", "{en: \"Type `list-style-type: 'x` <b>, `\\\\2003'`.\"")
    html = composed(leaflet(written(tmp_path, text))).sections[0].html
    assert "<code>list-style-type: 'x</code> &lt;b&gt;" in html


def test_the_version_of_a_leaflet_is_its_last_date(tmp_path: Path) -> None:
    card = leaflet(written(tmp_path, CARD))
    assert "Version of 4 May 2026" in texts(composed(card))[0]
    assert "Version of 1 June 2026" in texts(composed(replace(card, updated=date(2026, 6, 1))))[0]


def test_the_steps_of_a_guide_are_numbered_through(tmp_path: Path) -> None:
    html = composed(leaflet(written(tmp_path, GUIDE))).sections[0].html
    assert re.findall(r"list-style-type: '(\d+)", html) == ["01", "02", "03"]


def test_what_is_not_written_leaves_no_trace(tmp_path: Path) -> None:
    (guide,) = texts(composed(leaflet(written(tmp_path, GUIDE))))
    assert not any(word in guide for word in ("Tip", "status", "Web addresses"))


def test_values_are_text_and_never_markup(tmp_path: Path) -> None:
    text = CARD.replace("en: A title", "en: '<b>A</b> & B'").replace("Close it.", "<script>x</script>")
    html = composed(leaflet(written(tmp_path, text))).sections[0].html
    assert "&lt;b&gt;A&lt;/b&gt; &amp; B" in html
    assert "<script" not in html


@pytest.mark.tools("pdftoppm")
def test_a_card_takes_one_page_a_language_and_stars_call_its_footnotes(
    tmp_path: Path, writer: PdfWriter
) -> None:
    pages = page_texts(writer.write(composed(example("bis-card"))), tmp_path)
    assert len(pages) == len(ALL)
    french = pages[0]
    assert "numéro BIS* ." in french or "numéro BIS*." in french
    assert re.search(r"^\s*\* Numéro d’identification", french, re.MULTILINE)
    assert re.search(r"^\s*\*\* Passeport", french, re.MULTILINE)
    assert [re.search(r"\b1/\d", page) for page in pages] == [None] * 4


def test_the_structure_of_a_guide_names_lists_headings_figures_and_languages(writer: PdfWriter) -> None:
    found = elements(writer.write(composed(example("employer-guide"))))
    assert [tag for kind, _, tag in found if kind == "/Sect"] == ["fr-BE", "nl-BE", "en-GB", "de-BE"]
    figures = [text for kind, text, _ in found if kind == "/Figure"]
    assert len(figures) == 16
    assert "Een papieren vliegtuigje" in figures
    kinds = [kind for kind, _, _ in found]
    assert kinds.count("/H1") == 4
    assert kinds.count("/Lbl") == 4 * 6
    assert kinds.count("/TH") == 4 * 6


def test_a_card_marks_its_footnotes_as_notes(writer: PdfWriter) -> None:
    found = elements(writer.write(composed(example("bis-card"), only=["en"])))
    assert [kind for kind, _, _ in found].count("/Note") == 2


@pytest.mark.tools("java")
def test_leaflets_are_pdf_a_3a_and_pdf_ua_1_by_verapdf(tmp_path: Path, writer: PdfWriter) -> None:
    small = [leaflet(written(tmp_path, text)) for text in (CARD, GUIDE)]
    given = [*(example(name) for name in LEAFLETS.values()), *small]
    paths = [tmp_path / f"{number}.pdf" for number in range(len(given))]
    for path, each in zip(paths, given, strict=True):
        path.write_bytes(writer.write(composed(each, draft=each in small)))
    verdicts = verapdf(paths)
    assert len(verdicts) == 2 * len(paths)
    assert {key: broken for key, broken in verdicts.items() if broken} == {}


def test_the_same_leaflet_gives_the_same_bytes_and_carries_its_source(writer: PdfWriter) -> None:
    card = example("bis-card")
    pdf = PdfWriter().write(composed(card))
    assert writer.write(composed(card)) == pdf
    source = next(file for file in embedded_files(pdf) if file.relationship == "Source")
    assert (source.name, source.content) == ("bis-card.yaml", card.source)
    assert read_archive(pdf).languages == ALL


def steps_until_full(tmp_path: Path, lines: int) -> str:
    more = "".join(f"  - {{en: Step {n}., fr: Étape {n}.}}\n" for n in range(lines))
    return CARD.replace("footnotes:", f"{more}footnotes:")


def test_a_card_that_is_too_long_is_refused_and_told_by_how_much(tmp_path: Path, writer: PdfWriter) -> None:
    short, long = (leaflet(written(tmp_path, steps_until_full(tmp_path, n))) for n in (12, 40))
    assert writer.overflows(composed(short)) == ()
    english, french = writer.overflows(composed(long))
    assert (english.language, french.language, english.pages) == ("en", "fr", 1)
    with pytest.raises(
        RenderingError, match=r"the section in en-GB is \d+ mm \(\d+ lines\) too long for one page"
    ):
        writer.write(composed(long))


def test_taking_out_what_is_too_long_makes_a_card_fit(tmp_path: Path, writer: PdfWriter) -> None:
    """The millimetres are exact: a step more is a step's height more."""
    over = {
        n: writer.overflows(composed(leaflet(written(tmp_path, steps_until_full(tmp_path, n))), only=["en"]))
        for n in range(18, 30)
    }
    heights = [found[0].millimetres for found in over.values() if found]
    assert len(heights) > 5
    assert {b - a for a, b in pairwise(heights[1:])} <= {8, 9}


def test_a_section_that_fits_is_not_blamed_for_another(tmp_path: Path, writer: PdfWriter) -> None:
    long = " ".join(["Ceci n'en finit pas."] * 300)
    text = CARD.replace("Fermez-le.", long)
    (found,) = writer.overflows(composed(leaflet(written(tmp_path, text))))
    assert found.language == "fr"


@pytest.mark.parametrize("step", ["- one\\n- two", "![x](https://example.org/x.png)"])
def test_a_step_begins_with_a_sentence_and_shows_no_picture(tmp_path: Path, step: str) -> None:
    text = CARD.replace("{en: Close it.", f'{{en: "{step}"')
    with pytest.raises(NoteFileError, match=r"leaflet\.yaml:18:10: (a picture|the step)"):
        composed(leaflet(written(tmp_path, text)))


def test_a_fixed_letterhead_heads_every_section_in_its_own_language(tmp_path: Path) -> None:
    sender = replace(SENDER, fixed="fr")

    card = leaflet(written(tmp_path, CARD))
    english, _ = compose_leaflet(card, LANGUAGES, TEMPLATES, sender, draft=False).sections
    assert '<p class="state" lang="fr-BE">Royaume de Belgique' in english.html
