"""Rows that concern each other: one number twice, one address for two people, cells merged over several."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import AcceptedRow, RejectedRow, RowStatus
from notegen.reading.roster_header import Columns
from notegen.reading.table import Merged

_MOST_NAMED = 10


def settle_numbers(
    rows: Sequence[AcceptedRow], file: str, columns: Columns
) -> tuple[list[AcceptedRow], list[RejectedRow]]:
    """A number that returns with the same data is skipped; with other data, all its rows are held."""
    kept: list[AcceptedRow] = []
    moved: list[RejectedRow] = []
    groups = _repeated(rows, lambda row: row.member.number.digits)
    for row in rows:
        group = groups.get(row.member.number.digits)
        if group is None:
            kept.append(row)
        elif any(_data(other) != _data(row) for other in group):
            moved.append(_moved(row, RowStatus.HELD, "number-held", group, file, columns))
        elif row is group[0]:
            kept.append(row)
        else:
            moved.append(_moved(row, RowStatus.SKIPPED, "number-repeated", group[:1], file, columns))
    return kept, moved


def settle_addresses(
    rows: Sequence[AcceptedRow], file: str, columns: Columns, *, is_error: bool
) -> tuple[list[AcceptedRow], list[RejectedRow]]:
    """People who share an address are warned of, or (a setting) rejected."""
    kept: list[AcceptedRow] = []
    moved: list[RejectedRow] = []
    groups = _repeated(rows, lambda row: row.member.email.folded)
    for row in rows:
        group = groups.get(row.member.email.folded)
        if group is None:
            kept.append(row)
        elif is_error:
            moved.append(_moved(row, RowStatus.REJECTED, "email-shared", group, file, columns))
        else:
            shared = _problem(row, "email", "email-shared", Severity.WARNING, group, file, columns)
            kept.append(replace(row, warnings=(*row.warnings, shared)))
    return kept, moved


class MergedRows:
    """Which rows of data some merged cells reach into, within the columns of the form."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, merged: Iterable[Merged], columns: Columns) -> None:
        used = [_rank(letters) for letters in columns.letters.values()]
        spans = sorted(
            (top, bottom)
            for left, top, right, bottom in merged
            if (left, top) != (right, bottom) and any(_rank(left) <= rank <= _rank(right) for rank in used)
        )
        self._starts: list[int] = []
        self._ends: list[int] = []
        for top, bottom in spans:
            if self._ends and top <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], bottom)
            else:
                self._starts.append(top)
                self._ends.append(bottom)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __contains__(self, row: int) -> bool:
        position = bisect_right(self._starts, row) - 1
        return position >= 0 and row <= self._ends[position]


def settle_merged(
    accepted: Sequence[AcceptedRow],
    rejected: Sequence[RejectedRow],
    merged: MergedRows,
    problem: Callable[[int], Problem],
) -> tuple[list[AcceptedRow], list[RejectedRow]]:
    """Every row that merged cells reach into is rejected: one address must not serve two people."""
    kept = [row for row in accepted if row.row not in merged]
    moved = [
        RejectedRow(row.row, RowStatus.REJECTED, (problem(row.row),), row.warnings)
        for row in accepted
        if row.row in merged
    ]
    stayed = [
        replace(row, problems=(problem(row.row), *row.problems)) if row.row in merged else row
        for row in rejected
    ]
    return kept, [*stayed, *moved]


def _rank(letters: str) -> tuple[int, str]:
    return len(letters), letters


def _repeated(
    rows: Sequence[AcceptedRow], key: Callable[[AcceptedRow], Hashable]
) -> dict[Hashable, list[AcceptedRow]]:
    """The rows of each key that more than one row has."""
    seen: set[Hashable] = set()
    twice: set[Hashable] = set()
    for row in rows:
        found = key(row)
        (twice if found in seen else seen).add(found)
    groups: dict[Hashable, list[AcceptedRow]] = defaultdict(list)
    for row in rows if twice else ():
        if (found := key(row)) in twice:
            groups[found].append(row)
    return groups


def _data(row: AcceptedRow) -> tuple[str, ...]:
    member = row.member
    names = (member.first_names.casefold(), member.last_name.casefold(), member.protocol_card.casefold())
    return (member.email.folded, member.language, *names, member.mission, member.link, member.code)


def _moved(
    row: AcceptedRow, status: RowStatus, code: str, group: Sequence[AcceptedRow], file: str, columns: Columns
) -> RejectedRow:
    field = "email" if code == "email-shared" else "identification_number"
    severity = Severity.NOTE if status is RowStatus.SKIPPED else Severity.ERROR
    problem = _problem(row, field, code, severity, group, file, columns)
    return RejectedRow(row.row, status, (problem,), row.warnings)


def _problem(
    row: AcceptedRow,
    field: str,
    code: str,
    severity: Severity,
    group: Sequence[AcceptedRow],
    file: str,
    columns: Columns,
) -> Problem:
    others = [str(other.row) for other in group if other is not row]
    named = ", ".join(others[:_MOST_NAMED]) + (" …" if len(others) > _MOST_NAMED else "")
    found = row.member.email.text if field == "email" else row.member.number.printed
    slots = (*columns.place(field), ("rows", named))
    return Problem(code, Place(file, row.row, field), found, severity, slots)
