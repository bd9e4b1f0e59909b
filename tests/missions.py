"""What missions send, made for the tests: rows in the form's order, as workbooks of every kind."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from notegen.domain.language import Language
from notegen.domain.problem import Problem
from notegen.domain.roster import Roster
from notegen.reading.roster_file import RosterOptions, read_roster

TODAY = date(2026, 1, 15)
FR = (
    "n°d'identification (11 digits)", "Adresse email", "Choix de langue: FR/NL/EN/DE", "Prénoms", "Nom",
    "N°carte ID protocolaire",
)  # fmt: skip
EN = (
    "Identification n° (11 digits)", "Email address", "Choice of language: FR/NL/EN/DE", "First names",
    "Last Name", "Protocol ID card N°",
)  # fmt: skip
NL = (
    "Identificatie n° (11 cijfers)", "Email address", "Taalkeuze: FR/NL/EN/DE", "Voornamen", "Naam",
    "Protocol ID- kaart N°",
)  # fmt: skip
DE = (
    "Identifikationsnummer (11 Ziffern)", "E-Mail-Adresse", "Sprachwahl: FR/NL/EN/DE", "Vornamen", "Nachname",
    "Nummer der protokollarischen ID-Karte",
)  # fmt: skip
HEADERS = {"fr": FR, "en": EN, "nl": NL, "de": DE}


def number(birth: str = "850730", serial: int = 33, *, century: int = 1900, bis: int = 0) -> str:
    """Eleven valid digits: `birth` as YYMMDD, `bis` (20 or 40) added to the month for a BIS number."""
    nine = f"{birth[:2]}{int(birth[2:4]) + bis:02d}{birth[4:]}{serial:03d}"
    return f"{nine}{97 - int(('2' if century == 2000 else '') + nine) % 97:02d}"


def person(index: int = 0, **other: object) -> list[object]:
    """A complete row; `other` replaces fields by name."""
    fields: dict[str, object] = {
        "number": number(serial=1 + index % 997, birth=f"{50 + index // 997 % 49:02d}0730"),
        "email": f"person.{index}@example.org",
        "language": ("FR", "NL", "EN", "DE")[index % 4],
        "first": f"Anne {'abcdefgh'[index % 8]}",
        "last": "Peeters",
        "card": f"P-{index:05d}",
    }
    return list({**fields, **other}.values())


def sheet(
    rows: Iterable[Sequence[object]], headers: Sequence[object] | None = FR
) -> tuple[Workbook, Worksheet]:
    """A workbook with one sheet, to be changed further before it is saved."""
    workbook = Workbook()
    active = workbook.active
    assert isinstance(active, Worksheet)
    for row in ([headers] if headers is not None else []) + list(rows):
        active.append(list(row))
    return workbook, active


def save(
    folder: Path,
    rows: Iterable[Sequence[object]],
    headers: Sequence[object] | None = FR,
    change: Callable[[Worksheet], object] | None = None,
    name: str = "members.xlsx",
) -> Path:
    """The rows as an .xlsx of openpyxl."""
    workbook, active = sheet(rows, headers)
    if change is not None:
        change(active)
    workbook.save(folder / name)
    return folder / name


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PARTS = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
    "_rels/.rels": f"<Relationships xmlns='{PACKAGE}'><Relationship Id='r1' "
    f"Type='{RELATION}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
    "xl/workbook.xml": f"<workbook xmlns='{SHEET}' xmlns:r='{RELATION}'><sheets>"
    "<sheet name='Staff' sheetId='1' r:id='r1'/></sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}'>"
    f"<Relationship Id='r1' Type='{RELATION}/worksheet' Target='worksheets/sheet1.xml'/>"
    f"<Relationship Id='r2' Type='{RELATION}/sharedStrings' Target='sharedStrings.xml'/></Relationships>",
}


def raw(
    folder: Path, sheet_data: str, *, before: str = "", after: str = "", name: str = "raw.xlsx", **parts: str
) -> Path:
    """An .xlsx whose XML is written out: what stands inside, before and after `sheetData`.

    `parts` replaces whole parts: `sheet`, `workbook`, `strings`.
    """
    sheet_xml = f'<worksheet xmlns="{SHEET}">{before}<sheetData>{sheet_data}</sheetData>{after}</worksheet>'
    files = {**_PARTS, "xl/worksheets/sheet1.xml": parts.get("sheet", sheet_xml)}
    if "workbook" in parts:
        files["xl/workbook.xml"] = parts["workbook"]
    if "strings" in parts:
        files["xl/sharedStrings.xml"] = parts["strings"]
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in files.items():
            archive.writestr(part, content)
    return folder / name


def cell(reference: str, text: str) -> str:
    """A cell with a text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def row(index: int, values: Sequence[object]) -> str:
    """A row of texts as XML."""
    named = zip("ABCDEFGHIJ", values, strict=False)
    return f'<row r="{index}">' + "".join(cell(f"{c}{index}", str(v)) for c, v in named if v) + "</row>"


def read(path: Path, languages: Mapping[str, Language], **options: object) -> Roster:
    """Read as the command line does, on a fixed day."""
    language = str(options.pop("language", ""))
    return read_roster(path, languages, today=TODAY, options=RosterOptions(**options), language=language)  # type: ignore[arg-type]


def codes(problems: Iterable[Problem]) -> list[str]:
    """What was found, by the code of its sentence."""
    return [problem.code for problem in problems]


def reasons(roster: Roster) -> dict[int, list[str]]:
    """The reasons of every row that gets no mail, by the number that Excel shows."""
    return {row.row: codes(row.problems) for row in roster.rejected}
