"""Opening a roster: which sheet, which columns, from which row on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from notegen.domain.language import Language
from notegen.reading.cell_text import SheetRow, quoted
from notegen.reading.container import Bounds, Kind, UnreadableError, kind_of
from notegen.reading.roster_header import (
    FIRST_ROWS,
    Columns,
    HeaderWords,
    Remark,
    find_header,
    looks_positional,
    near_header,
    positional,
    spoken,
)
from notegen.reading.roster_source import tables_of
from notegen.reading.roster_yaml import yaml_table
from notegen.reading.table import RowsTable, Table, TableEntry

_MOST_SHEETS = 20


@dataclass(frozen=True, slots=True)
class RosterOptions:
    """What a house accepts. `positional` reads six columns in order without headers; `sheet` names the sheet
    to read (empty: the first visible one that has the headers).
    """

    row_limit: int = 10_000
    max_bytes: int = 10_000_000
    shared_email_is_error: bool = False
    positional: bool = False
    sheet: str = ""


DEFAULTS = RosterOptions()


@dataclass(frozen=True, slots=True)
class Opened:
    """A table whose columns are known, standing at its first rows; `notes` are about the sheets, `words` are
    the headers there can be.
    """

    kind: Kind
    table: Table
    columns: Columns
    first: Sequence[SheetRow]
    rest: Iterator[SheetRow]
    notes: tuple[Remark, ...] = ()
    words: HeaderWords | None = None


@contextmanager
def open_roster(
    path: Path, languages: Mapping[str, Language], options: RosterOptions, language: str
) -> Iterator[Opened]:
    """Find the sheet asked for, or the first visible one with the headers, else the first visible one.

    Raises UnreadableError where there is nothing to read; RosterFileError from a YAML file that is none.
    """
    bounds = Bounds(options.max_bytes, options.row_limit)
    kind = kind_of(path, bounds)
    if kind is Kind.YAML:
        table, columns = yaml_table(path, spoken(languages, language).code, options.max_bytes)
        yield Opened(kind, table, columns, (), table.rows())
        return
    with ExitStack() as stack:
        entries = stack.enter_context(tables_of(path, kind, bounds))
        yield _open_table(kind, entries, HeaderWords(languages), options, language, stack)


def _open_table(
    kind: Kind,
    entries: Sequence[TableEntry],
    words: HeaderWords,
    options: RosterOptions,
    language: str,
    stack: ExitStack,
) -> Opened:
    chosen = [entry for entry in entries if entry.name == options.sheet] if options.sheet else []
    if options.sheet and not chosen:
        listed = _listed([entry.name for entry in entries])
        raise UnreadableError("file-no-sheet", found=options.sheet, sheets=listed)
    visible = chosen or [entry for entry in entries if not entry.is_hidden] or list(entries)
    readable = []
    for entry in visible[:_MOST_SHEETS]:
        table = entry.open()
        rows = stack.enter_context(closing(table.rows()))
        first = list(islice(rows, FIRST_ROWS))
        columns = find_header(first, words, language) if first else None
        readable.append((table, columns, first, rows))
    table, columns, first, rows = next((r for r in readable if r[1] is not None), readable[0])
    others = [r[0].name for r in readable if r[1] is not None and r[0] is not table]
    if columns is None or (columns.faults and options.positional):
        columns = _without_header(first, words, options, language)
    notes = list(_sheet_notes(entries, table.name, readable[0][0].name, others))
    if isinstance(table, RowsTable) and table.is_guessed:
        notes.append(Remark("note-encoding"))
    return Opened(kind, table, columns, first, rows, tuple(notes), words)


def _without_header(
    first: Sequence[SheetRow], words: HeaderWords, options: RosterOptions, language: str
) -> Columns:
    if not first:
        raise UnreadableError("file-empty")
    if options.positional:
        return positional(first, words, language)
    if looks_positional(first[0]):
        raise UnreadableError("headers-positional")
    columns = near_header(first, words, language)
    if columns is None:
        raise UnreadableError("headers-missing")
    return columns


def _sheet_notes(
    entries: Sequence[TableEntry], name: str, first: str, others: Sequence[str]
) -> Iterator[Remark]:
    hidden = [entry.name for entry in entries if entry.is_hidden and entry.name != name]
    chosen = (("sheet", quoted(name)),)
    if hidden:
        yield Remark("note-sheet-hidden", _listed(hidden), chosen)
    if name != first:
        yield Remark("note-sheet-chosen", quoted(first), chosen)
    if others:
        yield Remark("note-sheet-other", _listed(others), chosen)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names[:_MOST_SHEETS])
