"""What every format of a roster comes down to: tables with a name, read row by row."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from notegen.reading.cell_text import SheetRow

Merged: TypeAlias = tuple[str, int, str, int]
"""First column, first row, last column, last row of cells that were merged into one."""


class Table(Protocol):
    """A sheet. `hidden_columns` are known before its first row is read, `merged` after its last."""

    name: str
    hidden_columns: list[tuple[str, str]]
    merged: list[Merged]

    def rows(self) -> Generator[SheetRow]:
        """The rows that hold a value, in the order of the file; to be closed by whoever stops early."""
        ...


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A sheet that the file lists; `open` begins to read it, as often as one likes."""

    name: str
    is_hidden: bool
    open: Callable[[], Table]


class RowsTable:
    """A table whose rows another reader has at hand; `is_guessed` where its letters had to be guessed."""

    __slots__ = ("_rows", "hidden_columns", "is_guessed", "merged", "name")

    def __init__(
        self, name: str, rows: Callable[[], Iterator[SheetRow]], *, is_guessed: bool = False
    ) -> None:
        self.name = name
        self.is_guessed = is_guessed
        self.hidden_columns: list[tuple[str, str]] = []
        self.merged: list[Merged] = []
        self._rows = rows

    def rows(self) -> Generator[SheetRow]:
        """The rows that hold a value, in the order of the file."""
        yield from self._rows()
