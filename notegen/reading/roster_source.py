"""From a file to its tables, by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from notegen.reading.container import Archive, Bounds, Kind
from notegen.reading.delimited import delimited_table
from notegen.reading.opendocument import open_document
from notegen.reading.table import TableEntry
from notegen.reading.xlsx_book import open_book
from notegen.reading.xlsx_sheet import XlsxSheet


@contextmanager
def tables_of(path: Path, kind: Kind, bounds: Bounds) -> Iterator[Sequence[TableEntry]]:
    """The tables that the file lists, none of them read yet; the file is closed at the end of the block.

    Raises UnreadableError where that cannot be done.
    """
    if kind in (Kind.XLSX, Kind.XLSM, Kind.ODS):
        with Archive(path, bounds) as archive:
            yield open_document(archive) if kind is Kind.ODS else _sheets(archive)
    elif kind in (Kind.XLS, Kind.XLSB):
        from notegen.reading.sheet import open_binary

        yield open_binary(path)
    else:
        yield [TableEntry("", is_hidden=False, open=partial(delimited_table, path, kind))]


def _sheets(archive: Archive) -> list[TableEntry]:
    book = open_book(archive)
    return [
        TableEntry(sheet.name, sheet.is_hidden, partial(XlsxSheet, book, index))
        for index, sheet in enumerate(book.sheets)
    ]
