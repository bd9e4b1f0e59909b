"""Each difference between two versions is told with the line of both passages, wherever the texts stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from workbooks import Sheet, workbook

from notegen.checking.preflight import check_note
from notegen.domain.language import Language
from notegen.domain.note import VerbalNote
from notegen.domain.problem import Problem
from notegen.reading.note_file import read_note
from notegen.reading.note_register import read_notes

Languages = Mapping[str, Language]
HEAD = """\
reference: {unit: P0.0, file: PRO.1234, topic: TOPIC}
issued: 2026-06-17
place: brussels
addressee: missions
languages: [fr, en]
title: {fr: Titre, en: Title}
links: {form: {fr: "https://example.org/fr", en: "https://example.org/en"}}
"""
FRENCH = """\
porter à leur connaissance un fait nouveau.

## Délai

Les missions disposent de douze mois pour répondre à la présente.

Elles s'adressent au service compétent, {here}, dès qu'elles le peuvent.

- un premier point ;
- un second point, qui est bien plus long que le premier.

La présente annule la précédente.
"""
ENGLISH = """\
inform them of a new fact.

## Period

An introductory paragraph that the French version says in its next one, or not at all, as it likes.

Missions have twelve months to answer this.

They turn to the competent service, {there}, as soon as they can.

- a first item;
- a second item, which is quite a bit longer than the first.

This replaces the previous one.
"""
LINE = 7
"""The line of the paragraph in question within the French body, and two below it within the English one."""


def note_text(french: str, english: str) -> str:
    def block(text: str) -> str:
        return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())

    return f"{HEAD}body:\n  fr: |\n{block(french)}  en: |\n{block(english)}"


def found_in(folder: Path, languages: Languages, text: str) -> tuple[list[Problem], list[str]]:
    path = folder / "note.yaml"
    path.write_text(text, encoding="utf-8")
    return told(read_note(path, languages)[0], languages), text.splitlines()


def told(note: VerbalNote, languages: Languages) -> list[Problem]:
    """What is found, but for the paragraph that the English version has for itself."""
    return [each for each in check_note(note, languages) if each.code != "note-paragraphs-differ"]


@pytest.mark.parametrize(
    ("code", "here", "there"),
    [
        ("note-reference-differs", "la note P0.0/PRO.1/01.02.2020/X/1", "the note"),
        ("note-date-differs", "le 5 octobre 2026", "in October"),
        ("note-time-differs", "à 16 h 30", "in the afternoon"),
        ("note-number-differs", "dans les 15 jours", "in a fortnight"),
        ("note-number-differs", "pour 25,50 EUR", "for a small fee"),
        ("note-address-differs", "a@example.org", "by e-mail"),
        ("note-link-differs", "sur [la page](link:form)", "on the page"),
        ("note-bold-differs", "**par écrit**", "in writing"),
    ],
)
def test_what_one_version_lacks_is_told_with_the_line_of_both_passages(
    tmp_path: Path, languages: Languages, code: str, here: str, there: str
) -> None:
    text = note_text(FRENCH.format(here=here), ENGLISH.format(there=there))
    found, lines = found_in(tmp_path, languages, text)
    (problem,) = [each for each in found if each.code == code]
    (other,) = problem.others
    assert other.place is not None
    own, beside = (problem.place.line or 0) - 1, (other.place.line or 0) - 1
    passages = {"fr": "    Elles s'adressent", "en": "    They turn"}
    assert lines[own].startswith(passages[problem.language])
    assert lines[beside].startswith(passages[other.language])
    assert {problem.language, other.language} == {"fr", "en"}


def test_an_item_that_the_first_version_lacks_is_told_where_it_stands(
    tmp_path: Path, languages: Languages
) -> None:
    french = FRENCH.format(here="ici").replace(" ;\n- un second point, qui", ", qui")
    found, lines = found_in(tmp_path, languages, note_text(french, ENGLISH.format(there="here")))
    (problem,) = [each for each in found if each.code == "note-items-differ"]
    assert problem.language == "en"
    assert lines[(problem.place.line or 0) - 1].startswith("    - a first item")
    assert [(other.language, other.place) for other in problem.others] == [("fr", None)]


def test_an_item_that_the_second_version_lacks_is_told_where_it_is_missing(
    tmp_path: Path, languages: Languages
) -> None:
    english = ENGLISH.format(there="here").replace(ENGLISH.splitlines()[11] + "\n", "")
    found, lines = found_in(tmp_path, languages, note_text(FRENCH.format(here="ici"), english))
    (problem,) = [each for each in found if each.code == "note-items-differ"]
    (other,) = problem.others
    assert (problem.language, other.language) == ("en", "fr")
    assert other.place is not None
    assert lines[(problem.place.line or 0) - 1].startswith("    - a first item")
    assert lines[(other.place.line or 0) - 1].startswith("    - un second point")


def test_a_passage_that_the_other_version_lacks_is_said_to_be_lacking(
    tmp_path: Path, languages: Languages
) -> None:
    more = "Les frais s'élèvent à 4 875 EUR et se paient d'avance par virement sur le compte du service.\n"
    french = FRENCH.format(here="ici").replace("- un premier", f"{more}\n- un premier")
    english = ENGLISH.format(there="here").replace(ENGLISH.splitlines()[4] + "\n\n", "")
    found, _ = found_in(tmp_path, languages, note_text(french, english))
    (problem,) = [each for each in found if each.code == "note-number-differs"]
    assert [(other.language, other.place) for other in problem.others] == [("en", None)]
    assert "The EN version has no corresponding passage." in languages["en"].word(problem).what


def test_a_text_of_its_own_file_is_named_with_its_file(tmp_path: Path, languages: Languages) -> None:
    (tmp_path / "fr.md").write_text(FRENCH.format(here="dans les 15 jours"), encoding="utf-8")
    (tmp_path / "en.md").write_text(ENGLISH.format(there="in a fortnight"), encoding="utf-8")
    text = f"{HEAD}body:\n  fr: {{file: fr.md}}\n  en: {{file: en.md}}\n"
    found, _ = found_in(tmp_path, languages, text)
    (problem,) = found
    (other,) = problem.others
    assert other.place is not None
    assert (problem.place.file, problem.place.line) == (str(tmp_path / "fr.md"), LINE)
    assert (other.place.file, other.place.line) == (str(tmp_path / "en.md"), LINE + 2)
    assert "on line 9 of en.md." in languages["en"].word(problem).what


def test_in_a_register_the_cell_of_the_other_text_is_named(tmp_path: Path, languages: Languages) -> None:
    sheets: dict[str, Sheet] = {
        "Notes": (
            ("Key", "Unit", "File", "Topic", "Issued", "Place", "Addressee", "Languages"),
            ("cards", "P0.0", "PRO.3143", "CARTES", "2021-06-17", "brussels", "missions", "fr, en"),
        ),
        "Texts": (
            ("key", "language", "title", "body"),
            ("cards", "fr", "Cartes", FRENCH.format(here="dans les 15 jours")),
            ("cards", "en", "Cards", ENGLISH.format(there="in a fortnight")),
        ),
    }
    workbook(tmp_path / "notes.xlsx", **sheets)
    ((note, _),) = read_notes(tmp_path / "notes.xlsx", languages)
    (problem,) = told(note, languages)
    (other,) = problem.others
    assert other.place is not None
    assert (problem.place.column, problem.place.line) == ("D", 2)
    assert (other.place.column, other.place.line) == ("D", 3)
    assert other.text.startswith("They turn")
    assert "in cell D3." in languages["en"].word(problem).what


def test_every_version_that_lacks_it_is_named(tmp_path: Path, languages: Languages) -> None:
    text = HEAD.replace("[fr, en]", "[fr, nl, en]").replace("fr: Titre", "fr: Titre, nl: Titel")
    text = text.replace('en: "https', 'nl: "https://example.org/nl", en: "https')
    bodies = {"fr": "porter 15 faits à leur connaissance.", "nl": "om hen enkele feiten mee te delen."}
    bodies["en"] = "inform them of some facts."
    body = "".join(f"  {code}: |\n    {each}\n" for code, each in bodies.items())
    found, _ = found_in(tmp_path, languages, f"{text}body:\n{body}")
    (problem,) = [each for each in found if each.code == "note-number-differs"]
    assert [(other.language, other.place and other.place.line) for other in problem.others] == [
        ("nl", 12),
        ("en", 14),
    ]


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_where_the_other_passage_stands_is_worded_in_every_language(
    tmp_path: Path, languages: Languages, code: str
) -> None:
    text = note_text(FRENCH.format(here="dans les 15 jours"), ENGLISH.format(there="in a fortnight"))
    (problem,), _ = found_in(tmp_path, languages, text)
    (other,) = problem.others
    assert other.place is not None
    worded = languages[code].word(problem)
    assert f" {other.place.line}." in worded.what
    assert "`accepted`" in worded.do


@pytest.mark.parametrize("code", ["note-reference-differs", "note-bold-differs"])
def test_a_difference_on_purpose_is_accepted(tmp_path: Path, languages: Languages, code: str) -> None:
    french = FRENCH.format(here="**voir** P0.0/PRO.1/01.02.2020/X/1")
    text = note_text(french, ENGLISH.format(there="see"))
    found, _ = found_in(tmp_path, languages, text)
    assert {each.code for each in found} == {"note-reference-differs", "note-bold-differs"}
    (quoted,) = [each.found for each in found if each.code == code]
    accepted = f'accepted: [{{finding: {code}, found: "{quoted}", reason: It is so.}}]\n'
    left, _ = found_in(tmp_path, languages, accepted + text)
    assert code not in {each.code for each in left}
    assert len(left) == 1
