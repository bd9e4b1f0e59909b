"""A roster as a mission sent it, in any of its formats: read within bounds, every row judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import NoReturn

from notegen.domain.language import Language
from notegen.domain.member import Member
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import AcceptedRow, RejectedRow, Roster
from notegen.errors import RosterFileError
from notegen.reading.cell_text import SheetRow, column_index, column_letters
from notegen.reading.container import Bounds, Kind, UnreadableError, kind_of
from notegen.reading.roster_header import (
    Columns,
    HeaderWords,
    Remark,
    find_header,
    looks_positional,
    positional,
)
from notegen.reading.roster_repeats import MergedRows, settle_addresses, settle_merged, settle_numbers
from notegen.reading.roster_row import RowReader
from notegen.reading.roster_source import tables_of
from notegen.reading.table import Table, TableEntry

_FIRST_ROWS = 20
_MOST_SHEETS = 20
_MOST_NAMED = 20


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


@dataclass(frozen=True, slots=True)
class _Opened:
    """A table with its columns found, at its first rows."""

    table: Table
    columns: Columns
    first: Sequence[SheetRow]
    rest: Iterator[SheetRow]
    notes: tuple[Remark, ...]


def read_roster(
    path: Path,
    languages: Mapping[str, Language],
    *,
    today: date,
    options: RosterOptions = RosterOptions(),
    language: str = "",
) -> Roster:
    """Read and judge every row; incomplete rows are rejected, the others go on.

    Raises RosterFileError when the file as a whole cannot be used, in `language` or, where none is asked for,
    in the language of its headers.
    """
    bounds = Bounds(options.max_bytes, options.row_limit)
    spoken = language
    try:
        kind = kind_of(path, bounds)
        opened = _open(tables_of(path, kind, bounds), HeaderWords(languages), options, language)
        spoken = language or opened.columns.language
        if opened.columns.faults:
            _refuse(path, opened.columns.faults, languages[spoken])
        return _judged(path, kind, opened, languages, today, options)
    except UnreadableError as fault:
        remark = Remark(fault.code, fault.values.pop("found", ""), tuple(fault.values.items()))
        _refuse(path, [remark], _spoken(languages, spoken))


def _spoken(languages: Mapping[str, Language], code: str) -> Language:
    return languages.get(code) or languages.get("en") or next(iter(languages.values()))


def _refuse(path: Path, remarks: Sequence[Remark], language: Language) -> NoReturn:
    """All reasons at once, each worded in the language; `code` is that of the first."""
    headers = ", ".join(language.headers)
    problems = [
        Problem(remark.code, Place(path.name), remark.found, values=(("headers", headers), *remark.values))
        for remark in remarks
    ]
    messages = [language.word(problem) for problem in problems]
    what = " ".join(message.what for message in messages)
    hint = " ".join(dict.fromkeys(message.do for message in messages))
    raise RosterFileError(what, where=path.name, hint=hint, code=remarks[0].code)


def _open(
    entries: Sequence[TableEntry], words: HeaderWords, options: RosterOptions, language: str
) -> _Opened:
    """The sheet asked for, or the first visible one with the headers, else the first visible one."""
    chosen = [entry for entry in entries if entry.name == options.sheet] if options.sheet else []
    if options.sheet and not chosen:
        listed = ", ".join(entry.name for entry in entries[:_MOST_SHEETS])
        raise UnreadableError("file-no-sheet", found=options.sheet, sheets=listed)
    visible = chosen or [entry for entry in entries if not entry.is_hidden] or list(entries)
    readable = []
    for entry in visible[:_MOST_SHEETS]:
        table = entry.open()
        rows = table.rows()
        first = list(islice(rows, _FIRST_ROWS))
        columns = find_header(first, words, language) if first else None
        readable.append((table, columns, first, rows))
    table, columns, first, rows = next((r for r in readable if r[1] is not None), readable[0])
    others = [r[0].name for r in readable if r[1] is not None and r[0] is not table]
    if columns is None or (columns.faults and options.positional):
        columns = _without_header(first, words, options, language)
    notes = _sheet_notes(entries, table.name, readable[0][0].name, others)
    return _Opened(table, columns, first, rows, tuple(notes))


def _without_header(
    first: Sequence[SheetRow], words: HeaderWords, options: RosterOptions, language: str
) -> Columns:
    if not first:
        raise UnreadableError("file-empty")
    if options.positional:
        return positional(first, words, language)
    raise UnreadableError("headers-positional" if looks_positional(first[0]) else "headers-missing")


def _sheet_notes(
    entries: Sequence[TableEntry], name: str, first: str, others: Sequence[str]
) -> Iterator[Remark]:
    hidden = [entry.name for entry in entries if entry.is_hidden and entry.name != name]
    if hidden:
        yield Remark("note-sheet-hidden", ", ".join(hidden[:_MOST_NAMED]), (("sheet", name),))
    if name != first:
        yield Remark("note-sheet-chosen", first, (("sheet", name),))
    if others:
        yield Remark("note-sheet-other", ", ".join(others), (("sheet", name),))


def _judged(
    path: Path,
    kind: Kind,
    opened: _Opened,
    languages: Mapping[str, Language],
    today: date,
    options: RosterOptions,
) -> Roster:
    columns = opened.columns
    reader = RowReader(path.name, columns, languages, today)
    accepted: list[AcceptedRow] = []
    rejected: list[RejectedRow] = []
    for row in chain(opened.first, opened.rest):
        result = reader.read(row) if row.number > columns.row else None
        if isinstance(result, AcceptedRow):
            accepted.append(result)
        elif result is not None:
            rejected.append(result)
        if len(accepted) + len(rejected) > options.row_limit:
            raise UnreadableError("rows-over", limit=str(options.row_limit))
    if not accepted and not rejected:
        raise UnreadableError("headers-only")
    judged: Sequence[AcceptedRow | RejectedRow] = (*accepted, *rejected)
    hidden = [row.row for row in judged if _is_hidden(row)]
    merged = MergedRows(opened.table.merged, columns)
    if merged:
        accepted, rejected = settle_merged(accepted, rejected, merged, reader.merged)
    accepted, repeated = settle_numbers(accepted, path.name, columns)
    accepted, shared = settle_addresses(accepted, path.name, columns, is_error=options.shared_email_is_error)
    remarks = (*_format_notes(kind), *opened.notes, *columns.notes, *_hidden_notes(opened, hidden))
    return Roster(
        file=path.name,
        sheet=opened.table.name,
        language=columns.language,
        accepted=tuple(accepted),
        rejected=tuple(sorted((*rejected, *repeated, *shared), key=lambda row: row.row)),
        warnings=tuple(_worded(path, remark) for remark in remarks),
        digest=_digest(accepted),
    )


def _is_hidden(row: AcceptedRow | RejectedRow) -> bool:
    return any(warning.code == "row-hidden" for warning in row.warnings)


def _format_notes(kind: Kind) -> Iterator[Remark]:
    if kind is Kind.XLSM:
        yield Remark("note-macros")
    elif kind not in (Kind.XLSX, Kind.YAML):
        yield Remark("note-format", f".{kind.value}")


def _hidden_notes(opened: _Opened, rows: Sequence[int]) -> Iterator[Remark]:
    used = sorted(column_index(letters) for letters in opened.columns.letters.values())
    spans = [(column_index(first), column_index(last)) for first, last in opened.table.hidden_columns]
    hidden = [column_letters(c) for c in used if any(first <= c <= last for first, last in spans)]
    if hidden:
        yield Remark("note-hidden-columns", ", ".join(hidden))
    if rows:
        listed = ", ".join(str(row) for row in sorted(rows)[:_MOST_NAMED])
        yield Remark("note-hidden-rows", listed + (" …" if len(rows) > _MOST_NAMED else ""))


def _worded(path: Path, remark: Remark) -> Problem:
    notes = remark.code in ("note-format", "note-order", "note-ignored")
    severity = Severity.NOTE if notes else Severity.WARNING
    return Problem(remark.code, Place(path.name), remark.found, severity, remark.values)


def _digest(rows: Sequence[AcceptedRow]) -> str:
    """SHA-256 of the people in the roster, whatever their order and the file they came in."""
    lines = sorted("\x1f".join(_fields(row.member)) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def _fields(member: Member) -> tuple[str, ...]:
    names = (member.first_names, member.last_name, member.protocol_card)
    return (
        member.number.digits,
        member.email.text,
        member.language,
        *names,
        member.mission,
        member.link,
        member.code,
    )
