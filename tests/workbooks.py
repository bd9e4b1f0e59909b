"""Workbooks for tests: sheets of rows, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

Sheet = Sequence[Sequence[object]]


def workbook(path: Path, **sheets: Sheet) -> Path:
    """An .xlsx with these sheets, each a sequence of rows; an empty row is left blank."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
