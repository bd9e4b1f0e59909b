"""The mission's own workbook back: bad cells coloured and commented, a reason a row, nothing else changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import FR, NL, cell, person, raw, read, row, save
from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from notegen.domain.language import Language
from notegen.reading.roster_report import write_report

Languages = Mapping[str, Language]
ALARM, CAUTION = "00F8D0CC", "00FBE9B7"


def report(path: Path, languages: Languages, language: str = "") -> Worksheet:
    roster = read(path, languages)
    write_report(path, roster, languages[language or roster.language], path.with_name("report.xlsx"))
    workbook = load_workbook(path.with_name("report.xlsx"))
    return workbook[roster.sheet] if roster.sheet else workbook.worksheets[0]


def test_bad_cells_are_coloured_and_commented_and_the_last_column_says_why(
    tmp_path: Path, languages: Languages
) -> None:
    rows = [person(0), person(1, language="IT", first=None), person(2, email="a@gmial.com")]
    sheet = report(save(tmp_path, rows, NL), languages)
    assert sheet["G1"].value == "Reden"
    assert sheet["G2"].value is None
    assert sheet["G3"].value.splitlines() == [sheet["C3"].comment.text, sheet["D3"].comment.text]
    assert sheet["C3"].comment.text.startswith("Rij 3, kolom C (Taalkeuze: FR/NL/EN/DE): “IT”")
    assert [sheet[place].fill.fgColor.rgb for place in ("C3", "D3", "B4")] == [ALARM, ALARM, CAUTION]
    assert sheet["C2"].fill.fill_type is None


def test_nothing_else_in_the_workbook_is_changed(tmp_path: Path, languages: Languages) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"].font = Font(bold=True, color="FF112233")
        sheet["H2"] = "=1+1"
        sheet["J9"] = "a remark"
        sheet.column_dimensions["B"].width = 51
        sheet.parent.create_sheet("Other")["B2"] = "untouched"
        sheet.parent.create_sheet("Secret").sheet_state = "hidden"

    path = save(tmp_path, [person(0), person(1, card=None)], FR, change)
    sheet = report(path, languages)
    before = load_workbook(path).worksheets[0]
    for cells in before.iter_rows():
        for old in cells:
            new = sheet[old.coordinate]
            if old.column_letter == "G":
                continue
            assert new.value == old.value
            assert repr(new.font) == repr(old.font)
            assert old.coordinate == "F3" or repr(new.fill) == repr(old.fill)
    assert sheet.column_dimensions["B"].width == 51
    assert sheet.parent.sheetnames == ["Sheet", "Other", "Secret"]
    assert sheet.parent["Secret"].sheet_state == "hidden"
    assert sheet["G3"].value.startswith("Ligne 3, colonne F")


def test_the_reasons_come_after_a_column_that_is_taken(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, [[*person(card=None), None, "here"]], FR)
    sheet = report(path, languages)
    assert (sheet["G1"].value, sheet["H2"].value) == ("Motif", "here")


def test_rows_held_and_skipped_are_told_too_in_the_language_asked_for(
    tmp_path: Path, languages: Languages
) -> None:
    rows = [person(0), person(0), person(1), person(1, last="Other")]
    sheet = report(save(tmp_path, rows), languages, "en")
    assert sheet["G2"].value is None
    assert "this row was skipped" in sheet["G3"].value
    assert "none of these rows is processed" in sheet["G4"].value
    assert "none of these rows is processed" in sheet["G5"].value


def test_what_looks_like_a_formula_goes_back_as_text(tmp_path: Path, languages: Languages) -> None:
    names = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1"]
    lines = [
        ";".join(f'"{value}"' for value in values)
        for values in [FR, *(person(i, first=n, card="") for i, n in enumerate(names))]
    ]
    (tmp_path / "members.csv").write_text("\n".join(lines), encoding="utf-8")
    sheet = report(tmp_path / "members.csv", languages)
    assert [sheet[f"D{index}"].value for index in range(2, 6)] == names
    assert all(sheet[f"D{index}"].data_type == "s" for index in range(2, 6))
    assert all(sheet[f"G{index}"].data_type == "s" for index in range(1, 6))


def test_a_finding_that_quotes_a_formula_is_no_formula(tmp_path: Path, languages: Languages) -> None:
    data = row(1, FR) + row(2, person(language="=1+1"))
    sheet = report(raw(tmp_path, data), languages)
    assert (sheet["C2"].data_type, sheet["G2"].data_type) == ("s", "s")


def test_a_workbook_swollen_with_formats_goes_back_with_its_values(
    tmp_path: Path, languages: Languages
) -> None:
    empty = "".join(f'<row r="{i}"><c r="A{i}" s="0"/><c r="B{i}" s="{i}"/></row>' for i in range(3, 700_000))
    data = row(1, FR) + row(2, person(card=None)).replace("</row>", cell("H2", "x") + "</row>") + empty
    sheet = report(raw(tmp_path, data), languages)
    assert (sheet["B2"].value, sheet.max_row) == ("person.0@example.org", 2)
    assert sheet["G2"].value.startswith("Ligne 2, colonne F")


@pytest.mark.parametrize("name", ["members.yaml"])
def test_a_yaml_roster_goes_back_as_a_workbook(tmp_path: Path, languages: Languages, name: str) -> None:
    text = "members:\n  - identification_number: '85073003328'\n    email: a@example.org\n    language: fr\n"
    (tmp_path / name).write_text(text, encoding="utf-8")
    sheet = report(tmp_path / name, languages, "fr")
    assert tuple(c.value for c in sheet[1])[:6] == FR
    assert sheet["A2"].value == "85073003328"
