"""Rows that concern each other: one number twice, one address for two people, cells merged over several."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import AcceptedRow, AcceptedRows, RejectedRow, RowStatus
from notegen.reading.roster_header import Columns
from notegen.reading.table import Merged

_MOST_NAMED = 10


class Claim(NamedTuple):
    """A rejected row that names a number: what it says of the person, None or "" where that is not known."""

    row: int
    number: IdentificationNumber
    email: EmailAddress | None
    first_names: str
    last_name: str
    protocol_card: str

    def contradicts(self, member: Member) -> bool:
        """Whether it cannot be about the same person."""
        texts = (
            (self.first_names, member.first_names),
            (self.last_name, member.last_name),
            (self.protocol_card, member.protocol_card),
        )
        other = self.email is not None and self.email.folded != member.email.folded
        return other or any(own and own.casefold() != text.casefold() for own, text in texts)


class Gathered:
    """The rows of a roster as they were judged one by one, until they are held against each other."""

    __slots__ = ("_addresses", "_columns", "_file", "_numbers", "accepted", "rejected")

    def __init__(self, file: str, columns: Columns) -> None:
        self.accepted = AcceptedRows()
        self.rejected: list[RejectedRow] = []
        self._file = file
        self._columns = columns
        self._numbers = array("q")
        self._addresses = array("q")

    def __len__(self) -> int:
        return len(self.accepted) + len(self.rejected)

    def add(self, row: AcceptedRow | RejectedRow) -> None:
        """Take in the next row of the file."""
        if isinstance(row, RejectedRow):
            self.rejected.append(row)
            return
        self.accepted.append(row)
        self._numbers.append(int(row.member.number.digits))
        self._addresses.append(hash(row.member.email.folded))

    def settle_merged(self, merged: MergedRows, problem: Callable[[int], Problem]) -> None:
        """Every row that merged cells reach into is rejected: one address must not serve two people."""
        self.rejected = [
            replace(row, problems=(problem(row.row), *row.problems)) if row.row in merged else row
            for row in self.rejected
        ]
        reached = {index: row for index, row in enumerate(self.accepted) if row.row in merged}
        for row in reached.values():
            self.rejected.append(RejectedRow(row.row, RowStatus.REJECTED, (problem(row.row),), row.warnings))
        self._remove(reached.keys())

    def settle_numbers(self) -> None:
        """A number that returns with the same data is skipped; with other data, all its rows are held."""
        gone: set[int] = set()
        for group in self._groups(self._numbers):
            rows = list(group.values())
            if any(_data(row) != _data(rows[0]) for row in rows):
                self._move(group, RowStatus.HELD, "number-held", _lines(rows))
                gone.update(group)
            else:
                again = dict(list(group.items())[1:])
                self._move(again, RowStatus.SKIPPED, "number-repeated", _lines(rows[:1]))
                gone.update(again)
        self._remove(gone)

    def settle_claims(self, claims: Sequence[Claim]) -> None:
        """A person whose number a rejected row gives to somebody else is held: one of them has it wrongly."""
        named: dict[int, list[Claim]] = {}
        for claim in claims:
            named.setdefault(int(claim.number.digits), []).append(claim)
        disputed: dict[int, AcceptedRow] = {}
        gone: set[int] = set()
        for index, key in enumerate(self._numbers) if named else ():
            row = self.accepted[index] if key in named else None
            against = [claim.row for claim in named.get(key, ()) if row and claim.contradicts(row.member)]
            if row and against:
                gone.add(index)
                disputed.update(dict.fromkeys(against, row))
                self._move({index: row}, RowStatus.HELD, "number-held", against)
        self.rejected = [
            replace(row, problems=(self._held(row.row, disputed[row.row]), *row.problems))
            if row.row in disputed
            else row
            for row in self.rejected
        ]
        self._remove(gone)

    def _held(self, row: int, other: AcceptedRow) -> Problem:
        return self._problem(row, other.member, "number-held", Severity.ERROR, [other.row])

    def settle_addresses(self, *, is_error: bool) -> None:
        """People who share an address are warned of, or (a setting) rejected."""
        gone: set[int] = set()
        for group in self._groups(self._addresses):
            rows = _lines(group.values())
            if is_error:
                self._move(group, RowStatus.REJECTED, "email-shared", rows)
                gone.update(group)
                continue
            for index, row in group.items():
                warning = self._problem(row.row, row.member, "email-shared", Severity.WARNING, rows)
                self.accepted.warn(index, warning)
        self._remove(gone)

    def _groups(self, keys: Sequence[int]) -> Iterable[dict[int, AcceptedRow]]:
        """The rows, by their place, of each key that more than one row has."""
        twice = {one for one, other in pairwise(sorted(keys)) if one == other}
        groups: dict[int, dict[int, AcceptedRow]] = {}
        for index, key in enumerate(keys) if twice else ():
            if key in twice:
                groups.setdefault(key, {})[index] = self.accepted[index]
        return groups.values()

    def _remove(self, indexes: AbstractSet[int]) -> None:
        if indexes:
            self.accepted.remove(indexes)
            self._numbers = array("q", (k for i, k in enumerate(self._numbers) if i not in indexes))
            self._addresses = array("q", (k for i, k in enumerate(self._addresses) if i not in indexes))

    def _move(
        self, group: Mapping[int, AcceptedRow], status: RowStatus, code: str, others: Sequence[int]
    ) -> None:
        severity = Severity.NOTE if status is RowStatus.SKIPPED else Severity.ERROR
        for row in group.values():
            problem = self._problem(row.row, row.member, code, severity, others)
            self.rejected.append(RejectedRow(row.row, status, (problem,), row.warnings))

    def _problem(
        self, row: int, member: Member, code: str, severity: Severity, group: Sequence[int]
    ) -> Problem:
        field = "email" if code == "email-shared" else "identification_number"
        others = [str(other) for other in group[: _MOST_NAMED + 1] if other != row]
        named = ", ".join(others[:_MOST_NAMED]) + (" …" if len(group) > _MOST_NAMED + 1 else "")
        found = member.email.text if field == "email" else member.number.printed
        slots = (*self._columns.place(field), ("rows", named))
        return Problem(code, Place(self._file, row, field), found, severity, slots)


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


def _lines(rows: Iterable[AcceptedRow]) -> list[int]:
    return [row.row for row in rows]


def _rank(letters: str) -> tuple[int, str]:
    return len(letters), letters


def _data(row: AcceptedRow) -> tuple[str, ...]:
    member = row.member
    names = (member.first_names.casefold(), member.last_name.casefold(), member.protocol_card.casefold())
    return (member.email.folded, member.language, *names, member.mission, member.link, member.code)
