"""What is given up when its time is over, and what is erased when it ended long ago."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from notegen.records.database import Connection, Database, delete, func, or_, select, update
from notegen.records.holds import hold, of_dispatch
from notegen.records.journal import Journal
from notegen.records.lease import held_elsewhere
from notegen.records.moment import to_stored
from notegen.records.paces import forget_paces
from notegen.records.recovery import recover
from notegen.records.schema import dispatches, mails, people, portions
from notegen.records.sending import locked_row
from notegen.records.sharing import expire_shared, share_of
from notegen.records.stretch import Stretch
from notegen.records.takeover import OpenJournal, close_forsaken
from notegen.records.unfinished import cancel_open, expire_open


def expire_all(
    database: Database,
    open_journal: Callable[[str], Journal | None],
    journal_of_portion: OpenJournal,
    now: datetime,
) -> None:
    """Erase what sending needed, where the time is over or a cancellation was never carried out."""
    asleep = select(people.c.dispatch).where(people.c.payload.is_not(None))
    over = select(dispatches.c.id, dispatches.c.name).where(
        or_(dispatches.c.expires <= to_stored(now), dispatches.c.cancelled.is_not(None)),
        dispatches.c.id.in_(asleep),
    )
    with database.reading() as connection:
        found = connection.execute(over).all()
    for row in found:
        if share_of(database, row.id, now):
            close_forsaken(database, journal_of_portion, row.id, now)
            expire_shared(database, row.id, now)
        elif journal := open_journal(row.name):
            _expire_one(database, row.name, journal, now)


def empty_ended(database: Database, before: datetime, now: datetime) -> int:
    """Erase people and mails of dispatches that ended before a moment; how many dispatches."""
    moment, count = to_stored(before), 0
    with database.writing() as connection:
        for dispatch in sorted(_ended_before(connection, moment)):
            hold(connection, alone=[of_dispatch(dispatch)])
            # Somebody may have planned more of it meanwhile.
            if dispatch not in _ended_before(connection, moment):
                continue
            count += 1
            connection.execute(delete(mails).where(mails.c.dispatch == dispatch))
            connection.execute(delete(people).where(people.c.dispatch == dispatch))
            connection.execute(delete(portions).where(portions.c.dispatch == dispatch))
            gone = update(dispatches).where(dispatches.c.id == dispatch)
            connection.execute(gone.values(purged=to_stored(now)))
        forget_paces(connection, now)
    return count


def erase_prints(database: Database, now: datetime) -> None:
    """Erase print orders that nobody waits for any more; there are none without PostgreSQL."""
    if database.file is None:
        # What only PostgreSQL needs may not be installed elsewhere.
        from notegen.records.print_orders import erase_lost

        erase_lost(database, now)


def carry_over(connection: Connection, row: Any, journal: Journal, now: datetime) -> None:
    """Carry what a dead sender of a whole dispatch left into the ledger."""
    # Which start of the machine this is, is not known here: what may have gone is in doubt.
    recover(connection, row, journal.replay(""), now, Stretch(row.id), row.session)


def _expire_one(database: Database, name: str, journal: Journal, now: datetime) -> None:
    done = False
    try:
        with database.writing() as connection:
            row = locked_row(connection, name)
            if not held_elsewhere(row, journal.replay("").session, now):
                carry_over(connection, row, journal, now)
                if row.cancelled is not None:
                    cancel_open(connection, Stretch(row.id), row.cancelled)
                expire_open(connection, Stretch(row.id), now)
                done = True
    finally:
        journal.close(keep=not done)


def _ended_before(connection: Connection, moment: int) -> list[int]:
    still = select(people.c.dispatch).where(people.c.payload.is_not(None))
    latest = (
        select(mails.c.dispatch)
        .where(mails.c.dispatch.not_in(still))
        .group_by(mails.c.dispatch)
        .having(func.max(mails.c.changed) < moment)
    )
    return list(connection.execute(latest).scalars())
