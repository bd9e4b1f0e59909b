"""Files of leaflets: which keys each kind takes, what every language must have, and how that is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import refusals
from leaflets import CARD, GUIDE, leaflet, written

from notegen.domain.language import Language
from notegen.domain.outline import OUTLINES, Part, is_leaflet
from notegen.errors import NoteFileError
from notegen.reading.leaflet_form import leaflet_form
from notegen.reading.note_file import leaflet_schema, read_manuscript, read_note

Languages = Mapping[str, Language]
LEAFLETS = [kind for kind in OUTLINES if is_leaflet(kind)]


def refusal(folder: Path, languages: Languages, text: str) -> str:
    path = written(folder, text)
    return refusals.refusal(folder, lambda: read_manuscript(path, languages))


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_card_is_read_with_its_number_and_its_steps(tmp_path: Path) -> None:
    card = leaflet(written(tmp_path, CARD))
    assert (card.document, card.card, card.dated) == ("reference-card", 3, date(2026, 5, 4))
    assert [step["fr"].body.strip() for step in card.steps] == [
        "Ouvrez le [registre](link:register).",
        "Fermez-le.",
    ]
    assert card.steps[0]["fr"].place.line == 17


def test_a_guide_is_read_with_its_questions(tmp_path: Path) -> None:
    guide = leaflet(written(tmp_path, GUIDE))
    assert [len(question.steps) for question in guide.questions] == [2, 1]
    assert [picture.icon for picture in guide.strip] == ["scan", "send"]


@pytest.mark.parametrize("kind", LEAFLETS)
def test_the_outline_decides_which_keys_a_kind_takes_and_needs(kind: str) -> None:
    parts = {each.part.value: each.obligatory for each in OUTLINES[kind]}
    drawn = {Part.LETTERHEAD.value, Part.ADDRESSES.value}
    shared = {"document", "issued", "updated", "languages", "links", "accepted"}
    fields = leaflet_form(kind).model_fields
    assert set(fields) == shared | (parts.keys() - drawn)
    assert {key for key in fields if key in parts and fields[key].is_required()} == {
        key for key, obligatory in parts.items() if obligatory and key not in drawn
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed(CARD, "card: 3\n", ""), "leaflet.yaml:1:1: the key 'card' is missing."),
        (changed(CARD, "card: 3", "place: brussels"), "leaflet.yaml:2:1: unknown key 'place'."),
        (changed(CARD, "card: 3", "card: three"), "leaflet.yaml:2:7: 'card' must be a whole number."),
        (changed(CARD, "steps:", "stepps:"), "leaflet.yaml:13:1: unknown key 'stepps'. Did you mean"),
        (changed(CARD, ", fr: Fermez-le.", ""), "leaflet.yaml:18:5: there is no text in 'fr'."),
        (changed(CARD, ", fr: Un titre", ""), "leaflet.yaml:5:1: there is no text in 'fr'."),
        (changed(CARD, "Open the", "# Open the"), "leaflet.yaml:15:7: a heading stands in a text."),
        (changed(CARD, "Open the [register]", "Open the [register](#) [it]"), "leaflet.yaml:15:16: the link"),
        (changed(CARD, "about[^1]", "about[^2]"), "leaflet.yaml:10:21: the footnote [^2] is called and not"),
        (changed(CARD, "about[^1]", "about"), "leaflet.yaml:20:10: no text in 'en' calls this footnote."),
        (changed(CARD, "Close it.", "'Close it[^1].'"), "leaflet.yaml:18:18: the footnote [^1] is called a"),
        (changed(CARD, "issued: 2026-05-04", "issued: 2026-05-04\nupdated: 2026-05-03"), "lies before"),
        (changed(CARD, "[en, fr]", "[en, xx]"), "leaflet.yaml:4:17: 'xx' is no known language."),
        (changed(GUIDE, "icon: send", "icon: sent"), "'icon' cannot be used"),
        (changed(GUIDE, "questions:", "card: 3\nquestions:"), "unknown key 'card'."),
        (CARD + "  - {en: 2., fr: 2.}\n  - {en: 3., fr: 3.}\n", "'footnotes' has too many entries."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_and_column(
    tmp_path: Path, languages: Languages, text: str, told: str
) -> None:
    assert told in refusal(tmp_path, languages, text)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, languages: Languages) -> None:
    text = changed(CARD, ", fr: Fermez-le.", "").replace("about[^1]", "about[^4]")
    assert len(refusal(tmp_path, languages, text).splitlines()) == 3


def test_a_link_that_no_text_uses_and_a_language_that_is_not_printed_are_warned_about(
    tmp_path: Path, languages: Languages
) -> None:
    text = changed(CARD, "[en, fr]", "[en]").replace("[register](link:register)", "register")
    _, warnings = read_manuscript(written(tmp_path, text), languages)
    assert {problem.code for problem in warnings} == {"note-link-unused", "note-version-unused"}


def test_a_leaflet_is_not_taken_for_a_note(tmp_path: Path, languages: Languages) -> None:
    with pytest.raises(NoteFileError, match="a reference-card is no note"):
        read_note(written(tmp_path, CARD), languages)


@pytest.mark.parametrize("kind", LEAFLETS)
def test_the_schema_of_a_leaflet_explains_every_key(root: Path, kind: str) -> None:
    schema = leaflet_schema(kind)
    models = [schema, *schema["$defs"].values()]
    assert all(key.get("description") for model in models for key in model["properties"].values())
    assert all(model["additionalProperties"] is False for model in models)
    shipped = (root / "examples" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == json.loads(json.dumps(schema))
