"""Leaflets before printing: what holds for every text holds for theirs, formulas are not looked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from leaflets import CARD, example, leaflet, written

from notegen.checking.leaflet import check_leaflet


@pytest.mark.parametrize("name", ["bis-card", "employer-guide"])
def test_the_examples_have_no_finding(name: str) -> None:
    assert check_leaflet(example(name)) == ()


def test_each_text_is_held_against_the_same_text_in_the_other_languages(tmp_path: Path) -> None:
    text = CARD.replace("Close it.", "Close it after 15 days.").replace(
        "Fermez-le.", "Fermez-le après 16 jours."
    )
    found = check_leaflet(leaflet(written(tmp_path, text)))
    assert [(p.code, p.found, p.place.line, p.language) for p in found] == [
        ("note-number-differs", "15", 18, "en"),
        ("note-number-differs", "16", 18, "fr"),
    ]


def test_orthography_and_the_calendar_are_checked_in_titles_too(tmp_path: Path) -> None:
    text = CARD.replace("fr: Un titre", "fr: Un titre titre du 31 février 2026")
    codes = {problem.code for problem in check_leaflet(leaflet(written(tmp_path, text)))}
    assert {"note-word-twice", "note-day-impossible"} <= codes


def test_the_reader_may_be_addressed(tmp_path: Path) -> None:
    text = CARD.replace("Close it.", "You close your register.").replace("Fermez-le.", "Vous le fermez.")
    assert check_leaflet(leaflet(written(tmp_path, text))) == ()


def test_a_finding_can_be_accepted_with_a_reason(tmp_path: Path) -> None:
    text = CARD.replace("Close it.", "Close it after 15 days.").replace(
        "Fermez-le.", "'Fermez-le après 15 jours, soit 3 semaines.'"
    )
    accepted = (
        "accepted:\n  - {finding: note-number-differs, found: '3', reason: A gloss for French readers.}\n"
    )
    assert [problem.found for problem in check_leaflet(leaflet(written(tmp_path, text)))] == ["3"]
    assert check_leaflet(leaflet(written(tmp_path, text + accepted))) == ()
