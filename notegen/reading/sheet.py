"""The door to python-calamine: the binary workbooks .xls and .xlsb.

A few bytes can make that reader ask for more memory than there is, and it then ends the process it runs in.
So it runs in one of its own, with bounds on memory and time; its death means that the file is refused.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from notegen.reading.cell_text import SheetRow, Value, column_letters
from notegen.reading.container import UnreadableError
from notegen.reading.table import Merged, TableEntry

MEMORY = 1 << 30
SECONDS = 60
_ROOT = Path(__file__).parents[2]
_PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from notegen.reading.sheet import tell; tell()"
"""Run with -P: nothing is imported from the folder in which a mission's file happens to lie."""


def open_binary(path: Path) -> list[TableEntry]:
    """The sheets that the workbook lists; UnreadableError where it cannot be read."""
    with closing(_answers(path, -1)) as answers:
        listed = next(answers)
    return [
        TableEntry(name, hidden, partial(BinarySheet, path, index, name))
        for index, (name, hidden) in enumerate(listed["sheets"])
    ]


class BinarySheet:
    """One sheet of a binary workbook, as the reading process tells it; `merged` is known after its rows."""

    __slots__ = ("_index", "_path", "hidden_columns", "merged", "name")

    def __init__(self, path: Path, index: int, name: str) -> None:
        self.name = name
        self.hidden_columns: list[tuple[str, str]] = []
        self.merged: list[Merged] = []
        self._path = path
        self._index = index

    def rows(self) -> Generator[SheetRow]:
        """The rows that hold a value, in the order of the file."""
        with closing(_answers(self._path, self._index)) as answers:
            for answer in answers:
                if "merged" in answer:
                    self.merged.extend(tuple(span) for span in answer["merged"])
                else:
                    cells = {letters: _told(value) for letters, value in answer["cells"].items()}
                    yield SheetRow(answer["row"], cells)


def _answers(path: Path, index: int) -> Generator[dict[str, Any]]:
    """What the reading process says, line by line; it is ended when nobody listens any more."""
    command = [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), str(path.absolute()), str(index)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603  # own module
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    try:
        for line in process.stdout:
            answer = json.loads(line)
            if "refused" in answer:
                raise UnreadableError(answer["refused"])
            yield answer
        if process.wait() != 0:
            raise UnreadableError("file-swollen")
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _told(value: Any) -> Value:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["date"])
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return int(value)
    told: Value = value
    return told


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")


def _tell_workbook(path: str, index: int) -> None:
    workbook = CalamineWorkbook.from_path(path)
    if index < 0:
        hidden = [
            (sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in workbook.sheets_metadata
        ]
        _tell({"sheets": hidden})
        return
    sheet = workbook.get_sheet_by_index(index)
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = {column_letters(i): _telling(value) for i, value in enumerate(row) if value not in ("", None)}
        if cells:
            _tell({"row": number, "cells": cells})
    spans = sheet.merged_cell_ranges or []
    named = [
        (column_letters(left), top + 1, column_letters(right), bottom + 1)
        for (top, left), (bottom, right) in spans
    ]
    _tell({"merged": named})


def _telling(value: object) -> object:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if isinstance(value, str | int | float | bool) else str(value)


def tell() -> None:
    """The reading process: bounds first, then a line of JSON for each row, or the reason of a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        _tell_workbook(sys.argv[1], int(sys.argv[2]))
    except PasswordError:
        _tell({"refused": "file-password"})
    except (CalamineError, OSError, ValueError):
        _tell({"refused": "file-broken"})
    except MemoryError:
        _tell({"refused": "file-swollen"})
