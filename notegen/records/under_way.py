"""Which mails may be on their way: a sender writes them beside its lease, all in one cell.

In its rows a mail stays as it was until something became of it: a sender would have to write each row twice.
Whoever else changes mails of the dispatch moves what the cell says into the rows first (`spread`). A sender
that lives is not disturbed by that: its next transaction writes the cell anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from notegen.domain.planned_mail import MailState, PlannedMail
from notegen.records.batch import write_batch
from notegen.records.database import Connection, and_, bindparam, select, update
from notegen.records.mail_rows import ONE_MAIL, ONE_MAIL_NAMES
from notegen.records.schema import dispatches, mails, portions
from notegen.records.stretch import Stretch

Place = tuple[int, int, int]
"""Dispatch, person and position of a mail."""

_SPREAD = (
    update(mails)
    .where(ONE_MAIL)
    .values(state=bindparam("b_state", MailState.SENDING.value), tries=bindparam("b_tries"))
)
_SPREAD_NAMES = (*ONE_MAIL_NAMES, "b_tries")


def mark(mail: PlannedMail) -> str:
    """How a mail stands in the cell: its key and the number of its turn."""
    return f"{mail.key}.{mail.tries}"


def spread(connection: Connection, dispatch: int, portion: int | None = None) -> None:
    """Move what senders of a dispatch wrote as under way into the rows; with `portion` that of one.

    0 is whoever sends the dispatch whole. No sender may write meanwhile, else what has just arrived is told
    to be under way: whoever calls is alone with the dispatch, or has locked the row that carries the lease.
    """
    for table, condition in _holding(dispatch, portion):
        found = connection.execute(select(table.c.under_way).where(condition)).scalars().all()
        rows = [mail for cell in found for mail in _mails_in(cell)]
        if rows:
            write_batch(connection, _SPREAD, _SPREAD_NAMES, rows)
            connection.execute(update(table).where(condition).values(under_way=""))


def places_under_way(connection: Connection, dispatch: int = 0) -> frozenset[Place]:
    """The mails that senders of a dispatch, or of all, have under way and that no row tells."""
    cells = [
        cell
        for table, condition in _holding(dispatch)
        for cell in connection.execute(select(table.c.under_way).where(condition)).scalars()
    ]
    return frozenset(mail[:3] for cell in cells for mail in _mails_in(cell))


def under_way_by_state(connection: Connection, own: Stretch) -> Mapping[str, int]:
    """How many mails of a stretch are under way that no row tells, by the state in their rows."""
    counts: dict[str, int] = {}
    places = places_under_way(connection, own.dispatch)
    persons = sorted({person for _, person, _ in places})
    for start in range(0, len(persons), 500):
        some = and_(own.within(mails), mails.c.person.in_(persons[start : start + 500]))
        for row in connection.execute(select(mails.c.person, mails.c.position, mails.c.state).where(some)):
            if (own.dispatch, row.person, row.position) in places:
                counts[row.state] = counts.get(row.state, 0) + 1
    return counts


def _holding(dispatch: int, portion: int | None = None) -> list[tuple[Any, Any]]:
    """The rows with something in their cell, as (table, condition)."""
    whole, parts = dispatches.c.under_way != "", portions.c.under_way != ""
    if dispatch:
        whole, parts = and_(dispatches.c.id == dispatch, whole), and_(portions.c.dispatch == dispatch, parts)
    if portion == 0:
        return [(dispatches, whole)]
    if portion is not None:
        return [(portions, and_(portions.c.number == portion, parts))]
    return [(dispatches, whole), (portions, parts)]


def _mails_in(cell: str) -> Iterator[tuple[int, int, int, int]]:
    """Dispatch, person, position and turn of each mail that `mark` wrote there."""
    for each in cell.split():
        dispatch, person, position, turn = map(int, each.split("."))
        yield dispatch, person, position, turn
