"""How fast a roster is checked, and in how much memory, against openpyxl merely reading the same file.

    python bench/roster.py [rows …]        default: 10000 100000 1000000

Each figure comes from a process of its own: start-up is left out of the time and counted in the memory.
"Checked" is all that `notegen roster check` does: bounds, headers, every cell, duplicates, digest.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent
HEADERS = (
    "n°d'identification (11 digits)", "Adresse email", "Choix de langue: FR/NL/EN/DE", "Prénoms", "Nom",
    "N°carte ID protocolaire",
)  # fmt: skip
SLOW = 200_000
"""Rows beyond which openpyxl is not asked any more."""


def people(count: int) -> Iterator[tuple[str, ...]]:
    for index in range(count):
        month, day = 1 + index // 998 // 28 % 12, 1 + index // 998 % 28
        nine = f"{30 + index // 998 // 28 // 12:02d}{month:02d}{day:02d}{1 + index % 998:03d}"
        digits = f"{nine}{97 - int(nine) % 97:02d}"
        printed = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}"
        address = f"person.{index}@mission{index % 180}.example.org"
        language = ("FR", "NL", "EN", "DE")[index % 4]
        yield printed, address, language, f"Zoé {index % 997}", f"D'Hont {index % 9973}", f"P-{index:07d}"


def write(path: Path, count: int) -> None:
    """As Excel writes it: every text among the shared strings, each once."""
    known: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="')
            part.write(b'http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for number, values in enumerate(rows(count), start=1):
                cells = zip("ABCDEF", (known.setdefault(value, len(known)) for value in values), strict=True)
                told = "".join(f'<c r="{letters}{number}" t="s"><v>{key}</v></c>' for letters, key in cells)
                part.write(f'<row r="{number}" spans="1:6">{told}</row>'.encode())
            part.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="')
            part.write(b'http://schemas.openxmlformats.org/spreadsheetml/2006/main">')
            part.writelines(f"<si><t>{escape(text)}</t></si>".encode() for text in known)
            part.write(b"</sst>")
        for name, content in PARTS.items():
            archive.writestr(name, content)


def rows(count: int) -> Iterator[tuple[str, ...]]:
    yield HEADERS
    yield from people(count)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
    f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Staff" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def check(path: Path) -> int:
    """notegen: read and judge every row."""
    from notegen.reading.language_folder import read_languages
    from notegen.reading.roster_file import RosterOptions, read_roster

    options = RosterOptions(row_limit=10_000_000, max_bytes=1_000_000_000)
    languages = read_languages([ROOT / "templates"])
    return len(read_roster(path, languages, today=date(2026, 1, 15), options=options).accepted)


def openpyxl_read_only(path: Path) -> int:
    """openpyxl: iterate the values and do nothing with them."""
    from openpyxl import load_workbook

    sheet = load_workbook(path, read_only=True).worksheets[0]
    return sum(1 for _ in sheet.iter_rows(values_only=True)) - 1


def openpyxl_normal(path: Path) -> int:
    from openpyxl import load_workbook

    sheet = load_workbook(path).worksheets[0]
    return sum(1 for _ in sheet.iter_rows(values_only=True)) - 1


def calamine(path: Path) -> int:
    """python-calamine: iterate the values and do nothing with them."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return sum(1 for _ in sheet.iter_rows()) - 1


WAYS: dict[str, Callable[[Path], int]] = {
    "notegen, checked": check,
    "openpyxl read-only, merely read": openpyxl_read_only,
    "openpyxl, merely read": openpyxl_normal,
    "python-calamine, merely read": calamine,
}


def measure(way: str, path: str, warm_up: str) -> None:
    """In a process of its own: imports and caches first, on a small file."""
    WAYS[way](Path(warm_up))
    started, worked = time.perf_counter(), time.process_time()
    count = WAYS[way](Path(path))
    wall, processor = time.perf_counter() - started, time.process_time() - worked
    print(count, wall, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print(f"{'rows':>9}  {'way':32} {'rows/s':>9} {'rows/s of CPU':>14} {'peak MB':>8} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder, "small.xlsx")
        write(small, 100)
        for size in sizes:
            path = Path(folder, f"{size}.xlsx")
            write(path, size)
            told: dict[str, list[float]] = {}
            for way in WAYS if size <= SLOW else ("notegen, checked", "python-calamine, merely read"):
                command = [sys.executable, __file__, "--measure", way, str(path), str(small)]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                told[way] = [float(figure) for figure in answer]
                assert told[way][0] == size
            peer = told.get("openpyxl read-only, merely read")
            for way, (count, wall, processor, peak) in told.items():
                ratio = f"{peer[2] / processor:6.2f}x" if peer else "-"
                speed = f"{count / wall:>9.0f} {count / processor:>14.0f}"
                print(f"{size:>9}  {way:32} {speed} {peak:>8.0f} {ratio:>7}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:5])
    else:
        main()
