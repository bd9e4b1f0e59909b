"""A sheet of an .xlsx workbook as a stream of rows, in flat memory whatever its claimed size.

Rows in the plain form that every program writes are read by one regular expression, whose matches must
account for every tag of the row; all others go through the XML parser. Both ways give the same values.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from datetime import date, datetime, timedelta

from notegen.reading.cell_text import CellFault, SheetRow, Value, column_index, column_letters
from notegen.reading.container import UnreadableError
from notegen.reading.markup import LONGEST_TEXT, Characters, Markup, cell_string, is_true, plain_text
from notegen.reading.xlsx_book import XlsxBook, blocks, decoded

_ROW = re.compile(r'\s*<row r="(\d{1,7})"([^<>]*)>')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="(\d{1,5})")?(?: t="(s|inlineStr|n)")?'
    r'(?:/>|><v>([^<]+)</v></c>|><is><t(?: xml:space="preserve")?>([^<]+)</t></is></c>)'
)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_HIDDEN = re.compile(r'\shidden="(?:1|true)"')
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
MOST_MERGED = 100_000
WIDEST = 16_384


class XlsxSheet:
    """One sheet. `hidden_columns` (first and last letters) are known before the first row of `rows`, `merged`
    (first column, first row, last column, last row) after the last.
    """

    __slots__ = (
        "_book", "_cells", "_column", "_has_formula", "_hidden", "_kind", "_markup", "_number", "_parts",
        "_phonetic", "_ready", "_style", "_wants", "hidden_columns", "merged", "name", "part",
    )  # fmt: skip

    def __init__(self, book: XlsxBook, index: int) -> None:
        self._book = book
        self.name = book.sheets[index].name
        self.part = book.sheets[index].part
        self.hidden_columns: list[tuple[str, str]] = []
        self.merged: list[tuple[str, int, str, int]] = []
        self._markup = Markup(self._start, self._end, self._text, book.archive.bounds.elements)
        self._ready: list[SheetRow] = []
        self._number = self._column = 0
        self._hidden = self._phonetic = self._has_formula = self._wants = False
        self._cells: dict[str, Value] = {}
        self._kind = self._style = ""
        self._parts = Characters()

    def rows(self) -> Generator[SheetRow]:
        """The rows that hold a value, in the order of the file; UnreadableError where the XML breaks off."""
        archive = self._book.archive
        for block, is_plain in blocks(archive.stream(self.part, archive.bounds.part), b"</row>"):
            if is_plain and b"<!" not in block and len(block) <= LONGEST_TEXT:
                yield from self._plain(block)
            else:
                self._markup.feed(block)
                yield from self._taken()
        self._markup.close()
        yield from self._taken()

    def _taken(self) -> list[SheetRow]:
        rows, self._ready = self._ready, []
        return rows

    def _plain(self, block: bytes) -> Iterator[SheetRow]:
        start = block.find(b"<sheetData>") + 11
        if start > 10:
            self._markup.feed(block[:start])
            block = block[start:]
        if b"<v" not in block and b"<is" not in block and b"<f" not in block and b"hidden" not in block:
            return
        for part in decoded(block).split("</row>")[:-1]:
            row = self._plain_row(part)
            if row is None:
                self._markup.feed(f"{part}</row>".encode())
                yield from self._taken()
            elif row.cells:
                self._number = row.number
                yield row

    def _plain_row(self, part: str) -> SheetRow | None:
        """The row, or None where it is anything but plain."""
        head = _ROW.match(part)
        if head is None:
            return None
        cells: dict[str, Value] = {}
        tags = 1
        strings = self._book.strings
        for letters, style, kind, value, text in _CELL.findall(part, head.end()):
            if text:
                tags += 6
                cells[letters] = text if "&" not in text and "_x" not in text else plain_text(text)
            elif not value:
                tags += 1
            else:
                tags += 4
                cells[letters] = _shared(strings, value) if kind == "s" else self._reckoned(value, style)
        if tags != part.count("<"):
            return None
        return SheetRow(int(head[1]), cells, "hidden" in head[2] and _HIDDEN.search(head[2]) is not None)

    def _reckoned(self, value: str, style: str) -> Value:
        if style and int(style) in self._book.dates:
            return _date(value, is_1904=self._book.is_1904)
        number = _number(value)
        if style and self._book.zeros and isinstance(number, int) and number >= 0:
            return str(number).zfill(width) if (width := self._book.zeros.get(int(style))) else number
        return number

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._wants = not self._phonetic
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "col" and is_true(attributes.get("hidden", "")) and len(self.hidden_columns) < WIDEST:
            self._hide_columns(attributes)
        elif name == "mergeCell" and len(self.merged) < MOST_MERGED:
            self._merge(attributes.get("ref", ""))

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        given = attributes.get("r", "")
        self._number = int(given) if given.isdigit() and len(given) < 8 else self._number + 1
        self._hidden = is_true(attributes.get("hidden", ""))
        self._cells = {}
        self._column = -1

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_index(match[1]) if match else self._column + 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_formula = False
        self._parts.clear()

    def _hide_columns(self, attributes: Mapping[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdigit() and last.isdigit() and 0 < int(first) <= int(last) <= WIDEST:
            self.hidden_columns.append((column_letters(int(first) - 1), column_letters(int(last) - 1)))

    def _merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference)
        if match:
            self.merged.append((match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])))

    def _text(self, text: str) -> None:
        if self._wants:
            self._parts.add(text)

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._wants = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            value = self._cell_value(self._parts.joined())
            if value is not None and self._column < WIDEST:
                self._cells[column_letters(self._column)] = value
        elif name == "row" and self._cells:
            self._ready.append(SheetRow(self._number, self._cells, self._hidden))

    def _cell_value(self, text: str) -> Value | None:
        kind = self._kind
        if self._has_formula and not text:
            return CellFault("")
        if kind in ("inlineStr", "str"):
            return cell_string(text) or None
        if not text.strip():
            return None
        if kind == "s":
            return _shared(self._book.strings, text.strip()) or None
        if kind == "b":
            return is_true(text.strip())
        if kind == "e":
            return CellFault(text)
        return _iso_date(text) if kind == "d" else self._reckoned(text.strip(), self._style)


def _shared(strings: list[str], index: str) -> str:
    try:
        return strings[int(index)]
    except (ValueError, IndexError) as fault:
        raise UnreadableError("file-broken") from fault


def _number(text: str) -> Value:
    if text.isascii() and text.isdigit():
        return int(text[:400])
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e17 else number


def _date(text: str, *, is_1904: bool) -> Value:
    """A day number as Excel shows it: 1 is 1 January 1900, and 1900 counts as a leap year before 1 March."""
    number = _number(text)
    if not isinstance(number, int | float) or not 0 <= number < 2_958_466:
        return number
    origin = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30 if number >= 60 else 31)  # noqa: DTZ001  # a sheet knows no zone
    return origin + timedelta(days=number)


def _iso_date(text: str) -> Value:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return text
