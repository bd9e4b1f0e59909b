"""A roster as a mission sent it, in any of its formats: read within bounds, every row judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NoReturn

from notegen.domain.language import Language
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import RejectedRow, Roster
from notegen.errors import RosterFileError
from notegen.reading.cell_text import SheetRow, clean, column_index, column_letters
from notegen.reading.container import Kind, UnreadableError
from notegen.reading.roster_header import FIRST_ROWS, Remark, spoken, stands_again
from notegen.reading.roster_opening import DEFAULTS, Opened, RosterOptions, open_roster
from notegen.reading.roster_repeats import Gathered, MergedRows
from notegen.reading.roster_row import RowReader

__all__ = ["RosterOptions", "read_roster"]

_MOST_NAMED = 20
_ROWS_TO_ONE = 10
"""Rows that may hold something anywhere, for each row that the form may have."""
_CELLS_TO_ONE = 100
MOST_COLUMNS = 20_000


def read_roster(
    path: Path,
    languages: Mapping[str, Language],
    *,
    today: date,
    options: RosterOptions = DEFAULTS,
    language: str = "",
) -> Roster:
    """Read and judge every row; incomplete rows are rejected, the others go on.

    Raises RosterFileError when the file as a whole cannot be used, in `language` or, where none is asked for,
    in the language of its headers.
    """
    heard = language
    try:
        with open_roster(path, languages, options, language) as opened:
            heard = language or opened.columns.language
            if opened.columns.faults:
                _refuse(path, opened.columns.faults, spoken(languages, heard))
            return _judged(path, opened, languages, today, options)
    except UnreadableError as fault:
        remark = Remark(fault.code, fault.values.pop("found", ""), tuple(fault.values.items()))
        _refuse(path, [remark], spoken(languages, heard))


def _refuse(path: Path, remarks: Sequence[Remark], language: Language) -> NoReturn:
    """All reasons at once, each worded in the language; `code` is that of the first."""
    headers = ", ".join(language.headers)
    problems = [
        Problem(
            remark.code, Place(clean(path.name)), remark.found, values=(("headers", headers), *remark.values)
        )
        for remark in remarks
    ]
    messages = [language.word(problem) for problem in problems]
    what = " ".join(message.what for message in messages)
    hint = " ".join(dict.fromkeys(message.do for message in messages))
    raise RosterFileError(what, where=clean(path.name), hint=hint, code=remarks[0].code)


def _judged(
    path: Path,
    opened: Opened,
    languages: Mapping[str, Language],
    today: date,
    options: RosterOptions,
) -> Roster:
    columns = opened.columns
    name = clean(path.name)
    reader = RowReader(name, columns, languages, today)
    gathered = Gathered(name, columns)
    for row in _bounded(chain(opened.first, opened.rest), options.row_limit):
        result = reader.read(row) if row.number > columns.row else None
        if isinstance(result, RejectedRow) and opened.words and stands_again(row, columns, opened.words):
            continue
        if result is not None:
            gathered.add(result)
            if len(gathered) > options.row_limit:
                raise UnreadableError("rows-over", limit=str(options.row_limit))
    if not len(gathered):
        raise UnreadableError("headers-only")
    merged = MergedRows(opened.table.merged, columns)
    if merged:
        gathered.settle_merged(merged, reader.merged)
    gathered.settle_numbers()
    gathered.settle_claims(reader.claims)
    gathered.settle_addresses(is_error=options.shared_email_is_error)
    remarks = (
        *_format_notes(opened.kind),
        *opened.notes,
        *columns.notes,
        *_hidden_notes(opened, reader.hidden),
    )
    return Roster(
        file=name,
        sheet=opened.table.name,
        language=spoken(languages, columns.language).code,
        accepted=gathered.accepted,
        rejected=tuple(sorted(gathered.rejected, key=lambda row: row.row)),
        warnings=tuple(_worded(path, remark) for remark in remarks),
        digest=gathered.accepted.digest(),
        header_row=columns.row,
    )


def _bounded(rows: Iterable[SheetRow], limit: int) -> Iterator[SheetRow]:
    """The rows, as long as there are not far more of them, or of cells, than a form can have."""
    cells = 0
    for seen, row in enumerate(rows):
        cells += len(row.cells)
        if seen >= limit * _ROWS_TO_ONE + FIRST_ROWS or cells > limit * _CELLS_TO_ONE + MOST_COLUMNS:
            raise UnreadableError("file-swollen")
        yield row


def _format_notes(kind: Kind) -> Iterator[Remark]:
    if kind is Kind.XLSM:
        yield Remark("note-macros")
    elif kind not in (Kind.XLSX, Kind.YAML):
        yield Remark("note-format", f".{kind.value}")


def _hidden_notes(opened: Opened, rows: Sequence[int]) -> Iterator[Remark]:
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
    return Problem(remark.code, Place(clean(path.name)), remark.found, severity, remark.values)
