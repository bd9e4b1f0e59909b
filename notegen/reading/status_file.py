"""Status notifications as people write them: one in a YAML file, many in a workbook, one row an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.domain.problem import Place, Problem
from notegen.domain.roster import RejectedRow, RowStatus
from notegen.domain.status import FIELDS, StatusEvent, StatusList
from notegen.errors import NotegenError, RosterFileError
from notegen.reading.cell_text import SheetRow
from notegen.reading.container import Bounds, Kind, UnreadableError, kind_of
from notegen.reading.finding import Finding, refuse
from notegen.reading.roster_header import FIRST_ROWS, Columns, spoken
from notegen.reading.roster_opening import DEFAULTS, RosterOptions
from notegen.reading.roster_source import tables_of
from notegen.reading.status_columns import headers_of, status_columns
from notegen.reading.status_form import StatusForm, schema
from notegen.reading.status_row import StatusRowReader
from notegen.reading.table import TableEntry
from notegen.reading.yaml import YamlFile, load
from notegen.reading.yaml_form import fill

__all__ = ["notification_schema", "read_status", "read_statuses"]

_MOST_SHEETS = 20
_ROWS_TO_ONE = 10


def notification_schema() -> dict[str, Any]:
    """The JSON Schema of the YAML file of one status notification."""
    return schema()


def read_status(
    path: Path, kind: NotificationKind, languages: Mapping[str, Language], *, today: date, language: str = ""
) -> StatusList:
    """The one event of a YAML file; RosterFileError with line and column of everything that is wrong."""
    file = load(path, RosterFileError)
    form = fill(file.content, file, StatusForm, RosterFileError, model="notegen schema notification")
    cells = {field: value for field, value in form.model_dump().items() if value}
    columns = Columns(0, {field: field for field in FIELDS}, {}, language)
    reader = StatusRowReader(path.name, columns, languages, today)
    event = reader.read(SheetRow(1, {**cells, "kind": kind.value}))
    words = spoken(languages, language)
    if isinstance(event, RejectedRow):
        refuse([_finding(file, problem, words) for problem in event.problems], RosterFileError)
    events = (event,) if event else ()
    return StatusList(path.name, words.code, events)


def read_statuses(
    path: Path,
    languages: Mapping[str, Language],
    *,
    today: date,
    options: RosterOptions = DEFAULTS,
    language: str = "",
) -> StatusList:
    """The events of a workbook, bad rows with their reasons; one kind a person, the same again is skipped.

    Raises RosterFileError when the file cannot be read as a whole, or no sheet has the headers.
    """
    bounds = Bounds(options.max_bytes, options.row_limit)
    try:
        with tables_of(path, _kind_of_book(path, bounds), bounds) as entries:
            return _read(path, entries, languages, today, options)
    except UnreadableError as fault:
        raise _worded(path, fault.code, fault.values, spoken(languages, language)) from fault


def _kind_of_book(path: Path, bounds: Bounds) -> Kind:
    kind = kind_of(path, bounds)
    if kind is Kind.YAML:
        raise UnreadableError("file-not-excel", found=path.suffix)
    return kind


def _read(
    path: Path,
    entries: Sequence[TableEntry],
    languages: Mapping[str, Language],
    today: date,
    options: RosterOptions,
) -> StatusList:
    visible = [entry for entry in entries if not entry.is_hidden] or list(entries)
    for entry in visible[:_MOST_SHEETS]:
        with closing(entry.open().rows()) as rows:
            columns = _columns(rows, languages)
            if columns is not None:
                reader = StatusRowReader(path.name, columns, languages, today)
                results = (reader.read(row) for row in _bounded(rows, options.row_limit))
                return _gathered(path, columns, reader, results, options.row_limit)
    raise UnreadableError("status-headers-missing")


def _columns(rows: Iterator[SheetRow], languages: Mapping[str, Language]) -> Columns | None:
    for _, row in zip(range(FIRST_ROWS), rows, strict=False):
        columns = status_columns(row, languages)
        if columns is not None:
            return columns
    return None


def _bounded(rows: Iterator[SheetRow], limit: int) -> Iterator[SheetRow]:
    for seen, row in enumerate(rows):
        if seen >= limit * _ROWS_TO_ONE:
            raise UnreadableError("file-swollen")
        yield row


def _gathered(
    path: Path,
    columns: Columns,
    reader: StatusRowReader,
    results: Iterator[StatusEvent | RejectedRow | None],
    limit: int,
) -> StatusList:
    """Of one person and kind one event: the same once more is skipped; with other data all are held."""
    events: dict[tuple[str, str], StatusEvent] = {}
    held: set[tuple[str, str]] = set()
    rejected: list[RejectedRow] = []
    for count, result in enumerate((result for result in results if result is not None), 1):
        if count > limit:
            raise UnreadableError("rows-over", limit=str(limit))
        if isinstance(result, RejectedRow):
            rejected.append(result)
            continue
        key = (result.identity, result.kind)
        first = events.setdefault(key, result)
        if first is not result:
            same = first.content == result.content
            status = RowStatus.SKIPPED if same else RowStatus.HELD
            rejected.append(reader.again(result.row, status, first.row))
            if not same and key not in held:
                held.add(key)
                rejected.append(reader.again(first.row, RowStatus.HELD, result.row))
    if not events and not rejected:
        raise UnreadableError("status-empty")
    kept = tuple(event for key, event in events.items() if key not in held)
    ordered = tuple(sorted(rejected, key=lambda row: row.row))
    return StatusList(path.name, columns.language, kept, ordered)


def _finding(file: YamlFile, problem: Problem, language: Language) -> Finding:
    field = problem.place.column
    place = file.place(field)
    # What is printed here may end in a log, where nobody's number belongs.
    found = "…" if field == "identification_number" else problem.found
    words = language.word(
        Problem(problem.code, Place(file.name, place.line or 1, field), found, values=problem.values)
    )
    return Finding(place, words.what, words.do)


def _worded(path: Path, code: str, values: Mapping[str, str], language: Language) -> NotegenError:
    slots = {**values, "headers": ", ".join(headers_of(language))}
    found = slots.pop("found", "")
    words = language.word(Problem(code, Place(path.name), found, values=tuple(slots.items())))
    return RosterFileError(words.what, where=path.name, hint=words.do, code=code)
