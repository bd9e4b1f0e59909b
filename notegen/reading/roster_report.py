"""The mission's own workbook back: what must be corrected is coloured and commented, with a reason a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.problem import Problem, Severity
from notegen.domain.roster import FIELDS, Roster
from notegen.errors import RosterFileError
from notegen.reading.cell_text import SheetRow, column_letters
from notegen.reading.container import Archive, Bounds, Kind, UnreadableError, kind_of
from notegen.reading.roster_source import tables_of
from notegen.reading.roster_yaml import yaml_table
from notegen.reading.workbook import Mark, Report, mark_copy, mark_workbook
from notegen.reading.xlsx_book import is_tame

LARGEST = 1_000_000_000
HEAVY = 30_000_000
"""Bytes of an unpacked workbook beyond which only its values go back: the whole would take too long."""


def write_report(source: Path, roster: Roster, language: Language, destination: Path) -> None:
    """Write `source` back as .xlsx with colours, comments and a last column that holds the reasons.

    Of an .xlsx everything else stays as it was; of other formats, and of a workbook swollen with empty
    formatted rows, a plain workbook with the same values is made. Raises RosterFileError when `source` can
    not be read again.
    """
    bounds = Bounds(LARGEST, len(roster.accepted) + len(roster.rejected))
    try:
        kind = kind_of(source, bounds)
        reason = language.messages["report-reason"]
        by_field = {field: column_letters(index) for index, field in enumerate(FIELDS)}
        marks = tuple(_marks(roster, language, by_field if kind is Kind.YAML else {}))
        report = Report(roster.sheet, roster.header_row, reason.what, reason.do, marks)
        if not (kind in (Kind.XLSX, Kind.XLSM) and _is_marked(source, report, destination)):
            mark_copy(_rows(source, kind, roster, language, bounds), report, destination)
    except UnreadableError as fault:
        message = language.messages["file-broken"]
        raise RosterFileError(message.what, where=source.name, hint=message.do, code=fault.code) from fault


def _is_marked(source: Path, report: Report, destination: Path) -> bool:
    """Mark the workbook itself, unless it is too heavy or of a make that only its values can be read of."""
    with Archive(source, Bounds(LARGEST, 0)) as archive:
        if archive.unpacked > HEAVY or not is_tame(archive):
            return False
    try:
        mark_workbook(source, report, destination)
    except UnreadableError:
        return False
    return True


def _marks(roster: Roster, language: Language, by_field: dict[str, str]) -> Iterator[Mark]:
    """Every finding about a row, in the order of the rows."""
    findings: list[tuple[int, Sequence[Problem]]] = [(row.row, row.warnings) for row in roster.accepted]
    findings += [(row.row, (*row.problems, *row.warnings)) for row in roster.rejected]
    for number, problems in sorted(findings, key=lambda finding: finding[0]):
        for problem in problems:
            message = language.word(problem)
            letters = by_field.get(problem.place.column, "") or dict(problem.values).get("letters", "")
            is_error = problem.severity is Severity.ERROR
            yield Mark(number, letters, f"{message.what} {message.do}", is_error)


def _rows(source: Path, kind: Kind, roster: Roster, language: Language, bounds: Bounds) -> Iterator[SheetRow]:
    if kind is Kind.YAML:
        table, _ = yaml_table(source, language.code, LARGEST)
        yield SheetRow(1, {column_letters(index): header for index, header in enumerate(language.headers)})
        for row in table.rows():
            named = enumerate(FIELDS)
            yield row._replace(
                cells={column_letters(i): row.cells[field] for i, field in named if field in row.cells}
            )
        return
    with tables_of(source, kind, bounds) as entries:
        entry = next((entry for entry in entries if entry.name == roster.sheet), entries[0])
        yield from entry.open().rows()
