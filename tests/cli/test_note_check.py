"""`notegen note check` tells everything in one run: what cannot be used, and what is found in the texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Ended, Notegen

NOTE = """\
reference: P0.0/PRO.2207/17.06.2026/CARTES/5
issued: 2026-06-17
place: brussels
addressee: missions
languages: [fr, en]
title: {fr: Cartes, en: Cards}
body:
  fr: |
    leur communiquer que le délai est de 38 jours.
  en: |
    inform them that the term is 36 days.
"""


def checked(notegen: Notegen, folder: Path, text: str, *options: str) -> Ended:
    (folder / "note.yaml").write_text(text, encoding="utf-8")
    return notegen("note", "check", "note.yaml", *options)


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("issued: 2026-06-17", "issued: 17 June 2026", "note.yaml:2:9: '17 June 2026' is no date"),
        ("issued: 2026-06-17", "issued:", "note.yaml:2:1: 'issued' has no value"),
        ("issued: 2026-06-17\n", "", "the key 'issued' is missing"),
        ("place: brussels", "place: brussel", "note.yaml:3:8: the place 'brussel' has no name"),
        ("place: brussels", "plaice: brussels", "note.yaml:3:1: unknown key 'plaice'"),
        ("addressee: missions", "addressee: [missions]", "note.yaml:4:12: 'addressee' must be a text"),
        ("addressee: missions", "addressees: a.yaml\naddressee: a", "there is no file 'a.yaml'"),
        ("/CARTES/5", "/CARTES", "note.yaml:1:12: a reference has five parts"),
        ("languages: [fr, en]", "languages: []", "note.yaml:5:12: 'languages' must not be empty"),
        ("title: {fr: Cartes, en: Cards}", "title: Cards", "note.yaml:6:8: 'title' must hold entries"),
        ("en: Cards}", "en: ''}", "note.yaml:6:25: the text is empty"),
        ("body:", "accepted: [{finding: x}]\nbody:", "the key 'reason' is missing"),
        ("body:", "place: brussels\nbody:", "note.yaml:7:1: 'place' stands here again"),
        ("body:", "enclosures: [{title: {fr: &a A, en: *a}}]\nbody:", "anchors (&) and aliases (*)"),
        ("body:", "updated: 2020-01-01\nbody:", "lies before issued"),
    ],
)
def test_what_is_wrong_in_one_field_does_not_hide_what_is_found_in_the_texts(
    notegen: Notegen, tmp_path: Path, old: str, new: str, refusal: str
) -> None:
    assert old in NOTE
    outcome = checked(notegen, tmp_path, NOTE.replace(old, new))
    assert outcome.code == 2
    assert refusal in outcome.err
    assert "The number “38” stands in this version" in outcome.out


def test_what_cannot_be_read_is_told_once(notegen: Notegen, tmp_path: Path) -> None:
    text = NOTE.replace("|\n    inform them that the term is 36 days.", "''")
    outcome = checked(notegen, tmp_path, text)
    assert outcome.err.splitlines() == [
        "note.yaml:10:7: the text is empty. Write it, or delete the key.",
    ]
    assert outcome.out == ""


def test_an_accepted_finding_stays_accepted_beside_a_fault(notegen: Notegen, tmp_path: Path) -> None:
    accepted = "".join(
        f"  - {{finding: note-number-differs, found: '{number}', reason: so}}\n" for number in (36, 38, 40)
    )
    text = NOTE.replace("body:", f"accepted:\n{accepted}  - {{finding: note-x}}\nbody:")
    outcome = checked(notegen, tmp_path, text)
    assert (outcome.code, outcome.out) == (2, "")
    assert "note.yaml:11:5: the key 'found' is missing" in outcome.err


def test_a_list_of_addressees_that_is_wrong_does_not_hide_the_rest(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {key: A B, fr: {name: A}}")
    text = NOTE.replace("addressee: missions", "addressees: a.yaml\naddressee: a")
    outcome = checked(notegen, tmp_path, text)
    assert outcome.err.startswith("a.yaml:1:")
    assert len(outcome.err.splitlines()) == 1
    assert "38" in outcome.out


def test_a_roster_that_is_wrong_does_not_hide_the_rest(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("members: [{identification_number: '1'}]")
    outcome = checked(notegen, tmp_path, NOTE.replace("body:", "annex: {roster: m.yaml}\nbody:"))
    assert outcome.code == 2
    assert "rows of the annex cannot be used" in outcome.err
    assert "38" in outcome.out


def test_a_file_that_cannot_be_read_does_not_hide_the_next(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "note.yaml").write_text(NOTE, encoding="utf-8")
    outcome = notegen("note", "check", "absent.yaml", "note.yaml", "--json")
    absent, note = json.loads(outcome.out)
    assert outcome.code == 2
    assert absent["refused"] == [outcome.err.strip()]
    assert (note["refused"], len(note["findings"])) == ([], 2)


def test_a_leaflet_with_a_fault_is_proof_read_too(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    text = (examples / "bis-card.yaml").read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("  en: "))
    text = text.replace(title, f"{title} [^9] the the", 1).replace(
        "\nissued:", "\nupdated: 2001-01-01\nissued:"
    )
    outcome = checked(notegen, tmp_path, text, "--language", "en")
    assert outcome.code == 2
    assert "lies before issued" in outcome.err
    assert "The word “the” stands twice in a row" in outcome.out


def test_a_letter_among_the_digits_of_a_file_is_told_and_may_be_accepted(
    notegen: Notegen, tmp_path: Path
) -> None:
    text = NOTE.replace("PRO.2207", "PRO.22O7").replace("36", "38")
    outcome = checked(notegen, tmp_path, text)
    assert (outcome.code, outcome.err) == (0, "")
    assert "“PRO.22O7” has a letter among its digits. If a digit was meant, write PRO.2207." in outcome.out
    accepted = "accepted: [{finding: note-file-letter, found: PRO.22O7, reason: it is one}]\nbody:"
    assert "✓" in checked(notegen, tmp_path, text.replace("body:", accepted)).out


def test_a_letter_among_the_digits_of_a_cited_file_is_told_where_it_stands(
    notegen: Notegen, tmp_path: Path
) -> None:
    text = NOTE.replace("36", "38").replace("jours", "jours (P0.0/PRO.3I43/17.06.2021/COVID-O/5)")
    [document] = json.loads(checked(notegen, tmp_path, text, "--json").out)
    warning = document["findings"][0]
    assert (warning["code"], warning["line"], warning["found"]) == ("note-file-letter", 9, "PRO.3I43")


def test_letters_that_the_font_lacks_are_found_before_a_number_is_allotted(
    notegen: Notegen, tmp_path: Path
) -> None:
    text = NOTE.replace("36", "38").replace("38 jours.", "38 jours (عبد الرحمن), Φίλιππος, Nguyễn Đạt.")
    [document] = json.loads(checked(notegen, tmp_path, text, "--json").out)
    (finding,) = document["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("note-glyph-missing", 9, "52")
    assert finding["found"] == "عبد الرحمن"
    parts = "reference: {unit: P0.0, file: PRO.1, topic: X}\n"
    (tmp_path / "note.yaml").write_text(parts + text.partition("\n")[2], encoding="utf-8")
    refused = notegen("note", "issue", "note.yaml")
    assert (refused.code, "nothing was issued or printed" in refused.err) == (2, True)
    assert notegen("register", "list").out == ""


def test_letters_that_the_font_lacks_in_an_addressee_are_found_too(notegen: Notegen, tmp_path: Path) -> None:
    names = "fr: {name: Délégation עברית, article: la}, en: {name: Delegation}"
    (tmp_path / "a.yaml").write_text(f"- {{key: a, {names}}}", encoding="utf-8")
    text = NOTE.replace("36", "38").replace("addressee: missions", "addressees: a.yaml\naddressee: a")
    outcome = checked(notegen, tmp_path, text)
    assert outcome.code == 2
    assert "the font has no glyph for 'ב' (U+05D1)" in outcome.err


def test_marks_of_markdown_in_a_title_are_told(notegen: Notegen, tmp_path: Path) -> None:
    extra = "enclosures: [{title: {fr: 4^e^ édition, en: 4th edition}}]\nbody:"
    text = NOTE.replace("36", "38").replace("en: Cards", "en: '**Cards**'").replace("body:", extra)
    [document] = json.loads(checked(notegen, tmp_path, text, "--json").out)
    told = [(each["code"], each["line"], each["found"]) for each in document["findings"]]
    assert told == [("note-title-markup", 6, "**Cards**"), ("note-title-markup", 7, "4^e^ édition")]
