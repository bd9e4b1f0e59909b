"""`notegen roster …` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Notegen


@pytest.mark.parametrize("name", ["members.xlsx", "members-fr.xlsx", "members-en.xlsx", "members-de.xlsx"])
def test_each_example_roster_tells_its_bad_rows_by_row_and_column(
    notegen: Notegen, examples: Path, name: str
) -> None:
    checked = notegen("roster", "check", examples / name, "--json")
    document = json.loads(checked.out)
    assert checked.code == 1
    assert document["accepted"] >= 4
    assert document["rejected"] == sum(row["status"] == "rejected" for row in document["rows"])
    for row in document["rows"]:
        assert (row["status"] == "accepted") == (not row["problems"])
        for problem in row["problems"]:
            assert problem["line"] == row["row"]
            assert str(row["row"]) in problem["message"]


def test_findings_are_worded_in_the_language_asked_for(notegen: Notegen, examples: Path) -> None:
    said = {
        language: notegen("roster", "check", examples / "members.xlsx", "--language", language).out
        for language in ("fr", "nl", "en", "de")
    }
    assert "Ligne 13" in said["fr"]
    assert "Rij 13" in said["nl"]
    assert "Row 13" in said["en"]
    assert "Zeile 13" in said["de"]


def test_the_yaml_roster_is_read_like_the_workbook(notegen: Notegen, examples: Path) -> None:
    document = json.loads(notegen("roster", "check", examples / "members.yaml", "--json").out)
    assert document["accepted"] > 0


def test_a_file_that_is_no_workbook_is_refused_in_whole_sentences(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "members.xlsx").write_bytes(b"%PDF-1.7\n1 0 obj\n")
    refused = notegen("roster", "check", "members.xlsx", "--language", "en")
    assert (refused.code, refused.out) == (2, "")
    assert "must stay in Excel format" in refused.err


def test_the_blank_form_reads_back_as_a_form_without_rows(notegen: Notegen) -> None:
    for language in ("fr", "nl", "en", "de"):
        assert notegen("roster", "form", "--language", language, "-o", f"{language}.xlsx").code == 0
        empty = notegen("roster", "check", f"{language}.xlsx", "--language", "en")
        assert empty.code == 2
        assert f"{language}.xlsx" in empty.err


def test_an_unknown_language_names_those_there_are(notegen: Notegen, examples: Path) -> None:
    refused = notegen("roster", "check", examples / "members.xlsx", "--language", "xx")
    assert refused.code == 2
    assert "de, en, fr, nl" in refused.err
