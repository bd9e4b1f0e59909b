"""`notegen roster …` as an operator types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from missions import FR, person, save
from terminal import Notegen
from workbooks import workbook


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


@pytest.mark.parametrize(
    "words",
    [
        ("roster", "form", "-o"),
        ("note", "form", "-o"),
        ("notify", "form", "-o"),
        ("roster", "check", "members.xlsx", "--report"),
    ],
    ids=" ".join,
)
def test_a_workbook_makes_its_folder_or_says_why_it_cannot(
    notegen: Notegen, examples: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    shutil.copy(examples / "members.xlsx", tmp_path)
    assert notegen(*words, "new/book.xlsx").code in (0, 1)
    assert (tmp_path / "new" / "book.xlsx").stat().st_size > 1000
    (tmp_path / "file").touch()
    refused = notegen(*words, "file/book.xlsx")
    assert refused.code == 2
    assert refused.err.startswith("file/book.xlsx: ")
    assert refused.err.endswith("Choose a folder that can be written.\n")


def test_the_workbook_of_a_mission_is_never_written_over(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copy(examples / "members.xlsx", tmp_path))
    refused = notegen("roster", "check", mine, "--report", "../" + tmp_path.name + "/members.xlsx")
    assert (refused.code, "the mission's own workbook" in refused.err) == (2, True)
    assert mine.read_bytes() == (examples / "members.xlsx").read_bytes()


def test_an_unknown_language_names_those_there_are(notegen: Notegen, examples: Path) -> None:
    refused = notegen("roster", "check", examples / "members.xlsx", "--language", "xx")
    assert refused.code == 2
    assert "de, en, fr, nl" in refused.err


@pytest.mark.parametrize("name", ["members.xlsx", "members-fr.xlsx", "members-en.xlsx", "members-de.xlsx"])
def test_the_reply_to_a_mission_is_a_note_that_passes_preflight(
    notegen: Notegen, examples: Path, name: str
) -> None:
    assert notegen("roster", "reply", examples / name, "-o", "reply.yaml").code == 0
    checked = notegen("note", "check", "reply.yaml")
    assert (checked.code, checked.out) == (0, "reply.yaml: ✓\n")
    assert notegen("note", "render", "reply.yaml", "-o", "out").code == 0


def test_what_a_mission_wrote_stays_text_in_the_reply(notegen: Notegen, tmp_path: Path) -> None:
    hostile = "{{ 7*7 }} **bold** <b>x</b> | [a](http://x.test) =cmd|'/c calc'!A0"
    headers = [
        "Identification n°",
        "Email address",
        "Choice of language",
        "First names",
        "Last Name",
        "Protocol ID card N°",
    ]
    rows = [",".join(headers), f'82.48.17-084.09,"{hostile}",EN,Ann,Other,P-1']
    (tmp_path / "hostile.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert notegen("roster", "reply", "hostile.csv", "-o", "reply.yaml").code == 0
    printed = notegen("note", "render", "reply.yaml", "-o", "out", "--html")
    assert printed.code == 0, printed.err
    page = (tmp_path / "out/reply-draft.html").read_text(encoding="utf-8")
    assert "{{" in page
    assert "49" not in page.partition("<body")[2]
    assert "<b>x</b>" not in page
    assert "http://x.test" in page
    assert 'href="http://x.test"' not in page


def test_the_reply_names_a_column_without_the_choices_in_its_header(notegen: Notegen, tmp_path: Path) -> None:
    save(tmp_path, [person(0), person(1, language="IT"), person(2, language=None)], FR)
    assert notegen("roster", "reply", "members.xlsx", "-o", "reply.yaml").code == 0
    assert "colonne C (Choix de langue) :" in (tmp_path / "reply.yaml").read_text(encoding="utf-8")
    assert notegen("note", "check", "reply.yaml").out == "reply.yaml: ✓\n"


def test_names_of_files_and_sheets_do_nothing_to_the_terminal(notegen: Notegen, tmp_path: Path) -> None:
    """ESC, CSI (U+009B) and a mark of direction could repaint what an operator reads."""
    book = workbook(
        tmp_path / "members.xlsx", Info=[["x"]], **{"St\u009b31m\u202eaff": [FR, person(language="IT")]}
    )
    book.rename(tmp_path / "m\x1b[31m\u202ex.xlsx")
    (tmp_path / "m\x1b[31m\u202ey.xlsx").write_bytes(b"%PDF-1.7")
    for name in ("x", "y"):
        checked = notegen("roster", "check", f"m\x1b[31m\u202e{name}.xlsx", "--language", "en")
        assert f"m[31m{name}.xlsx" in checked.out + checked.err
        assert not set("\x1b\u009b\u202e") & set(checked.out + checked.err)
