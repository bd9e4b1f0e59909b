"""The sheets of a register: rows of texts under known headers, each text with the place of its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from notegen.domain.problem import Place
from notegen.errors import NoteFileError
from notegen.reading.cell_text import CellFault, SheetRow, Value, clean, shown
from notegen.reading.container import Archive, Bounds, Kind, UnreadableError, kind_of
from notegen.reading.finding import Finding
from notegen.reading.rich_text import rich_cells, rich_strings
from notegen.reading.xlsx_book import XlsxBook, open_book
from notegen.reading.xlsx_sheet import XlsxSheet
from notegen.reading.yaml import Steps

BOUNDS = Bounds(size=16 * 2**20, rows=100_000)
_UNREADABLE = {
    "file-missing": ("the file cannot be opened.", "Check the name and the folder."),
    "file-empty": ("the file is empty.", "Begin with `notegen note form`."),
    "file-password": ("the workbook is locked by a password.", "Save it without one."),
    "file-external": ("the workbook refers to other workbooks.", "Save the values alone."),
    "file-large": ("the workbook is too large.", "Divide it into several."),
    "file-swollen": ("the workbook unpacks to far more than it should hold.", "Save it again with Excel."),
    "file-not-excel": ("this is no Excel workbook.", "Save it as .xlsx."),
}
_BROKEN = ("the workbook is damaged.", "Open it with Excel and save it again.")


@dataclass(frozen=True, slots=True)
class SheetCell:
    """The text of a cell and where it stands; `markdown` also tells bold, italics and superscript."""

    text: str
    markdown: str
    place: Place


Record = Mapping[str, SheetCell]
"""A row that is not blank, by header."""


@dataclass(slots=True)
class CellPlaces:
    """Where the values of a content that was put together from cells stand (see yaml_form.Whereabouts)."""

    whole: Place
    places: dict[Steps, Place] = field(default_factory=dict)

    def place(self, *steps: str | int) -> Place:
        """The cell of a value; of a value that is not there, that of its surroundings."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places.get(steps, self.whole)

    def key_place(self, *steps: str | int) -> Place:
        """The same: a cell has no key of its own."""
        return self.place(*steps)


def read_sheets(
    path: Path, known: Mapping[str, Callable[[str], bool]], findings: list[Finding]
) -> dict[str, tuple[Record, ...]]:
    """The records of the sheets that `known` names (in small letters), each header having passed its test.

    Raises NoteFileError when the file is no workbook; what is wrong within it becomes findings.
    """
    try:
        if kind_of(path, BOUNDS) not in (Kind.XLSX, Kind.XLSM):
            _refuse(path, "file-not-excel")
        with Archive(path, BOUNDS) as archive:
            return _read_book(path, archive, known, findings)
    except UnreadableError as fault:
        _refuse(path, fault.code, fault)


def _refuse(path: Path, code: str, fault: UnreadableError | None = None) -> NoReturn:
    what, hint = _UNREADABLE.get(code, _BROKEN)
    raise NoteFileError(what, where=str(path), hint=hint) from fault


def _read_book(
    path: Path, archive: Archive, known: Mapping[str, Callable[[str], bool]], findings: list[Finding]
) -> dict[str, tuple[Record, ...]]:
    book = open_book(archive)
    rich = replace(book, strings=rich_strings(book))
    sheets = {}
    for index, sheet in enumerate(book.sheets):
        name = clean(sheet.name).casefold()
        if name in known:
            reader = _SheetReader(path, book, rich, index, known[name], findings)
            sheets[name] = tuple(reader.records())
    return sheets


@dataclass(slots=True)
class _SheetReader:
    path: Path
    book: XlsxBook
    rich: XlsxBook
    index: int
    is_header: Callable[[str], bool]
    findings: list[Finding]

    def records(self) -> Sequence[Record]:
        """The rows below the headers."""
        sheet = XlsxSheet(self.book, self.index)
        inline = rich_cells(self.book, sheet.part)
        headers: dict[str, str] | None = None
        records = []
        for row, rich in zip(sheet.rows(), XlsxSheet(self.rich, self.index).rows(), strict=True):
            if headers is None:
                headers = self._headers(row)
            else:
                record = self._record(row, rich, headers, inline)
                if record:
                    records.append(record)
        return records

    def _headers(self, row: SheetRow) -> dict[str, str]:
        headers: dict[str, str] = {}
        for letters, value in row.cells.items():
            header = shown(value).casefold()
            if not self.is_header(header):
                self._find(row, letters, f"unknown column {header!r}.", "Compare with `notegen note form`.")
            elif header in headers.values():
                self._find(row, letters, f"the column {header!r} stands here a second time.", "Keep one.")
            else:
                headers[letters] = header
        return headers

    def _record(
        self, row: SheetRow, rich: SheetRow, headers: Mapping[str, str], inline: Mapping[tuple[int, str], str]
    ) -> Record:
        record: dict[str, SheetCell] = {}
        for letters, header in headers.items():
            value = row.cells.get(letters)
            if isinstance(value, CellFault):
                self._find(
                    row, letters, f"the formula gives no value ({value.text}).", "Write the value itself."
                )
            elif value is not None and _text(value):
                markdown = inline.get((row.number, letters)) or _text(rich.cells[letters])
                record[header] = SheetCell(_text(value), markdown, self._place(row, letters))
        return record

    def _find(self, row: SheetRow, letters: str, what: str, hint: str) -> None:
        self.findings.append(Finding(self._place(row, letters), what, hint))

    def _place(self, row: SheetRow, letters: str) -> Place:
        return Place(f"{self.path}:{self.book.sheets[self.index].name}", row.number, letters)


def listed(text: str) -> list[str]:
    """The words of a cell such as `fr, nl`."""
    return text.replace(",", " ").replace(";", " ").split()


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.replace("\r\n", "\n").split("\n")).strip()
    return shown(value)
