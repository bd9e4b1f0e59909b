"""The blank form: exact headers, hard to fill in wrongly, and read back as it was filled in."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import HEADERS, number, person, read
from openpyxl import load_workbook

from notegen.domain.language import Language
from notegen.errors import RosterFileError
from notegen.reading.roster_form import write_form

Languages = Mapping[str, Language]
CODES = ("fr", "nl", "en", "de")


@pytest.mark.parametrize("code", CODES)
def test_the_form_has_the_exact_headers_of_its_language_and_they_are_locked(
    tmp_path: Path, languages: Languages, code: str
) -> None:
    write_form(tmp_path / "form.xlsx", languages[code])
    workbook = load_workbook(tmp_path / "form.xlsx")
    sheet = workbook.worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == HEADERS[code]
    assert sheet.protection.sheet
    assert all(cell.protection.locked for cell in sheet[1])
    assert not any(cell.protection.locked for cell in sheet[2])
    assert all(cell.number_format == "@" for row in sheet["A2:F501"] for cell in row)
    assert sheet.freeze_panes == "A2"
    assert {p.name: p.value for p in workbook.custom_doc_props.props} == {"notegen-form": f"1 {code}"}


@pytest.mark.parametrize("code", CODES)
def test_every_column_has_a_word_of_help_and_the_language_a_list(
    tmp_path: Path, languages: Languages, code: str
) -> None:
    write_form(tmp_path / "form.xlsx", languages[code])
    validations = load_workbook(tmp_path / "form.xlsx").worksheets[0].data_validations.dataValidation
    assert len(validations) == 6
    assert all(0 < len(v.promptTitle) <= 32 and 0 < len(v.prompt) <= 255 for v in validations)
    lists = [(v.formula1, str(v.sqref), v.showErrorMessage) for v in validations if v.type == "list"]
    assert lists == [('"FR,NL,EN,DE"', "C2:C501", True)]


def test_the_blank_form_is_read_as_a_form_without_people(tmp_path: Path, languages: Languages) -> None:
    write_form(tmp_path / "form.xlsx", languages["de"])
    with pytest.raises(RosterFileError) as caught:
        read(tmp_path / "form.xlsx", languages)
    assert caught.value.code == "headers-only"


@pytest.mark.tools("soffice")
def test_the_form_filled_in_opens_clean_in_libreoffice_and_is_read_back(
    tmp_path: Path, languages: Languages
) -> None:
    write_form(tmp_path / "form.xlsx", languages["nl"])
    workbook = load_workbook(tmp_path / "form.xlsx")
    digits = number("050611", 45, century=2000)
    for column, value in enumerate(person(number=digits), start=1):
        workbook.worksheets[0].cell(2, column).value = value
    workbook.save(tmp_path / "filled.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(tmp_path / "filled.xlsx")], check=True, capture_output=True, timeout=180)
    roster = read(tmp_path / "saved" / "filled.xlsx", languages)
    assert (roster.members[0].number.digits, roster.warnings, roster.language) == (digits, (), "nl")
    sheet = load_workbook(tmp_path / "saved" / "filled.xlsx").worksheets[0]
    assert len(sheet.data_validations.dataValidation) == 6
    assert sum(len(rules.rules) for rules in sheet.conditional_formatting) == 8


COLOURED = [
    (person(0), ""),
    (person(1, number="85.07.30-033.28"), ""),
    (person(2, number=number("010611", 45, century=2000, bis=40)), ""),
    (person(3, number="85.07.30-033.29"), "A"),
    (person(4, number="abc"), "A"),
    (person(5, email="a@example.org; b@example.org"), "B"),
    (person(6, email="none"), "B"),
    (person(7, first=None), "D"),
    (person(8), "A"),
    (person(8, email="other@example.org"), "A"),
]


@pytest.mark.tools("soffice")
def test_the_form_colours_what_cannot_be_right(tmp_path: Path, languages: Languages) -> None:
    """Each rule is asked as a formula in a cell beside the data, and LibreOffice reckons it."""
    write_form(tmp_path / "form.xlsx", languages["en"])
    workbook = load_workbook(tmp_path / "form.xlsx")
    sheet = workbook.worksheets[0]
    rules = [
        (str(ranges.sqref)[0], rule.formula[0])
        for ranges in sheet.conditional_formatting
        for rule in ranges.rules
    ]
    for index, (values, _) in enumerate(COLOURED, start=2):
        for column, value in enumerate(values, start=1):
            sheet.cell(index, column).value = value
        for column, (_, formula) in enumerate(rules, start=8):
            sheet.cell(index, column).value = "=" + re.sub(r"(\$[A-F])2\b", rf"\g<1>{index}", formula)
    workbook.save(tmp_path / "asked.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(tmp_path / "asked.xlsx")], check=True, capture_output=True, timeout=180)
    told = load_workbook(tmp_path / "saved" / "asked.xlsx", data_only=True).worksheets[0]
    for index, (_, expected) in enumerate(COLOURED, start=2):
        answers = [told.cell(index, column).value for column in range(8, 8 + len(rules))]
        assert all(isinstance(answer, bool) for answer in answers)
        coloured = {letters for (letters, _), answer in zip(rules, answers, strict=True) if answer}
        assert coloured == set(expected), index
