"""Who gets which portion: one that rests and is due, or one whose holder is dead."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from notegen.errors import RecordsError
from notegen.records.clock import refuse_strange_clock
from notegen.records.database import Connection, Database, and_, select, update
from notegen.records.journal import Journal, Replay
from notegen.records.lease import Lease, held_elsewhere
from notegen.records.moment import to_stored
from notegen.records.portions import Wanted, candidate, soonest
from notegen.records.recovery import recover
from notegen.records.schema import dispatches, portions, refuse_newer
from notegen.records.sending import Claim, Sending
from notegen.records.stretch import Stretch
from notegen.records.under_way import spread
from notegen.records.unfinished import cancel_open, expire_open, resend_unanswered

OpenJournal = Callable[[str, int], Journal | None]
"""Opens the journal of a dispatch's portion; None while a living process of this machine holds it."""


def leased(
    database: Database,
    open_journal: OpenJournal,
    claim: Claim,
    now: datetime,
    wanted: Wanted,
    only: Collection[str] | None = None,
) -> Sending | None:
    """Hold a portion, after what a dead holder left was carried over; None when none may be had.

    A portion of which nothing is left to go is closed, and the next one looked at.
    """
    read = time.monotonic()
    passed_by: set[tuple[int, int]] = set()
    while True:
        with ExitStack() as in_vain:
            with database.writing() as connection:
                refuse_newer(connection, database.name)
                refuse_strange_clock(connection, now, read, claim.clocks_within, database.name)
                row = candidate(connection, now, claim.boot, wanted, passed_by)
                if row is None:
                    return None
                passed_by.add((row.dispatch, row.number))
                dispatch = connection.execute(select(dispatches).where(dispatches.c.id == row.dispatch)).one()
                journal = open_journal(dispatch.name, row.number)
                if journal is None:
                    continue
                in_vain.callback(journal.close, keep=True)
                lease, keep = _taken_over(connection, journal, dispatch, row, claim, now)
            in_vain.pop_all()
        if lease is not None:
            journal.start(lease.session, claim.boot)
            return Sending(database, journal, dispatch, lease, claim, only)
        journal.close(keep=keep)


def close_forsaken(database: Database, open_journal: OpenJournal, dispatch: int, now: datetime) -> None:
    """Carry over what dead holders left of a dispatch that was cancelled or whose time is over.

    Nobody may ever come for it, and until then what sending needed would stay.
    """
    claim = Claim("nobody, to close it", "", resend_doubts=False)
    held = leased(database, open_journal, claim, now, Wanted(dispatch))
    if held is not None:
        held.release()


def remove_outlived(database: Database, open_journal: OpenJournal, found: Iterable[tuple[str, int]]) -> None:
    """Remove what dead holders left of portions (dispatch, number) that others have carried on since.

    A journal that may still be needed stays, and so does one that is newer than the ledger.
    """
    for name, number in found:
        journal = open_journal(name, number)
        if journal is None:
            continue
        keep = True
        try:
            with database.reading() as connection:
                keep = not _is_outlived(connection, name, number, journal.replay("").session)
        finally:
            journal.close(keep=keep)


def _is_outlived(connection: Connection, name: str, number: int, session: int) -> bool:
    own = and_(portions.c.dispatch == dispatches.c.id, portions.c.number == number)
    statement = select(dispatches.c.purged, portions.c.session, portions.c.holder)
    row = connection.execute(
        statement.outerjoin_from(dispatches, portions, own).where(dispatches.c.name == name)
    ).one()
    if row.session is None:
        return row.purged is not None
    return session < row.session or (session == row.session and row.holder is None)


def _taken_over(
    connection: Connection, journal: Journal, dispatch: Any, row: Any, claim: Claim, now: datetime
) -> tuple[Lease | None, bool]:
    """The lease of a portion, None when it is not to be had or nothing is left; whether its journal stays."""
    replay = journal.replay(claim.boot)
    _refuse_newer_journal(replay, row.session, dispatch.name)
    if held_elsewhere(row, replay.session, now):
        return None, replay.session > 0
    own = Stretch(row.dispatch, row.first, row.last)
    spread(connection, row.dispatch, row.number)
    recover(connection, dispatch, replay, now, own, row.session)
    if dispatch.cancelled is not None:
        cancel_open(connection, own, dispatch.cancelled)
    elif claim.resend_doubts:
        resend_unanswered(connection, own, now)
    expire_open(connection, own, now)
    if soonest(connection, own) is None:
        _write(connection, row, row.session, None, now)
        return None, False
    _write(connection, row, row.session + 1, claim, now)
    return Lease(dispatch.name, own, row.session + 1, row.number), True


def _refuse_newer_journal(replay: Replay, session: int, name: str) -> None:
    if replay.session > session:
        raise RecordsError(
            "the journal of this portion is newer than the ledger itself: was a backup restored?",
            where=name,
            hint=f"Mails may have gone out since: `notegen dispatch restored {name}` puts them in doubt.",
        )


def _write(connection: Connection, row: Any, session: int, claim: Claim | None, now: datetime) -> None:
    values: dict[str, Any] = {"holder": None, "boot": None, "lease_until": None, "due": None}
    if claim is not None:
        until = to_stored(now + claim.lease)
        values = {"holder": claim.holder, "boot": claim.boot, "lease_until": until}
    this = and_(portions.c.dispatch == row.dispatch, portions.c.number == row.number)
    connection.execute(update(portions).where(this).values(session=session, **values))
