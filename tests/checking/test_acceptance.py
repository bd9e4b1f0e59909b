"""Findings that an author accepts on purpose: with a reason, one by one, while they last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from notegen.checking.preflight import check_note
from notegen.domain.language import Language
from notegen.errors import NoteFileError
from notegen.reading.note_file import note_schema, read_note

NOTE = """\
reference: {{unit: P0.0, file: PRO.1234, topic: TOPIC}}
issued: 2026-06-17
place: brussels
addressee: missions
languages: [fr, en]
title: {{fr: Titre, en: Title}}
{accepted}
body:
  fr: |
    porter à leur connaissance que le délai est de **36 mois**.
  en: |
    inform them that the period is **38 months**.
"""
BOTH = """\
accepted:
  - {finding: note-number-differs, found: "36", reason: The law counts otherwise in French.}
  - {finding: note-number-differs, found: "38", reason: The law counts otherwise in English., language: en}
"""


def findings(
    tmp_path: Path, languages: Mapping[str, Language], accepted: str
) -> list[tuple[str, int | None]]:
    path = tmp_path / "note.yaml"
    path.write_text(NOTE.format(accepted=accepted), encoding="utf-8")
    note, _ = read_note(path, languages)
    found = check_note(note, languages)
    for problem in found:
        for language in languages.values():
            language.word(problem)
    return [(problem.code, problem.place.line) for problem in found]


def test_a_difference_between_languages_is_accepted_with_a_reason(
    tmp_path: Path, languages: Mapping[str, Language]
) -> None:
    assert [code for code, _ in findings(tmp_path, languages, "")] == ["note-number-differs"] * 2
    assert findings(tmp_path, languages, BOTH) == []


def test_what_is_accepted_in_one_section_stays_a_finding_in_the_other(
    tmp_path: Path, languages: Mapping[str, Language]
) -> None:
    accepted = BOTH.replace("language: en", "language: fr")
    found = findings(tmp_path, languages, accepted)
    assert sorted(found) == [("note-acceptance-unused", 9), ("note-number-differs", 15)]


def test_an_acceptance_that_meets_no_finding_is_one(
    tmp_path: Path, languages: Mapping[str, Language]
) -> None:
    more = "  - {finding: note-date-differs, found: 1 June, reason: It was so once.}"
    assert findings(tmp_path, languages, BOTH + more) == [("note-acceptance-unused", 10)]


def test_what_is_missing_cannot_be_accepted(tmp_path: Path, languages: Mapping[str, Language]) -> None:
    path = tmp_path / "note.yaml"
    accepted = "accepted: [{finding: note-title-missing, found: en, reason: It needs none.}]"
    path.write_text(NOTE.format(accepted=accepted).replace("38 months", "36 months"), encoding="utf-8")
    note, _ = read_note(path, languages)
    untitled = replace(note, versions=tuple(replace(version, title="") for version in note.versions))
    found = [(problem.code, problem.language) for problem in check_note(untitled, languages)]
    assert ("note-title-missing", "en") in found
    assert ("note-acceptance-refused", "") in found


@pytest.mark.parametrize("lacking", ["finding", "found", "reason"])
def test_an_acceptance_names_its_finding_its_text_and_its_reason(
    tmp_path: Path, languages: Mapping[str, Language], lacking: str
) -> None:
    parts = {"finding": "note-number-differs", "found": "36", "reason": "It is so."}
    del parts[lacking]
    with pytest.raises(NoteFileError, match=lacking):
        findings(tmp_path, languages, f"accepted: [{json.dumps(parts)}]")


def test_an_editor_knows_the_key() -> None:
    assert "accepted" in note_schema()["properties"]
