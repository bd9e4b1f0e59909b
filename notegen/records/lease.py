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

# From then on the row is locked until the transaction ends: nobody takes over before the commit.
_HELD: dict[str, Any] = {"lease_until": bindparam("b_until"), "under_way": bindparam("b_under_way")}
_WHOLE = (
    update(dispatches)
    .where(dispatches.c.id == bindparam("b_dispatch"), dispatches.c.session == bindparam("b_session"))
    .values(_HELD)
    .returning(dispatches.c.cancelled)
)
_PORTION = (
    update(portions)
    .where(
        portions.c.dispatch == bindparam("b_dispatch"),
        portions.c.number == bindparam("b_number"),
        portions.c.session == bindparam("b_session"),
    )
    .values(_HELD)
    .returning(
        select(dispatches.c.cancelled).where(dispatches.c.id == bindparam("b_dispatch")).scalar_subquery()
    )
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


def renew(connection: Connection, lease: Lease, until: datetime, under_way: str) -> int | None:
    """Go on holding it, with these mails under way (see under_way.py); when the dispatch was cancelled.

    None unless it was. RecordsError when another sender has taken over.
    """
    own = {
        "b_dispatch": lease.stretch.dispatch,
        "b_session": lease.session,
        "b_until": to_stored(until),
        "b_under_way": under_way,
    }
    if lease.portion:
        row = executed_one(connection, _PORTION, b_number=lease.portion, **own)
    else:
        row = executed_one(connection, _WHOLE, **own)
    if row is None:
        what = "another sender has taken over this dispatch"
        raise RecordsError(what, where=lease.name, hint="See `notegen dispatch status`.")
    return None if row[0] is None else int(row[0])


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
