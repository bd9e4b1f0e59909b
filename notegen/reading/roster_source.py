"""From a file to its tables, by its kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from notegen.reading.container import Bounds, Kind
from notegen.reading.delimited import delimited_table
from notegen.reading.opendocument import open_document
from notegen.reading.table import TableEntry
from notegen.reading.xlsx_book import open_book
from notegen.reading.xlsx_sheet import XlsxSheet


def tables_of(path: Path, kind: Kind, bounds: Bounds) -> Sequence[TableEntry]:
    """The tables that the file lists, none of them read yet; UnreadableError where that cannot be done."""
    if kind in (Kind.XLSX, Kind.XLSM):
        book = open_book(path, bounds)
        return [
            TableEntry(sheet.name, sheet.is_hidden, partial(XlsxSheet, book, index))
            for index, sheet in enumerate(book.sheets)
        ]
    if kind is Kind.ODS:
        return open_document(path, bounds)
    if kind in (Kind.XLS, Kind.XLSB):
        from notegen.reading.sheet import open_binary

        return open_binary(path)
    return [TableEntry("", is_hidden=False, open=partial(delimited_table, path, kind))]
