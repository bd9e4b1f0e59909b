"""The same people in every format that a mission may send, and on the sheet that they are on."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from missions import EN, FR, PACKAGE, RELATION, codes, number, person, read, reasons, save, sheet
from openpyxl.worksheet.worksheet import Worksheet

from notegen.domain.language import Language
from notegen.errors import RosterFileError

Languages = Mapping[str, Language]
PEOPLE = [person(i, first="Zoé", last="d'Hôpital") for i in range(5)]


def convert(path: Path, kind: str) -> Path:
    """What LibreOffice makes of a workbook; a profile of its own, so that tests can run at once."""
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    made = path.parent / "made"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(made), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return made / path.with_suffix(f".{kind}").name


@pytest.mark.tools("soffice")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_libreoffice_saves_is_read_with_a_note_about_the_format(
    tmp_path: Path, languages: Languages, kind: str
) -> None:
    workbook, first = sheet(PEOPLE)
    first.title = "Hidden"
    first.sheet_state = "hidden"
    second = workbook.create_sheet("Staff")
    for values in [FR, *PEOPLE, [], person(9, email=None), person(8, number=85073003328, card=12)]:
        second.append(list(values))
    second.merge_cells("B4:B5")
    workbook.active = 1
    workbook.save(tmp_path / "members.xlsx")
    before = read(tmp_path / "members.xlsx", languages)
    after = read(convert(tmp_path / "members.xlsx", kind), languages)
    assert (after.members, after.digest, after.sheet) == (before.members, before.digest, "Staff")
    assert reasons(after) == reasons(before)
    assert codes(after.warnings) == ["note-format", *codes(before.warnings)]
    assert after.warnings[0].found == f".{kind}"


@pytest.mark.tools("soffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_formulas_that_another_program_reckoned_are_read_by_their_values(
    tmp_path: Path, languages: Languages, kind: str
) -> None:
    rows = [person(0, card='=UPPER("p-1")'), person(1, card="=1/0"), person(2, card="=1+1"), person(3)]
    roster = read(convert(save(tmp_path, rows), kind), languages)
    assert [member.protocol_card for member in roster.members] == ["P-1", "2", "P-00003"]
    told = "incomplete" if kind == "xls" else "cell-error"
    assert reasons(roster) == {3: [told]}


@pytest.mark.tools("soffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_another_program_hides_and_merges_is_seen(
    tmp_path: Path, languages: Languages, kind: str
) -> None:
    def change(active: Worksheet) -> None:
        active.row_dimensions[3].hidden = True
        active.column_dimensions["C"].hidden = True
        active.merge_cells("B5:B6")

    roster = read(convert(save(tmp_path, PEOPLE, change=change), kind), languages)
    found = [(warning.code, warning.found) for warning in roster.warnings if warning.code != "note-format"]
    assert found == [("note-hidden-columns", "C"), ("note-hidden-rows", "3")]
    assert reasons(roster) == {5: ["cell-merged"], 6: ["cell-merged", "incomplete"]}


@pytest.mark.parametrize(
    ("name", "separator", "encoding", "top"),
    [
        ("members.csv", ",", "utf-8", ""),
        ("members.csv", ";", "utf-8-sig", ""),
        ("members.csv", ";", "cp1252", ""),
        ("members.csv", ";", "utf-8", "sep=;\r\n"),
        ("members.txt", "\t", "utf-16", ""),
        ("members.tsv", "\t", "utf-8", ""),
    ],
)
def test_text_with_separators_is_read(
    tmp_path: Path, languages: Languages, name: str, separator: str, encoding: str, top: str
) -> None:
    lines = [separator.join(f'"{value}"' for value in values) for values in [FR, *PEOPLE]]
    (tmp_path / name).write_bytes((top + "\r\n".join(lines)).encode(encoding))
    roster = read(tmp_path / name, languages)
    assert roster.digest == read(save(tmp_path, PEOPLE), languages).digest
    assert [member.row for member in roster.members] == [2, 3, 4, 5, 6]
    guessed = ["note-encoding"] if encoding == "cp1252" else []
    assert codes(roster.warnings) == ["note-format", *guessed]


def test_a_number_written_to_keep_its_zero_is_read(tmp_path: Path, languages: Languages) -> None:
    digits = number("050611", 45, century=2000)
    values = [f'="{digits}"', *map(str, person()[1:])]
    (tmp_path / "members.csv").write_text(f"{';'.join(FR)}\n{';'.join(values)}\n", encoding="utf-8")
    assert read(tmp_path / "members.csv", languages).members[0].number.digits == digits


def test_macros_are_never_run_and_that_is_said(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, PEOPLE).rename(tmp_path / "members.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"anything")
    roster = read(path, languages)
    assert (len(roster.members), codes(roster.warnings)) == (5, ["note-macros"])


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of a binary workbook ([MS-XLSB] 2.1.4)."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(content)
    return head + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(path: Path, cells: Mapping[tuple[int, int], str]) -> Path:
    """A minimal .xlsb with texts at (row, column), both counted from 0."""
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("Staff"))
    content = record(129) + record(148, struct.pack("<IIII", 0, 10, 0, 5)) + record(145)
    for line in sorted({row for row, _ in cells}):
        content += record(0, struct.pack("<IIHBBBI", line, 0, 300, 0, 0, 0, 0))
        for (row, column), text in sorted(cells.items()):
            if row == line:
                content += record(6, struct.pack("<II", column, 0) + wide(text))
    content += record(146) + record(130)
    relation = (
        f"<Relationships xmlns='{PACKAGE}'><Relationship Id='r1' Type='{RELATION}/worksheet' "
        "Target='worksheets/sheet1.bin'/></Relationships>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", book + record(144) + record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", relation)
        archive.writestr("xl/worksheets/sheet1.bin", content)
    return path


def placed(rows: Sequence[Sequence[object]], top: int = 0, left: int = 0) -> dict[tuple[int, int], str]:
    return {
        (top + r, left + c): str(value) for r, values in enumerate(rows) for c, value in enumerate(values)
    }


def test_a_binary_workbook_is_read(tmp_path: Path, languages: Languages) -> None:
    roster = read(binary_workbook(tmp_path / "members.xlsb", placed([FR, *PEOPLE], 2, 1)), languages)
    assert roster.digest == read(save(tmp_path, PEOPLE), languages).digest
    assert [member.row for member in roster.members] == [4, 5, 6, 7, 8]
    assert roster.warnings[0].found == ".xlsb"


def test_a_binary_workbook_that_asks_for_all_memory_is_refused(tmp_path: Path, languages: Languages) -> None:
    cells = {**placed([FR, *PEOPLE]), (1_048_575, 16_383): "x"}
    with pytest.raises(RosterFileError) as caught:
        read(binary_workbook(tmp_path / "members.xlsb", cells), languages)
    assert caught.value.code == "file-swollen"


def test_the_first_visible_sheet_is_read_and_that_is_said(tmp_path: Path, languages: Languages) -> None:
    workbook, first = sheet([person(7)])
    first.title, first.sheet_state = "Old", "hidden"
    for name, people in (("Staff", PEOPLE), ("Second", PEOPLE)):
        added = workbook.create_sheet(name)
        for values in [EN, *people]:
            added.append(list(values))
    workbook.active = 1
    workbook.save(tmp_path / "members.xlsx")
    roster = read(tmp_path / "members.xlsx", languages)
    assert (roster.sheet, len(roster.members)) == ("Staff", 5)
    found = [(warning.code, warning.found) for warning in roster.warnings]
    assert found == [("note-sheet-hidden", "Old"), ("note-sheet-other", "Second")]
    assert len(read(tmp_path / "members.xlsx", languages, sheet="Old").members) == 1


def test_a_sheet_that_is_not_there_is_an_error_that_lists_the_others(
    tmp_path: Path, languages: Languages
) -> None:
    with pytest.raises(RosterFileError, match="“Staff”; it has: Sheet") as caught:
        read(save(tmp_path, PEOPLE), languages, sheet="Staff", language="en")
    assert caught.value.code == "file-no-sheet"


def test_a_cover_sheet_is_passed_over_and_that_is_said(tmp_path: Path, languages: Languages) -> None:
    workbook, first = sheet([["Embassy of Freedonia"]], None)
    first.title = "Cover"
    added = workbook.create_sheet("List")
    for values in [EN, *PEOPLE]:
        added.append(list(values))
    workbook.save(tmp_path / "members.xlsx")
    roster = read(tmp_path / "members.xlsx", languages)
    assert (roster.sheet, codes(roster.warnings)) == ("List", ["note-sheet-chosen"])


def test_the_name_of_a_file_is_not_believed(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, PEOPLE)
    shutil.copy(path, tmp_path / "members.csv")
    assert len(read(tmp_path / "members.csv", languages).members) == 5
