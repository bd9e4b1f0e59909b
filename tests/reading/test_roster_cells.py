"""Cells as spreadsheet programs make them: read as a person sees them, or told to be typed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from missions import FR, TODAY, cell, codes, number, person, raw, read, reasons, row, save
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.worksheet import Worksheet

from notegen.domain.language import Language
from notegen.domain.roster import FIELDS, AcceptedRow, RejectedRow
from notegen.reading.cell_text import SheetRow
from notegen.reading.roster_header import Columns
from notegen.reading.roster_row import RowReader

Languages = Mapping[str, Language]
SILENT = "\u180e\u200b\u200c\u200d\u2060\ufeff"
SPACES = "\u00a0\u202f\u2028\u2029\t\n"


@pytest.mark.parametrize("silent", SILENT)
def test_invisible_characters_are_removed_from_cells_and_headers(
    tmp_path: Path, languages: Languages, silent: str
) -> None:
    rows = [[f"{silent}{value[:2]}{silent}{value[2:]}" for value in map(str, person())]]
    roster = read(save(tmp_path, rows, [f"{header[:3]}{silent}{header[3:]}" for header in FR]), languages)
    plain = read(save(tmp_path, [person()], name="plain.xlsx"), languages)
    assert roster.members == plain.members


@pytest.mark.parametrize("space", SPACES)
def test_odd_spaces_are_folded_into_one(tmp_path: Path, languages: Languages, space: str) -> None:
    other = {"first": f"{space}Anne{space}{space}Marie{space}", "language": f"{space}fr{space}"}
    member = read(save(tmp_path, [person(**other)]), languages).members[0]
    assert (member.first_names, member.language) == ("Anne Marie", "fr")


def test_a_line_break_in_an_address_is_an_error(tmp_path: Path, languages: Languages) -> None:
    roster = read(
        save(tmp_path, [person(email="anne@\nexample.org"), person(1, email="a@example.org\n")]), languages
    )
    assert reasons(roster) == {2: ["email-break"]}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("fr", "fr"), (" FR ", "fr"), ("Français", "fr"), ("French", "fr"), ("Frans", "fr"),
        ("NEDERLANDS", "nl"), ("English", "en"), ("Duits", "de"), ("deutsch", "de"), ("\u200bnl", "nl"),
    ],
)  # fmt: skip
def test_a_language_is_taken_by_code_and_by_name(
    tmp_path: Path, languages: Languages, written: str, code: str
) -> None:
    assert read(save(tmp_path, [person(language=written)]), languages).members[0].language == code


@pytest.mark.parametrize("written", ["F", "FR/NL", "IT", "français ou anglais", 1, True])
def test_any_other_language_is_rejected(tmp_path: Path, languages: Languages, written: object) -> None:
    assert reasons(read(save(tmp_path, [person(language=written)]), languages)) == {2: ["language-unknown"]}


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [(20417, "20417"), (20417.0, "20417"), (20.5, "20.5"), (True, "TRUE"), ("=P1", None)],
)
def test_numbers_and_truth_values_are_read_as_they_are_seen(
    tmp_path: Path, languages: Languages, typed: object, read_as: str | None
) -> None:
    roster = read(save(tmp_path, [person(card=typed)]), languages)
    assert [member.protocol_card for member in roster.members] == ([read_as] if read_as else [])


def test_a_number_that_lost_its_zero_is_restored_with_a_warning(tmp_path: Path, languages: Languages) -> None:
    digits = number("050611", 45, century=2000)
    roster = read(save(tmp_path, [person(number=int(digits))]), languages)
    assert roster.members[0].number.digits == digits
    assert codes(roster.accepted[0].warnings) == ["number-zero"]
    words = languages["fr"].word(roster.accepted[0].warnings[0])
    assert roster.members[0].number.printed in words.what


def test_a_date_in_place_of_a_text_is_an_error(tmp_path: Path, languages: Languages) -> None:
    rows = [person(0, card=date(2026, 5, 1)), person(1, number=datetime(1985, 7, 30, 3, 33))]
    roster = read(save(tmp_path, rows), languages)
    assert reasons(roster) == {2: ["cell-date"], 3: ["number-format"]}
    assert roster.rejected[0].problems[0].found == "01/05/2026"


def test_rich_text_and_hyperlinks_are_read_as_text(tmp_path: Path, languages: Languages) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["D2"] = CellRichText("An", TextBlock(InlineFont(b=True), "ne"), " Marie")
        sheet["B2"] = "mailto:anne@example.org"
        sheet["B2"].hyperlink = "mailto:anne@example.org"

    member = read(save(tmp_path, [person()], change=change), languages).members[0]
    assert (member.first_names, member.email.text) == ("Anne Marie", "anne@example.org")


def test_a_formula_counts_by_its_cached_value_and_not_without_one(
    tmp_path: Path, languages: Languages
) -> None:
    values = person()
    formula = '<c r="F{0}" t="str"><f>UPPER("p-1")</f>{1}</c>'
    rows = [row(1, FR)]
    for index, cached in ((2, "<v>P-1</v>"), (3, "<v></v>"), (4, "")):
        person_row = [number(serial=index * 3), f"a{index}@example.org", *values[2:5]]
        rows.append(row(index, person_row).replace("</row>", formula.format(index, cached) + "</row>"))
    roster = read(raw(tmp_path, "".join(rows)), languages)
    assert [member.protocol_card for member in roster.members] == ["P-1"]
    assert reasons(roster) == {3: ["cell-formula"], 4: ["cell-formula"]}


def test_error_cells_are_told_with_what_they_show(tmp_path: Path, languages: Languages) -> None:
    data = row(1, FR) + row(2, person()[:5]).replace("</row>", '<c r="F2" t="e"><v>#REF!</v></c></row>')
    problem = read(raw(tmp_path, data), languages).rejected[0].problems[0]
    assert (problem.code, problem.found) == ("cell-error", "#REF!")


def test_shared_strings_come_without_their_pronunciation_and_with_escapes_resolved(
    tmp_path: Path, languages: Languages
) -> None:
    strings = (
        "<sst><si><t>Zo&#233; &amp; L_x000D_o</t></si>"
        "<si><r><t>No</t></r><r><rPr><b/></rPr><t xml:space='preserve'>m </t></r>"
        "<rPh><t>x</t></rPh></si></sst>"
    )
    shared = '<c r="D2" t="s"><v>0</v></c><c r="E2" t="s"><v>1</v></c>' + cell("F2", "P-1")
    data = row(1, FR) + row(2, person()[:3]).replace("</row>", f"{shared}</row>")
    member = read(raw(tmp_path, data, strings=strings), languages).members[0]
    assert (member.first_names, member.last_name) == ("Zoé & L o", "Nom")


@pytest.mark.parametrize("odd", ["<!-- </row> -->", "<?x </row>?>", "\n  ", "<extLst><ext/></extLst>"])
def test_both_ways_of_reading_a_row_give_the_same(tmp_path: Path, languages: Languages, odd: str) -> None:
    plain = [row(1, FR), row(2, person(0)), row(3, person(1))]
    strange = [part.replace("</row>", f"{odd}</row>") for part in plain]
    one = read(raw(tmp_path, "".join(plain)), languages)
    prefixed = f'<x:worksheet xmlns:x="y"><x:sheetData>{"".join(plain)}</x:sheetData></x:worksheet>'
    prefixed = prefixed.replace("<row", "<x:row").replace("</row", "</x:row")
    two = read(raw(tmp_path, "".join(strange), name="odd.xlsx"), languages)
    three = read(raw(tmp_path, "", sheet=prefixed, name="prefixed.xlsx"), languages)
    assert one.members == two.members == three.members
    assert len(one.members) == 2


def test_markup_in_a_name_stays_the_text_it_is(tmp_path: Path, languages: Languages) -> None:
    names = [
        "<b>Anne</b>",
        "{{ 7*7 }}",
        "*Anne*",
        "@SUM(A1)",
        "'Anne",
        "+1",
        "=cmd|' /C calc'!A0",
        "Anne\r\nBcc: x",
    ]
    rows = [row(1, FR)] + [row(i, person(i, first=name)) for i, name in enumerate(names, start=2)]
    members = read(raw(tmp_path, "".join(rows)), languages).members
    assert [member.first_names for member in members] == [*names[:-1], "Anne Bcc: x"]


def test_a_very_long_text_is_an_error(tmp_path: Path, languages: Languages) -> None:
    roster = read(save(tmp_path, [person(first="A" * 30_000)]), languages)
    assert reasons(roster) == {2: ["text-long"]}
    assert len(roster.rejected[0].problems[0].found) <= 120


def test_merged_cells_over_people_are_an_error_on_those_rows(tmp_path: Path, languages: Languages) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("B3:B4")
        sheet.merge_cells("H2:J9")

    roster = read(save(tmp_path, [person(i) for i in range(4)], change=change), languages)
    assert [member.row for member in roster.members] == [2, 5]
    assert reasons(roster) == {3: ["cell-merged"], 4: ["cell-merged", "incomplete"]}


def test_hidden_rows_and_columns_are_read_and_listed(tmp_path: Path, languages: Languages) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["F"].hidden = True
        sheet.auto_filter.ref = "A1:F4"

    roster = read(save(tmp_path, [person(i) for i in range(3)], change=change), languages)
    assert len(roster.members) == 3
    assert [(problem.code, problem.found) for problem in roster.warnings] == [
        ("note-hidden-columns", "F"),
        ("note-hidden-rows", "3"),
    ]
    assert [codes(accepted.warnings) for accepted in roster.accepted] == [[], ["row-hidden"], []]


LINES = st.tuples(
    st.sampled_from(
        [number(), f"{number()[:2]}.{number()[2:4]}.{number()[4:6]}-{number()[6:9]}.{number()[9:]}"]
    )
    | st.from_regex(r"\d{2}[.]?\d{2}[.]?\d{2}-?\d{3}[.]?\d{2}", fullmatch=True),
    st.from_regex(r"[a-z.+']{1,9}@(example\.org|gmial\.com|a\.invalid|x|münchen\.de)", fullmatch=True),
    st.sampled_from(["FR", "fr", "Frans", "IT", "", 1]),
    *[st.text(st.characters(codec="latin-1"), max_size=5) | st.sampled_from(["Anne", "A" * 201, 7])] * 3,
)


@given(st.lists(LINES, max_size=5))
def test_plain_lines_are_judged_like_all_others(
    languages: Languages, lines: list[tuple[str | int, ...]]
) -> None:
    columns = Columns(1, dict(zip(FIELDS, "ABCDEF", strict=True)), {}, "fr")
    reader = RowReader("members.xlsx", columns, languages, TODAY)
    for index, values in enumerate(lines, start=2):
        cells = dict(zip("ABCDEF", values, strict=True))
        short = reader.read(SheetRow(index, cells))
        long = reader.read(SheetRow(index, cells, hidden=True))
        if isinstance(long, AcceptedRow):
            assert isinstance(short, AcceptedRow)
            assert (short.member, codes(short.warnings)) == (long.member, codes(long.warnings)[:-1])
        elif long is not None:
            assert isinstance(short, RejectedRow)
            assert codes(short.problems) == codes(long.problems)
