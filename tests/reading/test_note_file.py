"""Note files: what a note must have, what must agree in it, and how an author is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import refusals

from notegen.domain.language import Language
from notegen.domain.note import VerbalNote
from notegen.domain.problem import Problem
from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import NoteFileError, TemplateError
from notegen.reading.addressee_file import read_addressees
from notegen.reading.note_file import addressees_schema, note_schema, read_note, starter

NOTE = """\
reference: P0.0/PRO.3143/17.06.2021/CARTES/5
issued: 2021-06-17
place: brussels
addressee: missions
languages: [fr, nl]
title: {fr: Cartes, nl: Kaarten}
body:
  fr: |
    porter à leur connaissance un fait.
  nl: |
    om hen een feit mee te delen.
"""
Languages = Mapping[str, Language]


def written(folder: Path, text: str = NOTE, name: str = "note.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    assert old in NOTE
    return NOTE.replace(old, new)


def read(folder: Path, languages: Languages, text: str = NOTE) -> tuple[VerbalNote, tuple[Problem, ...]]:
    return read_note(written(folder, text), languages)


def refusal(folder: Path, languages: Languages, text: str) -> str:
    path = written(folder, text)
    return refusals.refusal(folder, lambda: read_note(path, languages))


def test_a_note_is_read_with_its_languages_in_document_order(tmp_path: Path, languages: Languages) -> None:
    note, warnings = read(tmp_path, languages, changed("[fr, nl]", "[nl, fr]"))
    assert note.reference == ReferenceNumber("P0.0", "PRO.3143", date(2021, 6, 17), "CARTES", 5)
    assert note.languages == ("nl", "fr")
    assert note.versions[1].title == "Cartes"
    assert note.addressee.forms["fr"].opening == "aux missions diplomatiques établies en Belgique"
    assert note.source == (tmp_path / "note.yaml").read_bytes()
    assert warnings == ()


def test_a_body_knows_the_line_that_it_stands_in(tmp_path: Path, languages: Languages) -> None:
    note, _ = read(tmp_path, languages)
    assert str(note.versions[0].at(1, 8)) == f"{tmp_path}/note.yaml:9:12"


def test_a_reference_in_parts_asks_for_a_number(tmp_path: Path, languages: Languages) -> None:
    parts = "reference: {unit: P0.0, file: PRO.3143, topic: CARTES}"
    note, _ = read(tmp_path, languages, changed("reference: P0.0/PRO.3143/17.06.2021/CARTES/5", parts))
    assert note.reference == ReferenceRequest("P0.0", "PRO.3143", "CARTES")


def test_the_letter_o_in_a_unit_is_read_as_zero_and_warned_about(
    tmp_path: Path, languages: Languages
) -> None:
    text = changed("P0.0/", "PO.0/").replace("un fait", "la note PO.0/PRO.1/01.02.2020/X/1")
    note, warnings = read(tmp_path, languages, text.replace("een feit", "de nota P0.0/PRO.1/01.02.2020/X/1"))
    assert str(note.reference).startswith("P0.0/")
    assert "P0.0/PRO.1/01.02.2020/X/1" in note.versions[0].body
    assert [(w.code, w.place.line) for w in warnings] == [("note-letter-o", 1), ("note-letter-o", 9)]


def test_a_citation_that_cannot_be_a_reference_is_refused(tmp_path: Path, languages: Languages) -> None:
    text = changed("un fait", "la note P0.0/PRO.1/31.02.2020/X/1")
    message = refusal(tmp_path, languages, text)
    assert "note.yaml:9:40: P0.0/PRO.1/31.02.2020/X/1 cannot be a reference." in message


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("place: brussels", "place: brusels", "3:8", "Did you mean 'brussels'"),
        ("addressee: missions", "addressee: mission", "4:12", "Did you mean 'missions'"),
        ("title:", "titel:", "6:1", "unknown key 'titel'. Did you mean 'title'?"),
        ("issued: 2021-06-17", "issued: 17/06/2021", "2:9", "no date of the calendar"),
        ("issued: 2021-06-17", "issued: 2021-02-30", "2:9", "no date of the calendar"),
        ("issued: 2021-06-17", "issued: 20210617", "2:9", "no date of the calendar"),
        ("issued: 2021-06-17", "issued: 2021-06-18", "2:9", "the reference says 17.06.2021"),
        ("issued: 2021-06-17", "issued: 2021-06-17\nupdated: 2021-06-16", "3:10", "lies before issued"),
        ("issued: 2021-06-17", "issued:", "2:1", "'issued' has no value"),
        ("issued: 2021-06-17\n", "", "1:1", "the key 'issued' is missing"),
        ("[fr, nl]", "[fr, nk]", "5:17", "Known here: de, en, fr, nl."),
        ("[fr, nl]", "[fr, fr, nl]", "5:17", "stands here twice"),
        ("[fr, nl]", "[]", "5:12", "must not be empty"),
        ("[fr, nl]", "fr", "5:12", "must be a list"),
        ("[fr, nl]", "[fr, nl, en]", "7:1", "there is no body in 'en'"),
        ("[fr, nl]", "[fr, nl]\nauthoritative: [en]", "6:17", "no language of this note"),
        ("nl: Kaarten", "nl: ''", "6:25", "the text is empty"),
        (", nl: Kaarten", "", "6:1", "there is no title in 'nl'"),
        ("CARTES/5", "CARTES/0", "1:12", "whole number from 1"),
        ("CARTES/5", "CARTES", "1:12", "five parts"),
        ("17.06.2021/", "31.06.2021/", "1:12", "no day '31.06.2021'"),
        ("un fait", "un [fait](#)", "9:35", "leads nowhere"),
        ("un fait", "un [fait]()", "9:35", "has no address"),
        ("un fait", "un [fait](link:x)", "9:35", "not among the note's links"),
        ("un fait", "un [fait](javascript:alert(1))", "9:35", "cannot be followed"),
        ("un fait", "un [fait](page.html)", "9:35", "cannot be followed"),
        ("un fait", "un ![fait](https://example.org/a.png)", "9:35", "a picture"),
        ("body:", "links: {a: {fr: https://example.org}}\nbody:", "7:9", "no address in 'nl'"),
        ("body:", "links: {a: {fr: '#', nl: https://example.org}}\nbody:", "7:17", "leads nowhere"),
        (
            "body:",
            "links: {a b: {fr: https://a.be, nl: https://a.be}}\nbody:",
            "7:9",
            "cannot stand in a link",
        ),
        ("body:", "annex: {roster: absent.xlsx}\nbody:", "7:17", "there is no file"),
        ("body:", "enclosures: [{title: {fr: A}}]\nbody:", "7:22", "no title in 'nl'"),
        ("body:", "enclosures: [{titel: {fr: A}}]\nbody:", "7:15", "Did you mean 'title'"),
        ("body:", "document: ../x\nbody:", "7:11", "may hold small letters"),
        ("P0.0/PRO.3143/17.06.2021/CARTES/5", "{unit: p, file: A, topic: B}", "1:12", "the unit"),
        (
            "P0.0/PRO.3143/17.06.2021/CARTES/5",
            "{unit: P0.0, fil: A, topic: B}",
            "1:25",
            "Did you mean 'file'",
        ),
        ("P0.0/PRO.3143/17.06.2021/CARTES/5", "[a]", "1:12", "must be a text"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, languages: Languages, old: str, new: str, place: str, words: str
) -> None:
    lines = refusal(tmp_path, languages, changed(old, new)).splitlines()
    assert [line for line in lines if line.startswith(f"note.yaml:{place}: ") and words in line]


@pytest.mark.parametrize("escape", ["\\x07", "\\0", "\\x85", "\\r"])
def test_a_control_character_is_refused_however_it_is_written(
    tmp_path: Path, languages: Languages, escape: str
) -> None:
    message = refusal(tmp_path, languages, changed("nl: Kaarten", f'nl: "Kaar{escape}ten"'))
    assert message.startswith("note.yaml:6:25: the control character U+00")


@pytest.mark.parametrize("name", ["x" * 5000, "loop", "."])
def test_a_name_that_leads_to_no_file_is_refused(tmp_path: Path, languages: Languages, name: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "there is no file" in refusal(
        tmp_path, languages, changed("body:", f"annex: {{roster: {name}}}\nbody:")
    )


@pytest.mark.parametrize("text", ["", "# nothing", "---"])
def test_an_empty_file_is_called_empty(tmp_path: Path, languages: Languages, text: str) -> None:
    assert "the file is empty" in refusal(tmp_path, languages, text)


@pytest.mark.parametrize("text", ["just words", "- a\n- b"])
def test_a_file_of_another_kind_is_told_so(tmp_path: Path, languages: Languages, text: str) -> None:
    assert "the file must hold entries" in refusal(tmp_path, languages, text)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path, languages: Languages) -> None:
    text = changed("brussels", "nowhere").replace("missions", "nobody").replace("un fait", "[x](#)")
    assert len(refusal(tmp_path, languages, text).splitlines()) == 3


def test_a_body_may_stand_in_a_file_beside_the_note(tmp_path: Path, languages: Languages) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "fr.md").write_bytes(b"un\r\n\r\n[fait](#)\r\n")
    text = changed("|\n    porter à leur connaissance un fait.", "{file: texts/fr.md}")
    assert refusal(tmp_path, languages, text).startswith("texts/fr.md:3:1: the link 'fait' leads nowhere")
    (tmp_path / "texts" / "fr.md").write_text("un fait\n")
    note, _ = read(tmp_path, languages, text)
    assert note.versions[0].body == "un fait\n"
    assert note.companions == (("texts/fr.md", b"un fait\n"),)


@pytest.mark.parametrize("name", ["../secret.md", "/etc/hostname", "link.md"])
def test_a_body_never_comes_from_outside_the_folder(tmp_path: Path, languages: Languages, name: str) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    text = changed("|\n    porter à leur connaissance un fait.", f"{{file: {name}}}")
    assert "lies outside the folder" in refusal(folder, languages, text)


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff", "not UTF-8"), (b" \n", "is empty"), (b"x" * 2**21, "KiB")]
)
def test_a_body_file_that_cannot_be_used_is_refused(
    tmp_path: Path, languages: Languages, content: bytes, words: str
) -> None:
    (tmp_path / "fr.md").write_bytes(content)
    text = changed("|\n    porter à leur connaissance un fait.", "{file: fr.md}")
    assert words in refusal(tmp_path, languages, text)


def test_links_lead_through_the_registry_and_unused_ones_are_mentioned(
    tmp_path: Path, languages: Languages
) -> None:
    entry = "{fr: https://example.org/fr, nl: mailto:a@example.org}"
    text = changed("body:", f"links:\n  one: {entry}\n  two: {entry}\nbody:").replace(
        "un fait", "un [fait](link:one)"
    )
    note, warnings = read(tmp_path, languages, text)
    assert note.links is not None
    assert note.links["one"]["nl"] == "mailto:a@example.org"
    assert [(w.code, w.found) for w in warnings] == [("note-link-unused", "two")]


def test_links_within_code_are_no_links(tmp_path: Path, languages: Languages) -> None:
    read(tmp_path, languages, changed("un fait", "`[x](#)` un fait"))


def test_a_text_in_a_language_that_is_not_used_is_mentioned(tmp_path: Path, languages: Languages) -> None:
    _, warnings = read(tmp_path, languages, changed("[fr, nl]", "[fr]"))
    assert {w.code for w in warnings} == {"note-version-unused"}


def test_a_note_may_name_its_list_of_addressees(tmp_path: Path, languages: Languages) -> None:
    forms = "fr: {name: Ambassade de France, article: l'}, nl: {name: Ambassade van Frankrijk, article: de}"
    written(tmp_path, f"- {{key: embassy-fr, {forms}}}", "addressees.yaml")
    text = changed("addressee: missions", "addressees: addressees.yaml\naddressee: embassy-fr")
    note, _ = read(tmp_path, languages, text)
    assert note.addressee.forms["fr"].opening == "à l’Ambassade de France"


def test_an_addressee_without_a_name_in_a_section_is_refused(tmp_path: Path, languages: Languages) -> None:
    listed = written(tmp_path, "- {key: un, fr: {name: Nations unies, article: les}}", "list.yaml")
    path = written(tmp_path, changed("addressee: missions", "addressee: un"))
    with pytest.raises(NoteFileError, match="has no name in 'nl'"):
        read_note(path, languages, addressees=read_addressees(listed, languages))


@pytest.mark.parametrize("name", ["identity-cards", "vehicles", "national-day", "staff-list"])
def test_the_examples_are_read_without_a_warning(root: Path, languages: Languages, name: str) -> None:
    _, warnings = read_note(root / "examples" / f"{name}.yaml", languages)
    assert warnings == ()


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_the_note_to_begin_with_is_a_note(
    tmp_path: Path, templates_folder: Path, languages: Languages, code: str
) -> None:
    note, warnings = read(tmp_path, languages, starter(code, [templates_folder]))
    assert note.languages[0] == code
    assert warnings == ()


def test_a_language_without_a_note_to_begin_with_is_named(templates_folder: Path) -> None:
    with pytest.raises(TemplateError, match=r"xx/starter/note\.yaml"):
        starter("xx", [templates_folder])


def test_the_schema_explains_every_key() -> None:
    schema = note_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    models = [schema, *schema["$defs"].values()]
    assert all(key.get("description") for model in models for key in model.get("properties", {}).values())
    assert set(schema["required"]) == {
        "reference",
        "issued",
        "place",
        "addressee",
        "languages",
        "title",
        "body",
    }
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(("name", "schema"), [("note", note_schema), ("addressees", addressees_schema)])
def test_the_schemas_beside_the_examples_are_those_of_today(
    root: Path, name: str, schema: Callable[[], dict[str, Any]]
) -> None:
    shipped = json.loads((root / "examples" / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(schema()))
