"""A lease: who works on a dispatch, or on one portion of it, and the fence that keeps out whoever lost it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notegen.errors import RecordsError
from notegen.records.database import Connection, and_, bindparam, executed_one, select, update
from notegen.records.moment import from_stored, to_stored
from notegen.records.schema import dispatches, portions
from notegen.records.stretch import Stretch

# The row stays locked until the transaction ends: nobody takes over between this look and the commit.
_WHOLE = (
    select(dispatches.c.session, dispatches.c.cancelled)
    .where(dispatches.c.id == bindparam("b_dispatch"))
    .with_for_update(key_share=True)
)
_PORTION = (
    select(portions.c.session, dispatches.c.cancelled)
    .join(dispatches, dispatches.c.id == portions.c.dispatch)
    .where(portions.c.dispatch == bindparam("b_dispatch"), portions.c.number == bindparam("b_number"))
    .with_for_update(of=portions, key_share=True)
)


@dataclass(frozen=True, slots=True)
class Lease:
    """One session on a stretch; `portion` is its number, 0 where it is the whole dispatch."""

    name: str
    stretch: Stretch
    session: int
    portion: int = 0

    @property
    def own(self) -> Any:
        """The row that carries the lease, as a condition that only this session fulfils."""
        if not self.portion:
            return and_(dispatches.c.id == self.stretch.dispatch, dispatches.c.session == self.session)
        return and_(
            portions.c.dispatch == self.stretch.dispatch,
            portions.c.number == self.portion,
            portions.c.session == self.session,
        )


def fence(connection: Connection, lease: Lease) -> int | None:
    """When the dispatch was cancelled, if it was. RecordsError when another sender has taken over."""
    if lease.portion:
        row = executed_one(connection, _PORTION, b_dispatch=lease.stretch.dispatch, b_number=lease.portion)
    else:
        row = executed_one(connection, _WHOLE, b_dispatch=lease.stretch.dispatch)
    if row is None or row.session != lease.session:
        what = "another sender has taken over this dispatch"
        raise RecordsError(what, where=lease.name, hint="See `notegen dispatch status`.")
    return None if row.cancelled is None else int(row.cancelled)


def prolong(connection: Connection, lease: Lease, until: datetime) -> None:
    """Move the end of the lease."""
    table = portions if lease.portion else dispatches
    connection.execute(update(table).where(lease.own).values(lease_until=to_stored(until)))


def held_elsewhere(row: Any, session: int, now: datetime) -> bool:
    """Whether a sender lives, as far as the lease tells; `session` is that of the journal whose lock is here.

    Whoever holds the lock of the very journal that the last sender wrote knows that this sender is dead.
    """
    return bool(row.holder and session != row.session and from_stored(row.lease_until) > now)


def refuse_held(row: Any, session: int, now: datetime) -> None:
    """RecordsError that says who sends, where somebody may."""
    if held_elsewhere(row, session, now):
        until = from_stored(row.lease_until)
        raise RecordsError(
            f"this dispatch is being sent by {row.holder}",
            where=row.name,
            hint=f"Wait for it to end; without a sign of life its hold lapses at {until:%H:%M:%S} UTC.",
        )
