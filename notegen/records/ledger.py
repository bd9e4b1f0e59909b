"""The ledger of dispatches: what was planned, for whom, and how far it is. Start with `open_ledger`."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from notegen.domain.notification import Series
from notegen.domain.planned_mail import Summary
from notegen.errors import RecordsError
from notegen.records.database import Database, select, update
from notegen.records.journal import Journal, open_journal, portions_in
from notegen.records.lease import held_elsewhere, refuse_held
from notegen.records.moment import to_stored
from notegen.records.planning import Planned, PlanRequest, write_plan
from notegen.records.portions import Share, Wanted
from notegen.records.retention import carry_over, empty_ended, erase_prints, expire_all
from notegen.records.schema import dispatches, prepare
from notegen.records.seal import check_seal
from notegen.records.sending import Claim, Sending, claimed, locked_row
from notegen.records.sharing import (
    cancel_shared,
    cut_planned,
    doubt_shared,
    resume_shared,
    settle_shared,
    share_of,
    summon_to_what_was_left,
)
from notegen.records.soundness import integrity_problems
from notegen.records.stretch import Stretch
from notegen.records.takeover import leased, remove_outlived
from notegen.records.tally import DispatchStatus, HistoryEntry, entries, statuses, summary_of
from notegen.records.unfinished import (
    Decision,
    accept_doubts,
    cancel_doubts,
    cancel_open,
    doubt_open,
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
        with self._database.writing(alone=_what_is_planned(request)) as connection:
            planned = write_plan(connection, request, series, self.member, now)
            if not commit:
                connection.rollback()
            elif request.portion:
                cut_planned(connection, planned.name, request.portion, request.priority, now)
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

    def lease(
        self,
        wanted: Wanted,
        claim: Claim,
        now: datetime,
        *,
        name: str = "",
        only: Collection[str] | None = None,
    ) -> Sending | None:
        """Hold a portion that is due, or whose holder is dead, of the dispatch `name` if there is one said.

        None when none may be had.
        """
        if name:
            wanted = replace(wanted, dispatch=self._row(name).id)
        members = None if only is None else frozenset(self.member(identity) for identity in only)
        return leased(self._database, self._journal_of, claim, now, wanted, members)

    def share(self, name: str, now: datetime) -> Share | None:
        """How far the portions of a dispatch are; None when it is not cut into portions."""
        return share_of(self._database, self._row(name).id, now)

    def resume(self, name: str, now: datetime) -> None:
        """Plan mails in doubt again, in a dispatch that is cut into portions."""
        resume_shared(self._database, self._row(name).id, now)

    def open_queue(self) -> str:
        """Make the queue where it is missing; its address. RecordsError when the records are not shared."""
        from notegen.records.queue import prepare_queue

        prepare_queue(self._database)
        return self._database.address

    def workers(self, seconds: float) -> int:
        """How many workers gave a sign of life within the last seconds."""
        from notegen.records.queue import signs_of_life

        return signs_of_life(self._database, seconds)

    def remove_outlived(self) -> None:
        """Remove the journals on this machine whose portions others have carried on after a death here."""
        with self._database.reading() as connection:
            names = connection.execute(select(dispatches.c.name)).scalars().all()
        stems = {self._stem(name): name for name in names}
        found = portions_in(self._journals, stems)
        remove_outlived(self._database, self._journal_of, [(stems[stem], n) for stem, n in found])

    def seal(self, name: str, key: bytes) -> None:
        """RecordsError when mails wait that were planned with another key of this name."""
        check_seal(self._database, name, key)

    @property
    def is_shared(self) -> bool:
        """Whether workers on any machine can share its dispatches."""
        return self._database.file is None

    def summon(self, now: datetime) -> int:
        """Summon workers to the portions that somebody should have and nobody has; how many there are."""
        return summon_to_what_was_left(self._database, now)

    def summary(self, name: str) -> Summary:
        """How many mails of a dispatch stand where."""
        with self._database.reading() as connection:
            return summary_of(connection, Stretch(self._row(name).id), name)

    def status(self, now: datetime, name: str = "") -> list[DispatchStatus]:
        """All dispatches, newest first, or the one of that name (RecordsError when there is none)."""
        if name:
            self._row(name)
        with self._database.reading() as connection:
            return statuses(connection, now, name)

    def history(
        self, *, requester: str = "", name: str = "", awaiting: bool = False, limit: int = 200
    ) -> list[HistoryEntry]:
        """Mails, the latest change first; `awaiting` leaves those that wait for a decision or a document.

        RecordsError when there is no dispatch of that name.
        """
        if name:
            self._row(name)
        with self._database.reading() as connection:
            return entries(connection, name=name, requester=requester, awaiting=awaiting, limit=limit)

    def settle(self, name: str, decision: Decision, now: datetime, keys: Sequence[str] = ()) -> int:
        """Decide about mails in doubt (all, or these keys); how many. RecordsError while it is sent."""
        deed = {
            Decision.ACCEPTED: accept_doubts,
            Decision.RESEND: resume_doubts,
            Decision.CANCEL: cancel_doubts,
        }
        dispatch = self._row(name).id
        if self.share(name, now):
            return settle_shared(
                self._database, dispatch, lambda where, own: deed[decision](where, own, now, keys)
            )
        journal = self._locked(name)
        try:
            with self._database.writing() as connection:
                row = locked_row(connection, name)
                refuse_held(row, journal.replay("").session, now)
                carry_over(connection, row, journal, now)
                return deed[decision](connection, Stretch(row.id), now, keys)
        finally:
            journal.close(keep=True)

    def put_in_doubt(self, name: str, now: datetime) -> int:
        """After a backup was restored: put in doubt what may have gone out since; how many people."""
        if self.share(name, now):
            return doubt_shared(self._database, self._row(name), now)
        journal = self._locked(name)
        try:
            with self._database.writing() as connection:
                row = locked_row(connection, name)
                refuse_held(row, row.session if self._database.file else 0, now)
                return doubt_open(connection, Stretch(row.id), now)
        finally:
            journal.close(keep=False)

    def cancel(self, name: str, now: datetime) -> Summary:
        """Give up what was not sent yet; a sender that is at it stops by itself within moments."""
        if self.share(name, now):
            cancel_shared(self._database, self._row(name).id, now)
            return self.summary(name)
        journal = open_journal(self._journals, self._stem(name))
        try:
            with self._database.writing() as connection:
                row = locked_row(connection, name)
                asked = update(dispatches).where(dispatches.c.id == row.id, dispatches.c.cancelled.is_(None))
                connection.execute(asked.values(cancelled=to_stored(now)))
                if journal is not None and not held_elsewhere(row, journal.replay("").session, now):
                    carry_over(connection, row, journal, now)
                    cancel_open(connection, Stretch(row.id), to_stored(now))
        except BaseException:
            if journal is not None:
                journal.close(keep=True)
            raise
        if journal is not None:
            journal.close(keep=False)
        return self.summary(name)

    def purge(self, now: datetime, retention: timedelta) -> int:
        """Erase payloads whose time is over, and people and mails of dispatches that ended long enough ago.

        The name, digest and dates of a dispatch stay, so that the same content is still recognised. Returns
        how many dispatches were emptied.
        """
        erase_prints(self._database, now)
        expire_all(self._database, partial(self._journal_of, portion=0), self._journal_of, now)
        count = empty_ended(self._database, now - retention, now)
        self.remove_outlived()
        return count

    def integrity_problems(self) -> list[str]:
        """What is wrong with the database; empty when all is well."""
        return integrity_problems(self._database)

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

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

    def _journal_of(self, name: str, portion: int) -> Journal | None:
        stem = self._stem(name)
        return open_journal(self._journals, f"{stem}-{portion}" if portion else stem)

    def _stem(self, name: str) -> str:
        file = self._database.file
        if file is not None:
            return f"{file.name}-{sha256(name.encode()).hexdigest()[:12]}"
        return f"notegen-{sha256(f'{self._database.name} {name}'.encode()).hexdigest()[:12]}"


def open_ledger(url: str, key: bytes, *, journals: Path | None = None) -> Ledger:
    """The ledger in the database at `url`, made there when new; `key` is the secret of the digests.

    `journals` is a folder on this machine for the result journals (default: beside a SQLite file, else the
    working folder). RecordsError when the database cannot be used.
    """
    database = Database(url)
    prepare(database)
    folder = journals or (database.file.parent if database.file else Path())
    return Ledger(database, key, folder)


def _what_is_planned(request: PlanRequest) -> list[str]:
    """Neither the same content nor one name is planned twice at once."""
    return [f"content {request.digest}", f"name {request.name or request.digest[:12]}"]
