"""Files that are no form, or are meant to do harm: a clear error or plain text, soon and in little memory."""

from __future__ import annotations

import resource
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from missions import EN, FR, SHEET, TODAY, cell, person, raw, read, row, save

from notegen.domain.language import Language
from notegen.domain.roster import Roster
from notegen.errors import RosterFileError
from notegen.reading.cell_text import column_letters
from notegen.reading.roster_file import read_roster

Languages = Mapping[str, Language]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def refusal(path: Path, languages: Languages, **options: object) -> RosterFileError:
    with pytest.raises(RosterFileError) as caught:
        read(path, languages, **options)
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "code", "found"),
    [
        ("members.pdf", b"%PDF-1.7\n", "file-not-excel", "PDF"),
        ("members.xlsx", b"%PDF-1.7\n", "file-not-excel", "PDF"),
        ("members.xlsx", PNG, "file-not-excel", "PNG"),
        ("members.csv", PNG, "file-not-excel", "PNG"),
        ("members.xls", b"<html><table><tr>", "file-not-excel", "HTML"),
        ("members.xls", b"<?xml version='1.0'?><Workbook>", "file-not-excel", "XML"),
        ("members.docx", b"name;mail", "file-not-excel", "docx"),
        ("members.csv", b"a\0b;c", "file-not-excel", "csv"),
        ("members.xls", OLE + "WordDocument\0".encode("utf-16-le"), "file-not-excel", "OLE"),
        ("members.xlsx", b"name;mail", "file-not-excel", "TXT"),
        ("members.xls", OLE + "Workbook\0".encode("utf-16-le"), "file-broken", ""),
        ("members.xlsx", OLE + "EncryptedPackage\0".encode("utf-16-le"), "file-password", ""),
        ("members.xlsx", b"", "file-empty", ""),
        ("members.csv", b" \r\n ", "file-empty", ""),
        ("members.xlsx", b"PK\x03\x04" + bytes(50), "file-broken", ""),
    ],
)
def test_what_is_no_workbook_is_refused_in_the_language_asked_for(
    tmp_path: Path, languages: Languages, name: str, content: bytes, code: str, found: str
) -> None:
    (tmp_path / name).write_bytes(content)
    error = refusal(tmp_path / name, languages, language="fr")
    assert (error.code, error.where) == (code, name)
    assert found in error.what
    assert code != "file-not-excel" or "doit rester au format Excel" in error.what


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, languages: Languages) -> None:
    assert refusal(tmp_path / "members.xlsx", languages).code == "file-missing"


def test_a_truncated_workbook_is_refused(tmp_path: Path, languages: Languages) -> None:
    content = save(tmp_path, [person()]).read_bytes()
    for length in (len(content) // 3, len(content) - 10):
        (tmp_path / "members.xlsx").write_bytes(content[:length])
        assert refusal(tmp_path / "members.xlsx", languages).code == "file-broken"


def test_a_damaged_part_is_refused(tmp_path: Path, languages: Languages) -> None:
    path = raw(tmp_path, row(1, FR) + row(2, person()))
    content = bytearray(path.read_bytes())
    place = content.rfind(b"sheet1.xml", 0, content.find(b"PK\x01\x02")) + 40
    content[place : place + 8] = bytes(8)
    path.write_bytes(content)
    assert refusal(path, languages).code == "file-broken"


def test_a_protected_zip_names_the_password(tmp_path: Path, languages: Languages) -> None:
    path = raw(tmp_path, row(1, FR))
    content = path.read_bytes()
    directory = content.find(b"PK\x01\x02")
    marked = bytearray(content)
    marked[directory + 8] |= 1
    path.write_bytes(marked)
    error = refusal(path, languages, language="de")
    assert error.code == "file-password"
    assert "Passwort" in error.what


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, [person()])
    assert refusal(path, languages, max_bytes=2_000).code == "file-large"


def test_a_zip_bomb_is_refused(tmp_path: Path, languages: Languages) -> None:
    path = raw(tmp_path, row(1, FR))
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        zipfile.ZipFile(raw(tmp_path, "", name="o")) as o,
    ):
        for name in o.namelist():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, o.read(name))
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{SHEET}">' + " " * 64_000_000)
    assert path.stat().st_size < 100_000
    assert refusal(path, languages).code == "file-swollen"


def test_too_many_parts_are_refused(tmp_path: Path, languages: Languages) -> None:
    path = raw(tmp_path, row(1, FR))
    with zipfile.ZipFile(path, "a") as archive:
        for index in range(2_000):
            archive.writestr(f"xl/media/{index}", b"")
    assert refusal(path, languages).code == "file-swollen"


def test_huge_shared_strings_are_refused(tmp_path: Path, languages: Languages) -> None:
    strings = "<sst>" + "".join(f"<si><t>{index:0200d}</t></si>" for index in range(5_000)) + "</sst>"
    path = raw(tmp_path, row(1, FR) + row(2, person()), strings=strings)
    assert refusal(path, languages, max_bytes=path.stat().st_size).code == "file-swollen"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_declarations_of_entities_are_refused(tmp_path: Path, languages: Languages, declared: str) -> None:
    sheet = f'{declared}<worksheet xmlns="{SHEET}"><sheetData>{row(1, FR)}</sheetData></worksheet>'
    assert refusal(raw(tmp_path, "", sheet=sheet), languages).code == "file-entities"
    strings = f"{declared}<sst><si><t>&b;</t></si></sst>"
    assert refusal(raw(tmp_path, row(1, FR), strings=strings), languages).code == "file-entities"


def test_an_entity_that_nobody_declared_is_refused(tmp_path: Path, languages: Languages) -> None:
    data = row(1, FR) + row(2, person(first="Anne")).replace("Anne", "&xxe;")
    assert refusal(raw(tmp_path, data), languages).code in ("file-entities", "file-broken")


def test_links_to_other_workbooks_are_refused(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, [person()])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert refusal(path, languages).code == "file-external"


def test_sixteen_thousand_headers_are_read(tmp_path: Path, languages: Languages) -> None:
    headers = [*FR, *(f"x{index}" for index in range(16_378))]
    roster = read(save(tmp_path, [person()], headers), languages)
    assert len(roster.members) == 1
    assert "(+16370)" in roster.warnings[0].found


@pytest.mark.parametrize("stray", ["XFD1048576", "QQQ1234567", "A1048576", "XFD2"])
def test_a_stray_cell_far_out_costs_nothing(tmp_path: Path, languages: Languages, stray: str) -> None:
    number = stray.lstrip("QXFDA")
    far = f'<row r="{number}">{cell(stray, "x")}</row>'
    data = row(1, FR) + row(2, person()).replace("</row>", cell("XFD2", "x") + "</row>") + far
    roster = read(raw(tmp_path, data, before='<dimension ref="A1:XFD1048576"/>'), languages)
    assert [member.row for member in roster.members] == [2]


def test_formatted_empty_rows_are_passed_over_in_flat_memory(tmp_path: Path, languages: Languages) -> None:
    empty = "".join(
        f'<row r="{index}" spans="1:3"><c r="A{index}" s="1"/><c r="B{index}" s="1"/></row>'
        for index in range(3, 250_000)
    )
    path = raw(tmp_path, row(1, FR) + row(2, person()) + empty + row(250_000, person(1)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert [member.row for member in read(path, languages).members] == [2, 250_000]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_ten_thousand_empty_columns_cost_nothing(tmp_path: Path, languages: Languages) -> None:
    empty = "".join(f'<c r="{column_letters(index)}2" s="1"/>' for index in range(6, 10_000))
    data = row(1, FR) + row(2, person()).replace("</row>", f"{empty}</row>")
    assert len(read(raw(tmp_path, data), languages).members) == 1


@pytest.mark.parametrize("columns", [1, 300])
def test_a_sheet_full_of_other_things_is_refused(tmp_path: Path, languages: Languages, columns: int) -> None:
    letters = [column_letters(index) for index in range(7, 7 + columns)]
    other = "".join(
        f'<row r="{n}">{"".join(f"<c r={chr(34)}{c}{n}{chr(34)}><v>1</v></c>" for c in letters)}</row>'
        for n in range(3, 300)
    )
    path = raw(tmp_path, row(1, FR) + row(2, person()) + other)
    assert refusal(path, languages, row_limit=10).code == "file-swollen"
    assert len(read(path, languages, row_limit=1_000).members) == 1


def test_a_row_without_end_is_read_within_bounds(tmp_path: Path, languages: Languages) -> None:
    data = row(1, EN) + '<row r="2">' + "".join(f'<c r="A2" s="{index}"/>' for index in range(400_000))
    path = raw(tmp_path, "", sheet=f'<worksheet xmlns="{SHEET}"><sheetData>{data}')
    assert refusal(path, languages).code == "file-broken"


def judged(path: Path, languages: Languages) -> Roster | None:
    """What comes out: a roster, or None for a RosterFileError; anything else is a defect."""
    try:
        roster = read_roster(path, languages, today=TODAY)
    except RosterFileError as error:
        assert error.what
        assert error.hint
        return None
    for problem in roster.warnings:
        assert languages["fr"].word(problem).what
    for accepted in roster.accepted:
        assert all(languages["de"].word(problem).what for problem in accepted.warnings)
    for rejected in roster.rejected:
        assert rejected.problems
        assert all(languages["nl"].word(problem).do for problem in rejected.problems)
    return roster


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
TYPED = st.sampled_from(
    [str(value) for value in (*person(), *person(1), "=1+1", "8.5E+10", "a@b", "FR", " ", "_x000D_")]
)
CELLS = st.lists(TEXT | TYPED, min_size=0, max_size=8)


@settings(max_examples=80)
@given(st.lists(CELLS, max_size=6), st.sampled_from(["csv", "tsv"]))
def test_whatever_stands_in_the_cells_only_a_roster_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory, languages: Languages, rows: list[list[str]], kind: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"members.{kind}"
    between = "\t" if kind == "tsv" else ";"
    lines = [between.join(cells) for cells in [FR, *rows]]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    judged(path, languages)


KINDS = st.sampled_from(["s", "n", "b", "e", "d", "str", "inlineStr", "x", ""])
RAW_CELLS = st.lists(
    st.tuples(
        st.sampled_from("ABCDEFGZ"), KINDS, TEXT | TYPED | st.floats().map(str) | st.integers().map(str)
    ),
    max_size=8,
)


@settings(max_examples=150)
@given(st.lists(RAW_CELLS, min_size=1, max_size=5), st.booleans())
def test_whatever_kind_a_cell_claims_to_be_only_a_roster_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory,
    languages: Languages,
    rows: list[list[tuple[str, str, str]]],
    has_formula: bool,
) -> None:
    data = row(1, FR)
    for number, cells in enumerate(rows, start=2):
        inner = "".join(typed(letters, number, kind, text, has_formula) for letters, kind, text in cells)
        data += f'<row r="{number}">{inner}</row>'
    judged(raw(tmp_path_factory.mktemp("fuzz"), data, strings="<sst><si><t>x</t></si></sst>"), languages)


def typed(letters: str, number: int, kind: str, text: str, has_formula: bool) -> str:
    shown = (
        "".join(c for c in text if c.isprintable() or c in "\t\n").replace("&", "&amp;").replace("<", "&lt;")
    )
    attribute = f' t="{kind}"' if kind else ""
    formula = "<f>A1</f>" if has_formula else ""
    return f'<c r="{letters}{number}" s="1"{attribute}>{formula}<v>{shown}</v></c>'


@settings(max_examples=150)
@given(st.data())
def test_however_a_workbook_is_damaged_only_a_roster_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory, languages: Languages, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    xml = f'<worksheet xmlns="{SHEET}"><sheetData>{row(1, FR)}{row(2, person())}</sheetData></worksheet>'
    start = data.draw(st.integers(0, len(xml)))
    end = data.draw(st.integers(start, min(start + 20, len(xml))))
    piece = data.draw(
        st.sampled_from(["", "<", ">", "&", '"', "<!--", "<![CDATA[", "</row>", "\0", "<row>", "]]>", "é"])
    )
    judged(raw(folder, "", sheet=xml[:start] + piece + xml[end:]), languages)
    content = bytearray(save(folder, [person()]).read_bytes())
    place = data.draw(st.integers(0, 1 << 20)) % len(content)
    content[place] = data.draw(st.integers(0, 255))
    (folder / "members.xlsx").write_bytes(content)
    judged(folder / "members.xlsx", languages)


def document(folder: Path, table: str, manifest: str = "<manifest/>") -> Path:
    """An .ods whose sheet is written out."""
    with zipfile.ZipFile(folder / "members.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", f'<c><table:table table:name="Staff">{table}</table:table></c>')
    return folder / "members.ods"


def document_row(values: Sequence[object], attributes: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        for value in values
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def test_a_document_of_endless_repetitions_is_read_within_bounds(
    tmp_path: Path, languages: Languages
) -> None:
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    wide = '<table:table-cell table:number-columns-repeated="99999999"><text:p>x</text:p></table:table-cell>'
    good = document_row(FR) + document_row(person()).replace(
        "</table:table-row>", f"{wide}</table:table-row>"
    )
    roster = read(document(tmp_path, good + blank), languages)
    assert [member.row for member in roster.members] == [2]
    again = document_row(person(1), 'table:number-rows-repeated="1048576"')
    assert refusal(document(tmp_path, good + again), languages).code == "rows-over"


def test_a_protected_document_names_the_password(tmp_path: Path, languages: Languages) -> None:
    manifest = '<manifest><file-entry><encryption-data checksum="x"/></file-entry></manifest>'
    assert refusal(document(tmp_path, document_row(FR), manifest), languages).code == "file-password"


def test_a_damaged_document_is_refused(tmp_path: Path, languages: Languages) -> None:
    assert refusal(document(tmp_path, document_row(FR) + "<broken>"), languages).code == "file-broken"
