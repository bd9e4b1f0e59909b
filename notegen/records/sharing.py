"""What is done to a dispatch that is cut into portions, while workers may be at some of them.

Each of these is alone with the dispatch for one transaction: senders are between two of theirs. What they
have on its way is left to them; what a dead one left is carried over by whoever takes up its portion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from notegen.errors import RecordsError
from notegen.records.database import Connection, Database, select, update
from notegen.records.holds import of_dispatch
from notegen.records.lease import refuse_held
from notegen.records.moment import to_stored
from notegen.records.portions import Share, are_cut, cut, reopen, share
from notegen.records.schema import dispatches, portions
from notegen.records.stretch import Stretch
from notegen.records.under_way import spread
from notegen.records.unfinished import cancel_open, doubt_open, expire_open, resend_unanswered


def cut_planned(connection: Connection, name: str, size: int, priority: int, now: datetime) -> None:
    """Cut what was planned within this transaction, unless somebody who lives sends the dispatch whole."""
    named = select(dispatches).where(dispatches.c.name == name)
    # From here on nobody sends it whole. Whoever sends a portion of it goes on meanwhile.
    row = connection.execute(named.with_for_update(key_share=True)).one()
    spread(connection, row.id, 0)
    if row.holder:
        refuse_held(row, 0, now)
        # Should it only have slept, the next number keeps it out.
        nobody = {"holder": None, "lease_until": None, "session": row.session + 1}
        connection.execute(update(dispatches).where(dispatches.c.id == row.id).values(**nobody))
    cut(connection, row.id, size, priority)


def share_of(database: Database, dispatch: int, now: datetime) -> Share | None:
    """How far the portions of a dispatch are; None when it is not cut into portions."""
    with database.reading() as connection:
        return share(connection, dispatch, now) if are_cut(connection, dispatch) else None


def settle_shared(database: Database, dispatch: int, deed: Callable[[Connection, Stretch], int]) -> int:
    """Carry out a person's decision about mails in doubt, and summon workers to what may go on."""
    with _alone(database, dispatch) as connection:
        count = deed(connection, Stretch(dispatch))
        reopen(connection, dispatch)
    return count


def resume_shared(database: Database, dispatch: int, now: datetime) -> None:
    """What a run begins with: mails in doubt are planned again, what the time is over for is given up."""

    def deed(connection: Connection, own: Stretch) -> int:
        return resend_unanswered(connection, own, now)

    settle_shared(database, dispatch, deed)


def cancel_shared(database: Database, dispatch: int, now: datetime) -> None:
    """Give up what waits; senders stop at their next transaction, and give up the rest of their portions."""
    with _alone(database, dispatch) as connection:
        moment = to_stored(now)
        asked = update(dispatches).where(dispatches.c.id == dispatch, dispatches.c.cancelled.is_(None))
        connection.execute(asked.values(cancelled=moment))
        cancel_open(connection, Stretch(dispatch), moment)
        _close_resting(connection, dispatch)


def doubt_shared(database: Database, row: Any, now: datetime) -> int:
    """After a backup was put back: the next mail of everybody is in doubt; refused while somebody sends."""
    with _alone(database, row.id) as connection:
        if holders := share(connection, row.id, now).holders:
            what = f"this dispatch is being sent by {', '.join(holders)}"
            raise RecordsError(what, where=row.name, hint="Stop the workers first.")
        count = doubt_open(connection, Stretch(row.id), now)
        # A session that no journal of any machine has seen: none is newer than the ledger, none is believed.
        nobody = {"holder": None, "boot": None, "lease_until": None, "due": None}
        ahead = portions.c.session + 1_000_000
        own = portions.c.dispatch == row.id
        connection.execute(update(portions).where(own).values(session=ahead, **nobody))
    return count


def expire_shared(database: Database, dispatch: int, now: datetime) -> None:
    """Give up what waits once the time is over, unless somebody is still at it."""
    with _alone(database, dispatch) as connection:
        if share(connection, dispatch, now).held:
            return
        row = connection.execute(select(dispatches).where(dispatches.c.id == dispatch)).one()
        if row.cancelled is not None:
            cancel_open(connection, Stretch(dispatch), row.cancelled)
        expire_open(connection, Stretch(dispatch), now)
        reopen(connection, dispatch)


def summon_to_what_was_left(database: Database, now: datetime) -> int:
    """Summon workers to portions that somebody should have and nobody has; how many there are."""
    from notegen.records.queue import Summons, enqueue, unsummoned

    with database.writing() as connection:
        calls = [
            Summons("portion", (dispatch, number), priority)
            for dispatch, number, priority in unsummoned(connection, to_stored(now))
        ]
        enqueue(connection, calls)
    return len(calls)


@contextmanager
def _alone(database: Database, dispatch: int) -> Iterator[Connection]:
    """A transaction alone with a dispatch; what senders have under way stands in the rows of the mails."""
    with database.writing(alone=[of_dispatch(dispatch)]) as connection:
        spread(connection, dispatch)
        yield connection


def _close_resting(connection: Connection, dispatch: int) -> None:
    resting = update(portions).where(portions.c.dispatch == dispatch, portions.c.holder.is_(None))
    connection.execute(resting.values(due=None))
