"""Portions: a dispatch is cut into stretches of people, so that many workers can share it.

A portion rests, or one sender holds it under a lease. `due` is the moment from which something of it may go,
and NULL when nothing is left to go. What is true stands here; the queue only summons workers to a portion,
so that a summons that was lost or came twice does no harm.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notegen.records.database import Connection, and_, func, insert, or_, select, update
from notegen.records.holds import hold, of_dispatch
from notegen.records.moment import from_stored, to_stored
from notegen.records.schema import dispatches, people, portions
from notegen.records.stretch import Stretch

_MANY = 100
_ORDER = (portions.c.priority.desc(), portions.c.dispatch, portions.c.number)


@dataclass(frozen=True, slots=True)
class Share:
    """How far the portions of a dispatch are: how many are held just now, and when the first comes due."""

    holders: tuple[str, ...]
    held: int
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which portion is to be held: that of this number, or the first after a number; 0 dispatch: of any."""

    dispatch: int = 0
    number: int = 0
    after: int = 0


def cut(connection: Connection, dispatch: int, size: int, priority: int) -> None:
    """Cut the people that no portion holds yet into portions, and summon workers to them."""
    own = portions.c.dispatch == dispatch
    found = connection.execute(select(func.max(portions.c.number), func.max(portions.c.last)).where(own))
    number, start = (value or 0 for value in found.one())
    newest = select(func.max(people.c.person)).where(people.c.dispatch == dispatch)
    last = connection.execute(newest).scalar() or 0
    firsts = enumerate(range(start + 1, last + 1, size), start=number + 1)
    rows = [
        {
            "dispatch": dispatch,
            "number": number,
            "first": first,
            "last": min(first + size - 1, last),
            "priority": priority,
            "due": 0,
            "session": 0,
        }
        for number, first in firsts
    ]
    for start in range(0, len(rows), 1000):
        connection.execute(insert(portions), rows[start : start + 1000])
    not_before = connection.execute(select(dispatches.c.not_before).where(dispatches.c.id == dispatch))
    begins = not_before.scalar()
    summon(connection, [(dispatch, row["number"], priority, begins or 0) for row in rows])
    if len(rows) >= _MANY and connection.dialect.name == "postgresql":
        # Until it looks by itself, PostgreSQL would compare every portion with every summons.
        connection.exec_driver_sql("ANALYZE (SKIP_LOCKED) portions, procrastinate_jobs")


def candidate(
    connection: Connection, now: datetime, boot: str, wanted: Wanted, passed_by: Collection[tuple[int, int]]
) -> Any:
    """The row of a portion that may be had, locked until the transaction ends; None when there is none.

    It rests and is due, or its lease has lapsed. One that is held since this start of the same machine may
    also be had, if the journal proves that its holder is dead.
    """
    may_be_had = _may_be_had(now, boot, wanted, passed_by)
    found = connection.execute(select(portions.c.dispatch).where(may_be_had).order_by(*_ORDER).limit(1))
    dispatch = found.scalar()
    if dispatch is None:
        return None
    # First the dispatch, then its portion: whoever settles or cancels it takes them in this order too.
    hold(connection, beside=[of_dispatch(dispatch)])
    statement = select(portions).where(may_be_had, portions.c.dispatch == dispatch).order_by(*_ORDER).limit(1)
    return connection.execute(statement.with_for_update(skip_locked=True, key_share=True)).one_or_none()


def _may_be_had(now: datetime, boot: str, wanted: Wanted, passed_by: Collection[tuple[int, int]]) -> Any:
    here = and_(portions.c.boot == boot, portions.c.boot != "")
    dead = and_(portions.c.holder.is_not(None), or_(portions.c.lease_until <= to_stored(now), here))
    conditions = [or_(_rests_due(now), dead), portions.c.number > wanted.after]
    if wanted.dispatch:
        conditions.append(portions.c.dispatch == wanted.dispatch)
    if wanted.number:
        conditions.append(portions.c.number == wanted.number)
    for dispatch, number in passed_by:
        conditions.append(or_(portions.c.dispatch != dispatch, portions.c.number != number))
    return and_(*conditions)


def _rests_due(now: datetime) -> Any:
    moment = to_stored(now)
    too_early = select(dispatches.c.id).where(dispatches.c.not_before > moment)
    return and_(portions.c.holder.is_(None), portions.c.due <= moment, portions.c.dispatch.not_in(too_early))


def soonest(connection: Connection, own: Stretch) -> int | None:
    """When the first mail of a stretch may go; None when none is left to go."""
    found = connection.execute(select(func.min(people.c.due)).where(own.within(people))).scalar()
    return None if found is None else int(found)


def give_back(connection: Connection, row_is: Any, own: Stretch, resume: datetime | None) -> None:
    """Let a portion rest, and summon a worker for when it comes due, not before `resume`."""
    due = soonest(connection, own)
    if due is not None and resume is not None:
        due = max(due, to_stored(resume))
    nobody = {"holder": None, "boot": None, "lease_until": None, "due": due}
    connection.execute(update(portions).where(row_is).values(**nobody))
    if due is not None:
        row = connection.execute(select(portions).where(row_is)).one()
        summon(connection, [(row.dispatch, row.number, row.priority, due)])


def share(connection: Connection, dispatch: int, now: datetime) -> Share:
    """How far the portions of a dispatch are."""
    own = portions.c.dispatch == dispatch
    is_held = and_(own, portions.c.holder.is_not(None), portions.c.lease_until > to_stored(now))
    held = select(portions.c.holder, func.count()).where(is_held).group_by(portions.c.holder)
    holders = connection.execute(held.order_by(portions.c.holder)).all()
    left = select(func.min(portions.c.due)).where(own, or_(portions.c.holder.is_(None), ~is_held))
    due = connection.execute(left).scalar()
    names = tuple(str(holder) for holder, _ in holders)
    return Share(names, sum(count for _, count in holders), from_stored(due))


def are_cut(connection: Connection, dispatch: int) -> bool:
    """Whether a dispatch is cut into portions."""
    return (
        connection.execute(select(portions.c.number).where(portions.c.dispatch == dispatch)).first()
        is not None
    )


def reopen(connection: Connection, dispatch: int) -> None:
    """Look anew when resting portions come due, after mails were planned again; and summon workers."""
    resting = select(portions).where(portions.c.dispatch == dispatch, portions.c.holder.is_(None))
    earliest = (
        select(portions.c.number, func.min(people.c.due).label("due"))
        .join(
            people,
            and_(
                people.c.dispatch == portions.c.dispatch,
                people.c.person.between(portions.c.first, portions.c.last),
            ),
        )
        .where(portions.c.dispatch == dispatch, people.c.due.is_not(None))
        .group_by(portions.c.number)
    )
    due: dict[int, int] = {row.number: int(row.due) for row in connection.execute(earliest)}
    changed = [row for row in connection.execute(resting).all() if due.get(row.number) != row.due]
    for row in changed:
        this = and_(portions.c.dispatch == dispatch, portions.c.number == row.number)
        connection.execute(update(portions).where(this).values(due=due.get(row.number)))
    summon(
        connection,
        [(dispatch, row.number, row.priority, due[row.number]) for row in changed if row.number in due],
    )


def summon(connection: Connection, calls: list[tuple[int, int, int, int]]) -> None:
    """Summon a worker to each portion (dispatch, number, priority, from when on); SQLite has no workers.

    The rows of the portions are locked by whoever calls, so that nobody is summoned twice at once.
    """
    if calls and connection.dialect.name == "postgresql":
        from notegen.records.queue import Summons, enqueue

        enqueue(connection, [Summons("portion", (d, n), p, from_stored(at)) for d, n, p, at in calls])
