"""OpenDocument spreadsheets (.ods; ISO/IEC 26300-1), row by row; blank ones are counted, not unrolled."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from functools import partial

from notegen.reading.cell_text import CellFault, SheetRow, Value, column_letters
from notegen.reading.container import Archive, UnreadableError
from notegen.reading.markup import Characters, Markup, attribute
from notegen.reading.table import Merged, TableEntry

WIDEST = 16_384
LONGEST = 1_048_576
MOST_MERGED = 100_000
_CONTENT = "content.xml"


def open_document(archive: Archive) -> list[TableEntry]:
    """The sheets of a document, listed by reading it once; UnreadableError where it cannot be read."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml", 1 << 22):
        raise UnreadableError("file-password")
    found = _Sheets(archive.bounds.elements)
    for piece in archive.stream(_CONTENT, archive.bounds.part):
        found.markup.feed(piece)
    found.markup.close()
    return [
        TableEntry(name, style in found.hidden_styles, partial(OdsSheet, archive, index, name))
        for index, (name, style) in enumerate(found.listed)
    ]


class _Sheets:
    """Names of the sheets with their styles, and the styles that hide a sheet."""

    __slots__ = ("_style", "hidden_styles", "listed", "markup")

    def __init__(self, elements: int) -> None:
        self.listed: list[tuple[str, str]] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self.markup = Markup(self._start, most=elements)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "style":
            self._style = attribute(attributes, "name")
        elif name == "table-properties" and attribute(attributes, "display") == "false":
            self.hidden_styles.add(self._style)
        elif name == "table":
            self.listed.append((attribute(attributes, "name"), attribute(attributes, "style-name")))


class OdsSheet:
    """One sheet; `hidden_columns` and `merged` fill up while its rows are read."""

    __slots__ = (
        "_archive", "_attributes", "_cells", "_column", "_columns", "_hidden", "_index", "_is_inside",
        "_markup", "_number", "_parts", "_ready", "_repeats", "_skipped", "_texts", "hidden_columns",
        "merged", "name",
    )  # fmt: skip

    def __init__(self, archive: Archive, index: int, name: str) -> None:
        self.name = name
        self.hidden_columns: list[tuple[str, str]] = []
        self.merged: list[Merged] = []
        self._archive = archive
        self._index = index
        self._markup = Markup(self._start, self._end, self._text, archive.bounds.elements)
        self._attributes: Mapping[str, str] = {}
        self._cells: dict[str, Value] = {}
        self._parts = Characters()
        self._texts = Characters()
        self._ready: list[tuple[int, SheetRow]] = []
        self._is_inside = self._hidden = False
        self._number = self._column = self._columns = self._skipped = 0
        self._repeats = 1

    def rows(self) -> Generator[SheetRow]:
        """The rows that hold a value; one that is repeated comes as often as it stands."""
        for piece in self._archive.stream(_CONTENT, self._archive.bounds.part):
            self._markup.feed(piece)
            ready, self._ready = self._ready, []
            for repeats, row in ready:
                for more in range(repeats):
                    yield row._replace(number=row.number + more)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table":
            self._is_inside = self._index == 0
            self._index -= 1
        if not self._is_inside:
            return
        if name == "table-row":
            self._cells, self._column = {}, 0
            self._hidden = attribute(attributes, "visibility") in ("collapse", "filter")
            self._repeats = _count(attribute(attributes, "number-rows-repeated"))
        elif name in ("table-cell", "covered-table-cell"):
            self._attributes = attributes
            self._texts.clear()
            self._parts.clear()
        elif name == "table-column":
            self._see_column(attributes)
        elif name in ("annotation", "shapes"):
            self._skipped += 1
        else:
            self._see_text(name, attributes)

    def _see_column(self, attributes: Mapping[str, str]) -> None:
        first = self._columns
        self._columns = min(first + _count(attribute(attributes, "number-columns-repeated")), WIDEST)
        is_hidden = attribute(attributes, "visibility") in ("collapse", "filter")
        if is_hidden and first < WIDEST and len(self.hidden_columns) < WIDEST:
            self.hidden_columns.append((column_letters(first), column_letters(self._columns - 1)))

    def _see_text(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "s":
            self._parts.add(" " * min(_count(attribute(attributes, "c")), 100))
        elif name == "tab":
            self._parts.add("\t")
        elif name == "line-break":
            self._parts.add("\n")
        elif name == "p":
            self._parts.clear()

    def _text(self, text: str) -> None:
        if self._is_inside and not self._skipped:
            self._parts.add(text)

    def _end(self, name: str) -> None:
        if not self._is_inside:
            return
        if name == "p" and not self._skipped:
            self._texts.add(self._parts.joined())
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            if self._cells and self._number < LONGEST:
                repeats = min(self._repeats, LONGEST - self._number)
                self._ready.append((repeats, SheetRow(self._number + 1, self._cells, self._hidden)))
            self._number += self._repeats
        elif name in ("annotation", "shapes"):
            self._skipped -= 1
        elif name == "table":
            self._is_inside = False

    def _end_cell(self) -> None:
        attributes = self._attributes
        repeats = _count(attribute(attributes, "number-columns-repeated"))
        value = _value(attributes, self._texts.joined("\n"))
        if value is not None:
            for column in range(self._column, min(self._column + repeats, WIDEST)):
                self._cells[column_letters(column)] = value
        across = _count(attribute(attributes, "number-columns-spanned"))
        down = _count(attribute(attributes, "number-rows-spanned"))
        if across * down > 1 and len(self.merged) < MOST_MERGED and self._column < WIDEST:
            last = column_letters(min(self._column + across, WIDEST) - 1)
            top = self._number + 1
            self.merged.append((column_letters(self._column), top, last, top + down - 1))
        self._column += repeats


def _value(attributes: Mapping[str, str], text: str) -> Value | None:
    kind = attribute(attributes, "value-type")
    has_formula = bool(attribute(attributes, "formula"))
    if "error" in attributes.get("calcext:value-type", "") or (
        has_formula and text.startswith(("#", "Err:"))
    ):
        return CellFault(text or "#")
    if kind in ("float", "currency", "percentage"):
        return _number(attribute(attributes, "value"), text) if kind == "float" else text or None
    if kind == "date":
        return _date(attribute(attributes, "date-value"), text)
    if kind == "boolean":
        return attribute(attributes, "boolean-value") == "true"
    if has_formula and not text:
        return CellFault("")
    return text or None


def _number(text: str, shown: str) -> Value | None:
    """The number; as a text where it is shown filled up with zeros."""
    if shown.isascii() and shown.isdigit() and len(shown) > len(text) and shown.lstrip("0") == text:
        return shown
    try:
        number = float(text)
    except ValueError:
        return text or None
    return int(number) if number.is_integer() and abs(number) < 1e17 else number


def _date(text: str, shown: str) -> Value:
    try:
        return datetime.fromisoformat(text[:19])
    except ValueError:
        return shown


def _count(text: str) -> int:
    return min(int(text), LONGEST) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else 1
