"""A roster: the form in which a mission names the members of its staff."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.problem import Problem

FIELDS = ("identification_number", "email", "language", "first_names", "last_name", "protocol_card")
"""The six columns of the form, in its order."""

OPTIONAL_FIELDS = ("activation_link", "activation_code", "mission", "birth_date")
"""Columns that a roster can carry besides."""

_BETWEEN = "\x1f"


class RowStatus(StrEnum):
    """Accepted: gets its mails. Rejected: has problems. Held: contradicts another. Skipped: a repeat."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    HELD = "held"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A row that becomes a member, with what a person should still know about it."""

    member: Member
    warnings: tuple[Problem, ...] = ()

    @property
    def row(self) -> int:
        """The number that Excel shows."""
        return self.member.row


class AcceptedRows(Sequence[AcceptedRow]):
    """Accepted rows in file order, each kept as one string: a million of them take 200 MB and not 800.

    Rows are made anew whenever they are asked for; equal rows are equal, never identical.
    """

    __slots__ = ("_lines", "_warnings")

    def __init__(self, rows: Iterable[AcceptedRow] = ()) -> None:
        self._lines: list[str] = []
        self._warnings: dict[int, tuple[Problem, ...]] = {}
        for row in rows:
            self.append(row)

    def append(self, row: AcceptedRow) -> None:
        """Add a row at the end."""
        if row.warnings:
            self._warnings[len(self._lines)] = row.warnings
        self._lines.append(_packed(row.member))

    def warn(self, index: int, warning: Problem) -> None:
        """Add a warning to a row."""
        self._warnings[index] = (*self._warnings.get(index, ()), warning)

    def remove(self, indexes: AbstractSet[int]) -> None:
        """Take rows out; those behind move up."""
        kept = [index for index in range(len(self._lines)) if index not in indexes]
        warned = self._warnings
        self._warnings = {new: warned[old] for new, old in enumerate(kept) if old in warned}
        self._lines = [self._lines[index] for index in kept]

    def digest(self) -> str:
        """SHA-256 (hex) over the sum of the SHA-256 of each person's fields, so that no order counts."""
        total = 0
        for line in self._lines:
            fields = line.partition(_BETWEEN)[2].encode(errors="surrogatepass")
            total += int.from_bytes(hashlib.sha256(fields).digest())
        return hashlib.sha256(str(total).encode()).hexdigest()

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> AcceptedRow: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[AcceptedRow]: ...

    def __getitem__(self, index: int | slice) -> AcceptedRow | Sequence[AcceptedRow]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = index if index >= 0 else index + len(self)
        return AcceptedRow(_unpacked(self._lines[position]), self._warnings.get(position, ()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"AcceptedRows({len(self)})"


def _packed(member: Member) -> str:
    number, address = member.number.digits, member.email
    names = f"{member.first_names}{_BETWEEN}{member.last_name}{_BETWEEN}{member.protocol_card}"
    more = f"{member.mission}{_BETWEEN}{member.link}{_BETWEEN}{member.code}"
    where = f"{member.row}{_BETWEEN}{number}{_BETWEEN}{address.local}{_BETWEEN}{address.domain}"
    return f"{where}{_BETWEEN}{member.language}{_BETWEEN}{names}{_BETWEEN}{more}"


def _unpacked(line: str) -> Member:
    row, number, local, domain, *others = line.split(_BETWEEN)
    return Member(int(row), IdentificationNumber(number), EmailAddress(local, domain), *others)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that gets no mail, with every reason at once; status is never ACCEPTED."""

    row: int
    status: RowStatus
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster as read: rows in file order, what was noticed about the file, and a digest of its content.

    `language` is that of most headers, in which the mission is answered. `digest` is a SHA-256
    (hex) over the accepted members' fields, independent of file name, format, order of rows and of columns.
    `header_row` is the row of the headers, 0 where there are none. In a workbook every problem of a row has
    the letters of its column among its values, under `letters`.
    """

    file: str
    sheet: str
    language: str
    accepted: Sequence[AcceptedRow]
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[Problem, ...]
    digest: str
    header_row: int = 0

    @property
    def members(self) -> tuple[Member, ...]:
        """The people who get mails, in file order."""
        return tuple(row.member for row in self.accepted)
