"""A roster: the form in which a mission names the members of its staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from notegen.domain.member import Member
from notegen.domain.problem import Problem

FIELDS = ("identification_number", "email", "language", "first_names", "last_name", "protocol_card")
"""The six columns of the form, in its order."""

OPTIONAL_FIELDS = ("activation_link", "activation_code", "mission", "birth_date")
"""Columns that a roster can carry besides."""


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

    `language` is that of most headers, in which the mission is answered. `digest` is the SHA-256
    (hex) of the accepted members' fields, independent of file name, format and column order. `header_row` is
    the row of the headers, 0 where there are none. In a workbook every problem of a row has the letters of its
    column among its values, under `letters`.
    """

    file: str
    sheet: str
    language: str
    accepted: tuple[AcceptedRow, ...]
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[Problem, ...]
    digest: str
    header_row: int = 0

    @property
    def members(self) -> tuple[Member, ...]:
        """The people who get mails, in file order."""
        return tuple(row.member for row in self.accepted)
