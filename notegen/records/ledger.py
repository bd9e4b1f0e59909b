"""The ledger of dispatches: what was planned, for whom, and how far it is. Start with `open_ledger`."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from notegen.domain.notification import Series
from notegen.domain.planned_mail import MailState, Summary
from notegen.errors import RecordsError
from notegen.records.database import Connection, Database, delete, func, select, update
from notegen.records.journal import Journal, open_journal
from notegen.records.moment import to_stored
from notegen.records.planning import Planned, PlanRequest, write_plan
from notegen.records.recovery import recover
from notegen.records.schema import dispatches, mails, people, prepare
from notegen.records.sending import Claim, Sending, claimed
from notegen.records.soundness import integrity_problems
from notegen.records.tally import DispatchStatus, HistoryEntry, entries, statuses, summary_of
from notegen.records.unfinished import (
    Decision,
    accept_doubts,
    cancel_doubts,
    cancel_open,
    doubt_open,
    expire_open,
    resume_doubts,
)


class Ledger:
    """Plans, claims, shows and settles dispatches; `open_ledger` gives one. Moments passed in are aware."""

    def __init__(self, database: Database, key: bytes, journals: Path) -> None:
        self._database = database
        self._key = key
        self._journals = journals

    def member(self, identity: str) -> str:
        """The keyed digest (HMAC-SHA256, hex) under which a person stands here."""
        return hmac.digest(self._key, identity.encode(), "sha256").hex()

    def plan(
        self, request: PlanRequest, series: Iterable[Series], now: datetime, *, commit: bool = True
    ) -> Planned:
        """Write a row per member and mail in one transaction; people who stand there already are left alone.

        Without `commit` (a dry run) everything is tried and nothing kept. RecordsError when the name belongs
        to other content, the content to another name, or the dispatch was cancelled.
        """
        with self._database.writing() as connection:
            planned = write_plan(connection, request, series, self.member, now)
            if not commit:
                connection.rollback()
        return planned

    def claim(
        self, name: str, claim: Claim, now: datetime, *, only: Collection[str] | None = None
    ) -> Sending:
        """Become the one sender of a dispatch; `only` limits it to these identities. A context manager.

        What a dead sender left is carried over first. RecordsError says who else is at it.
        """
        self._row(name)
        members = None if only is None else frozenset(self.member(identity) for identity in only)
        journal = self._locked(name)
        try:
            return claimed(self._database, journal, name, claim, now, members)
        except BaseException:
            journal.close(keep=True)
            raise

    def summary(self, name: str) -> Summary:
        """How many mails of a dispatch stand where."""
        with self._database.reading() as connection:
            return summary_of(connection, self._row(name).id, name)

    def status(self, now: datetime, name: str = "") -> list[DispatchStatus]:
        """All dispatches, newest first, or the one of that name (RecordsError when there is none)."""
        if name:
            self._row(name)
        with self._database.reading() as connection:
            return statuses(connection, now, name)

    def history(
        self, *, requester: str = "", name: str = "", awaiting: bool = False, limit: int = 200
    ) -> list[HistoryEntry]:
        """Mails, the latest change first; `awaiting` leaves those that wait for a decision or a document."""
        with self._database.reading() as connection:
            return entries(connection, name=name, requester=requester, awaiting=awaiting, limit=limit)

    def unsettled(self, name: str, limit: int = 10_000) -> list[HistoryEntry]:
        """The mails of a dispatch that wait for a person's decision."""
        self._row(name)
        with self._database.reading() as connection:
            return entries(connection, name=name, states=(MailState.IN_DOUBT, MailState.HELD), limit=limit)

    def settle(self, name: str, decision: Decision, now: datetime, keys: Sequence[str] = ()) -> int:
        """Decide about mails in doubt (all, or these keys); how many. RecordsError while it is sent."""
        deed = {
            Decision.ACCEPTED: accept_doubts,
            Decision.RESEND: resume_doubts,
            Decision.CANCEL: cancel_doubts,
        }
        self._row(name)
        journal = self._locked(name)
        try:
            with self._database.writing() as connection:
                dispatch = self._recovered(connection, name, journal, now)
                return deed[decision](connection, dispatch, now, keys)
        finally:
            journal.close(keep=True)

    def put_in_doubt(self, name: str, now: datetime) -> int:
        """After a backup was restored: put in doubt what may have gone out since; how many people."""
        row = self._row(name)
        journal = self._locked(name)
        try:
            with self._database.writing() as connection:
                return doubt_open(connection, row.id, now)
        finally:
            journal.close(keep=False)

    def cancel(self, name: str, now: datetime) -> Summary:
        """Give up what was not sent yet; a sender that is at it stops by itself within moments."""
        row = self._row(name)
        journal = open_journal(self._journals, self._stem(name))
        with self._database.writing() as connection:
            cancelled = update(dispatches).where(dispatches.c.id == row.id, dispatches.c.cancelled.is_(None))
            connection.execute(cancelled.values(cancelled=to_stored(now)))
            if journal is not None:
                self._recovered(connection, name, journal, now)
                cancel_open(connection, row.id, to_stored(now))
        if journal is not None:
            journal.close(keep=False)
        return self.summary(name)

    def purge(self, now: datetime, retention: timedelta) -> int:
        """Erase payloads whose time is over, and people and mails of dispatches that ended long enough ago.

        The name, digest and dates of a dispatch stay, so that the same content is still recognised. Returns
        how many dispatches were emptied.
        """
        self._expire(now)
        with self._database.writing() as connection:
            emptied = _ended_before(connection, to_stored(now - retention))
            for dispatch in emptied:
                connection.execute(delete(mails).where(mails.c.dispatch == dispatch))
                connection.execute(delete(people).where(people.c.dispatch == dispatch))
                gone = update(dispatches).where(dispatches.c.id == dispatch)
                connection.execute(gone.values(purged=to_stored(now)))
        return len(emptied)

    def integrity_problems(self) -> list[str]:
        """What is wrong with the database; empty when all is well."""
        return integrity_problems(self._database)

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def _expire(self, now: datetime) -> None:
        over = select(dispatches.c.name).where(
            dispatches.c.expires <= to_stored(now), dispatches.c.purged.is_(None)
        )
        with self._database.reading() as connection:
            names = connection.execute(over).scalars().all()
        for name in names:
            journal = open_journal(self._journals, self._stem(name))
            if journal is None:
                continue
            with self._database.writing() as connection:
                expire_open(connection, self._recovered(connection, name, journal, now), now)
            journal.close(keep=False)

    def _recovered(self, connection: Connection, name: str, journal: Journal, now: datetime) -> int:
        row = connection.execute(select(dispatches).where(dispatches.c.name == name)).one()
        # Which start of the machine this is, is not known here: what may have gone is in doubt.
        recover(connection, row, journal.replay(""), now)
        return int(row.id)

    def _row(self, name: str) -> Any:
        with self._database.reading() as connection:
            row = connection.execute(select(dispatches).where(dispatches.c.name == name)).one_or_none()
        if row is None:
            raise RecordsError(
                "there is no dispatch of that name", where=name, hint="`notegen dispatch status` lists them."
            )
        return row

    def _locked(self, name: str) -> Journal:
        journal = open_journal(self._journals, self._stem(name))
        if journal is None:
            raise RecordsError(
                f"this dispatch is being sent by {self._row(name).holder or 'another process'}",
                where=name,
                hint="Wait for it to end, or stop it first.",
            )
        return journal

    def _stem(self, name: str) -> str:
        file = self._database.file
        return f"{file.name if file else 'notegen'}-{sha256(name.encode()).hexdigest()[:12]}"


def open_ledger(url: str, key: bytes, *, journals: Path | None = None) -> Ledger:
    """The ledger in the database at `url`, made there when new; `key` is the secret of the digests.

    `journals` is the folder of the result journals (default: beside a SQLite file). RecordsError when the
    database cannot be used.
    """
    database = Database(url)
    prepare(database)
    folder = journals or (database.file.parent if database.file else Path())
    return Ledger(database, key, folder)


def _ended_before(connection: Connection, moment: int) -> list[int]:
    still = select(people.c.dispatch).where(people.c.payload.is_not(None))
    latest = (
        select(mails.c.dispatch)
        .where(mails.c.dispatch.not_in(still))
        .group_by(mails.c.dispatch)
        .having(func.max(mails.c.changed) < moment)
    )
    return list(connection.execute(latest).scalars())
