"""Rosters as secretaries fill them in: what a careful person would read, and nobody taken for another."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import EN, FR, NL, codes, number, person, read, reasons, save
from openpyxl.worksheet.worksheet import Worksheet

from notegen.domain.language import Language
from notegen.errors import RosterFileError

Languages = Mapping[str, Language]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Francais", "fr"), ("FR.", "fr"), ("fr-BE", "fr"), ("fr_FR", "fr"), ("nl-BE", "nl"), ("NL_BE", "nl"),
        ("Neerlandais", "nl"), ("Franzosisch", "fr"), ("de-DE", "de"),
    ],
)  # fmt: skip
def test_a_language_is_taken_without_its_accents_and_with_its_country(
    tmp_path: Path, languages: Languages, written: str, code: str
) -> None:
    assert read(save(tmp_path, [person(language=written)]), languages).members[0].language == code


@pytest.mark.parametrize("written", ["FR-NL", "nl-fr", "FR/NL", "vlaams"])
def test_two_languages_are_none(tmp_path: Path, languages: Languages, written: str) -> None:
    assert reasons(read(save(tmp_path, [person(language=written)]), languages)) == {2: ["language-unknown"]}


@pytest.mark.parametrize("sign", ["-", "—", '"', "''", "?", "...", "/"])
@pytest.mark.parametrize("field", ["first", "last", "card"])
def test_a_sign_in_place_of_a_value_is_no_value(
    tmp_path: Path, languages: Languages, field: str, sign: str
) -> None:
    assert reasons(read(save(tmp_path, [person(**{field: sign})]), languages)) == {2: ["text-sign"]}


@pytest.mark.parametrize("name", ["'t Hooft", "(Anne)", "محمد", "O’Brien", "Đặng"])
def test_a_name_may_begin_with_a_sign_and_be_of_any_alphabet(
    tmp_path: Path, languages: Languages, name: str
) -> None:
    assert read(save(tmp_path, [person(last=name)]), languages).members[0].last_name == name


def test_a_letter_that_was_lost_is_told(tmp_path: Path, languages: Languages) -> None:
    assert reasons(read(save(tmp_path, [person(first="Andr\ufffd")]), languages)) == {2: ["text-lost"]}


def test_a_text_file_in_an_unknown_encoding_warns_of_its_letters(
    tmp_path: Path, languages: Languages
) -> None:
    lines = [";".join(map(str, values)) for values in (EN, person(first="Paweł"))]
    (tmp_path / "members.csv").write_bytes("\n".join(lines).replace("°", "").encode("cp1250"))
    roster = read(tmp_path / "members.csv", languages)
    assert codes(roster.warnings) == ["note-format", "note-encoding"]


def test_a_number_shown_with_zeros_in_front_is_read_with_them(tmp_path: Path, languages: Languages) -> None:
    digits = number("050611", 45, century=2000)

    def change(sheet: Worksheet) -> None:
        sheet["A2"].number_format = "00000000000"
        sheet["F2"].number_format = "000000"
        sheet["F3"].number_format = "#,##0"

    rows = [person(0, number=int(digits), card=1234), person(1, card=1234)]
    roster = read(save(tmp_path, rows, change=change), languages)
    assert [member.protocol_card for member in roster.members] == ["001234", "1234"]
    assert (roster.members[0].number.digits, roster.accepted[0].warnings) == (digits, ())


def test_so_it_is_in_a_document(tmp_path: Path, languages: Languages) -> None:
    texts = "".join(
        f"<table:table-cell><text:p>{value}</text:p></table:table-cell>" for value in person()[:5]
    )
    shown = (
        '<table:table-cell office:value-type="float" office:value="1234"><text:p>001234</text:p>'
        "</table:table-cell>"
    )
    heads = "".join(f"<table:table-cell><text:p>{header}</text:p></table:table-cell>" for header in FR)
    rows = f"<table:table-row>{heads}</table:table-row><table:table-row>{texts}{shown}</table:table-row>"
    path = tmp_path / "members.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f'<c><table:table table:name="Staff">{rows}</table:table></c>')
    assert read(path, languages).members[0].protocol_card == "001234"


def test_headers_that_stand_again_are_no_person(tmp_path: Path, languages: Languages) -> None:
    roster = read(save(tmp_path, [NL, person(0), FR, person(1)]), languages)
    assert ([member.row for member in roster.members], roster.rejected) == ([3, 5], ())


def test_headers_that_stand_again_in_another_order_stop_the_reading(
    tmp_path: Path, languages: Languages
) -> None:
    swapped = [*FR[:3], FR[4], FR[3], FR[5]]
    with pytest.raises(RosterFileError) as caught:
        read(save(tmp_path, [person(0), swapped, person(1)]), languages)
    assert caught.value.code == "headers-again"
    assert "ligne 3" in caught.value.what


@pytest.mark.parametrize(
    "other",
    [
        {"last": "Other", "email": None},
        {"email": "other@example.org", "language": "IT"},
        {"card": "P-9", "first": "-"},
    ],
)
def test_a_number_that_a_rejected_row_gives_to_somebody_else_holds_both(
    tmp_path: Path, languages: Languages, other: dict[str, object]
) -> None:
    roster = read(save(tmp_path, [person(0), person(1), person(0, **other)]), languages)
    assert [member.row for member in roster.members] == [3]
    assert reasons(roster)[2] == ["number-held"]
    assert reasons(roster)[4][0] == "number-held"
    told = [languages["en"].word(row.problems[0]).what for row in roster.rejected]
    assert [sentence.partition(",")[0] for sentence in told] == ["Row 2", "Row 4"]
    assert ["rows: 4" in told[0], "rows: 2" in told[1]] == [True, True]


def test_the_same_person_once_more_with_a_cell_missing_holds_nobody(
    tmp_path: Path, languages: Languages
) -> None:
    rows = [person(0), person(0, email=None), person(0, last="PEETERS", language="IT")]
    roster = read(save(tmp_path, rows), languages)
    assert [member.row for member in roster.members] == [2]
    assert reasons(roster) == {3: ["incomplete"], 4: ["language-unknown"]}
