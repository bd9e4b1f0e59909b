"""Workbooks whose parts unpack to too much of one thing: refused after little of it was read."""

from __future__ import annotations

import random
import resource
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import FR, SHEET, cell, person, raw, read, reasons, row, save
from openpyxl import load_workbook

from notegen.domain.language import Language
from notegen.errors import RosterFileError
from notegen.reading.container import Archive, Bounds, UnreadableError
from notegen.reading.markup import LONGEST_TEXT, Markup
from notegen.reading.opendocument import open_document
from notegen.reading.roster_report import write_report

Languages = Mapping[str, Language]
VARIED = random.Random(1).randbytes(2_500_000).hex()
HEAD = f'<worksheet xmlns="{SHEET}"><sheetData>{row(1, FR)}'


def refusal(path: Path, languages: Languages, **options: object) -> str:
    with pytest.raises(RosterFileError) as caught:
        read(path, languages, **options)
    return caught.value.code


@pytest.mark.parametrize(
    "inside",
    [
        "<a>" * 300_000,
        f'<row r="2" x="{VARIED}"/>',
        f"<!-- {VARIED} -->",
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * 2_000_000}</t></is></c></row>',
        f'<row r="2"><c r="A2" t="inlineStr"><is>{"<r><t>xxxxxxx</t></r>" * 200_000}</is></c></row>',
    ],
    ids=["deep", "wide tag", "comment", "long text", "many runs"],
)
def test_a_sheet_with_too_much_of_one_thing_is_refused(
    tmp_path: Path, languages: Languages, inside: str
) -> None:
    path = raw(tmp_path, "", sheet=f"{HEAD}{inside}</sheetData></worksheet>")
    assert refusal(path, languages) == "file-swollen"


def test_elements_without_end_are_refused() -> None:
    seen: list[str] = []
    markup = Markup(lambda name, _: seen.append(name), most=10)
    markup.feed(b"<x>" + b"<a/>" * 9)
    with pytest.raises(UnreadableError):
        markup.feed(b"<a/>")
    assert len(seen) == 10


def test_a_shared_string_longer_than_any_text_is_refused(tmp_path: Path, languages: Languages) -> None:
    strings = f"<sst><si><t>{'x' * (LONGEST_TEXT + 10)}</t></si></sst>"
    path = raw(tmp_path, row(1, FR) + row(2, person()), strings=strings)
    assert refusal(path, languages) == "file-swollen"


def test_a_long_text_in_every_cell_of_the_headers_and_rows_is_only_glimpsed_at(
    tmp_path: Path, languages: Languages
) -> None:
    strings = f"<sst><si><t>{'é&#x200b;abcde' * 50_000}</t></si></sst>"
    wide = "".join(
        f'<c r="{letters}1" t="s"><v>0</v></c>' for letters in ("G", *(f"A{c}" for c in "ABCDEFGH"))
    )
    full = "".join(
        f'<row r="{number}">'
        + "".join(f'<c r="{letters}{number}" t="s"><v>0</v></c>' for letters in "ABCDEF")
        + "</row>"
        for number in range(3, 203)
    )
    data = row(1, FR).replace("</row>", f"{wide}</row>") + row(2, person()) + full
    roster = read(raw(tmp_path, data, strings=strings), languages)
    assert [member.row for member in roster.members] == [2]
    assert reasons(roster)[3][:3] == ["number-characters", "email-at", "language-unknown"]
    assert all(len(problem.found) <= 120 for problem in roster.rejected[0].problems)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_as_no_workbook_is_packed_is_refused(
    tmp_path: Path, languages: Languages, method: int
) -> None:
    path = raw(tmp_path, row(1, FR))
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = HEAD.encode() + b" " * 64_000_000
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(path, languages) == "file-broken"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_document_with_a_text_longer_than_any_is_refused(tmp_path: Path) -> None:
    texts = f"<text:p>{'x' * 1000}</text:p>" * 2_000
    table = f"<table:table><table:table-row><table:table-cell>{texts}</table:table-cell></table:table-row>"
    path = tmp_path / "members.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", f"<c>{table}</table:table></c>")
    with Archive(path, Bounds(10_000_000, 10)) as archive_read, pytest.raises(UnreadableError) as caught:
        list(open_document(archive_read)[0].open().rows())
    assert caught.value.code == "file-swollen"


@pytest.mark.parametrize("stray", ["XFD1048576", "A1048576"])
def test_a_stray_cell_far_out_costs_the_report_nothing(
    tmp_path: Path, languages: Languages, stray: str
) -> None:
    far = f'<row r="1048576">{cell(stray, "x")}</row>'
    path = raw(tmp_path, row(1, FR) + row(2, person(language="IT")) + far)
    roster = read(path, languages)
    write_report(path, roster, languages["fr"], tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx").worksheets[0]
    assert sheet["G2"].value.startswith("Ligne 2, colonne C")
    assert sheet[stray].value == "x"


@pytest.mark.parametrize(
    "range_of_all",
    [
        '<mergeCells><mergeCell ref="H9:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="H9:XFD1048576" location="x"/></hyperlinks>',
    ],
)
def test_a_range_over_the_whole_sheet_costs_the_report_nothing(
    tmp_path: Path, languages: Languages, range_of_all: str
) -> None:
    path = save(tmp_path, [person(language="IT")])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + range_of_all.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    write_report(path, read(path, languages), languages["fr"], tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx").worksheets[0]
    assert sheet["G2"].value.startswith("Ligne 2, colonne C")
