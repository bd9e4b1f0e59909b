"""One sender's hold on a dispatch or a portion of it, and the transactions while it sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from notegen.domain.planned_mail import MailState, PlannedMail, Settlement, Summary
from notegen.errors import RecordsError
from notegen.records.clock import refuse_strange_clock
from notegen.records.database import Connection, Database, delete, select, update
from notegen.records.holds import hold, of_dispatch
from notegen.records.journal import Journal, Replay
from notegen.records.lease import Lease, refuse_held, renew
from notegen.records.mail_rows import read_open, write_settlements
from notegen.records.moment import from_stored, to_stored
from notegen.records.paces import reserve
from notegen.records.patience import Patience
from notegen.records.portions import give_back, share
from notegen.records.recovery import recover
from notegen.records.schema import dispatches, mails, people, portions, refuse_newer
from notegen.records.stretch import Stretch
from notegen.records.tally import summary_of
from notegen.records.under_way import mark, spread
from notegen.records.unfinished import cancel_open, expire_open, resend_unanswered

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who sends, for how long without a sign of life, and since which start of the machine.

    `clocks_within`: how far this machine's clock may be from PostgreSQL's, where that is to be looked at.
    """

    holder: str
    boot: str
    lease: timedelta = timedelta(seconds=60)
    resend_doubts: bool = True
    clocks_within: timedelta | None = None


class Sending:
    """A dispatch or a portion under lease. All methods but `begin` and `settle` are for one thread.

    `exchange` is the only way on: one transaction that carries past outcomes and the next intents. `begin`
    and `settle` only append to the result journal and may be called at any moment.
    """

    def __init__(
        self,
        database: Database,
        journal: Journal,
        row: Any,
        lease: Lease,
        claim: Claim,
        only: Collection[str] | None,
    ) -> None:
        self.name: str = row.name
        self.portion: int = lease.portion
        self.not_before: datetime | None = from_stored(row.not_before)
        self.expires: datetime | None = from_stored(row.expires)
        self._database = database
        self._journal = journal
        self._row = row
        self._lease = lease
        self._own = lease.stretch
        self._resume: datetime | None = None
        self._claim = claim
        self._only = only
        self._patience = Patience(claim.lease)
        self._under_way: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def people(self, after: int, limit: int, now: datetime) -> tuple[int, list[tuple[PlannedMail, ...]]]:
        """The open mails of up to `limit` people whose turn it is, and where to go on (-1: none left)."""
        some = (
            select(people.c.person, people.c.member, people.c.payload, people.c.due)
            .where(self._own.within(people), people.c.person > after)
            .where(people.c.due.is_not(None), people.c.due <= to_stored(now))
            .order_by(people.c.person)
            .limit(limit)
            .subquery("some_people")
        )
        states = (MailState.PLANNED, MailState.SENDING, MailState.DEFERRED)
        found = self._read(lambda connection: read_open(connection, self._row, self._own, some, states))
        last = int(found[-1][0].key.split(".")[1]) if len(found) == limit else -1
        return last, [own for own in found if self._may_go(own[0])]

    def begin(self, mail: PlannedMail) -> None:
        """The content of this mail is about to leave."""
        self._journal.begin(mail)

    def settle(self, settlement: Settlement) -> None:
        """What became of a mail, safe from the process's death; `exchange` makes it safe from a power cut."""
        self._journal.settle(settlement)

    def exchange(self, settled: Sequence[Settlement], intents: Sequence[PlannedMail], now: datetime) -> bool:
        """One transaction: past outcomes and next intents. False when the dispatch was cancelled meanwhile.

        After a cancellation the outcomes are written and the intents are not. While the database is away it
        is tried again, for as long as a lease lasts. RecordsError then, and when another sender took over.
        """

        left = dict(self._under_way)
        for settlement in settled:
            left.pop(settlement.mail.key, None)
        begun = left | {mail.key: mark(mail) for mail in intents}

        def work(connection: Connection) -> bool:
            alive = self._renewed(connection, now, begun)
            if not alive:
                self._renewed(connection, now, left)
            write_settlements(connection, settled, now)
            return alive

        alive = self._write(work)
        self._under_way = begun if alive else left
        for settlement in settled:
            self._journal.committed(settlement.mail.key)
        return alive

    def expire(self, now: datetime) -> None:
        """Give up what still waits when the dispatch's time is over."""
        self._write(lambda connection: expire_open(connection, self._own, now))

    def next_due(self, after: datetime) -> datetime | None:
        """When the first mail comes due that is not due at that moment yet; None when there is none."""
        statement = (
            select(people.c.due, people.c.member)
            .where(self._own.within(people), people.c.due > to_stored(after))
            .order_by(people.c.due)
        )

        def first_of(connection: Connection) -> datetime | None:
            for due, member in connection.execute(statement):
                if self._only is None or member in self._only:
                    return from_stored(int(due))
            return None

        return self._read(first_of)

    def summary(self) -> Summary:
        """How many mails stand where."""
        return self._read(lambda connection: summary_of(connection, self._own, self.name))

    def reserve(self, wanted: Mapping[str, tuple[int, float]], now: datetime) -> Mapping[str, datetime]:
        """Places in the rates that all senders share: for each name so many, at so many a second.

        Gives the moment from which each of them may be used. The name "" stands for all mails, any other for
        those to a domain. Who sends a whole dispatch from a file has its rates alone.
        """
        if self._database.file and not self.portion:
            return {}
        return self._write(lambda connection: reserve(connection, wanted, now))

    def rest_until(self, moment: datetime) -> None:
        """Once it is released, nobody is to take up the portion before this moment."""
        self._resume = moment

    def release(self) -> None:
        """Give the lease back; carries out a cancellation that came while sending."""
        waiting = True
        try:
            waiting = self._patience.through(self._released)
        finally:
            self._journal.close(keep=waiting)

    def _released(self) -> bool:
        """Whether the journal may still be needed."""
        own, table = self._lease.own, portions if self.portion else dispatches
        names = [of_dispatch(self._row.id)]
        crowd = {"beside": names} if self.portion else {"alone": names}
        with self._database.writing(**crowd) as connection:
            held = connection.execute(select(table.c.under_way).where(own).with_for_update()).first()
            if held is not None and self.portion and (held.under_way or self._is_unsettled(connection)):
                # The journal knows what became of them: who has it takes over at once, others in time.
                return True
            if held is not None:
                self._given_back(connection)
            # That of a whole dispatch tells later whether a backup of the ledger was put back. Portions are
            # too many for that, and may go on elsewhere.
            waiting = select(people.c.person).where(self._own.within(people), people.c.payload.is_not(None))
            return not self.portion and connection.execute(waiting.limit(1)).first() is not None

    def _is_unsettled(self, connection: Connection) -> bool:
        """Whether the last transactions failed, so that mails still stand as being sent."""
        sending = select(mails.c.person).where(self._own.within(mails), mails.c.state == MailState.SENDING)
        return connection.execute(sending.limit(1)).first() is not None

    def _given_back(self, connection: Connection) -> None:
        row = connection.execute(select(dispatches.c.cancelled).where(dispatches.c.id == self._row.id)).one()
        if row.cancelled is not None:
            cancel_open(connection, self._own, row.cancelled)
        if self.portion:
            give_back(connection, self._lease.own, self._own, self._resume)
        else:
            nobody = {"holder": None, "lease_until": None}
            connection.execute(update(dispatches).where(self._lease.own).values(**nobody))

    def _write(self, work: Callable[[Connection], T]) -> T:
        """A transaction beside those of others who send parts of this dispatch, and of nobody else."""

        def whole() -> T:
            with self._database.writing(beside=[of_dispatch(self._row.id)]) as connection:
                return work(connection)

        return self._patience.through(whole)

    def _read(self, work: Callable[[Connection], T]) -> T:
        def whole() -> T:
            with self._database.reading() as connection:
                return work(connection)

        return self._patience.through(whole)

    def _may_go(self, first: PlannedMail) -> bool:
        at_rest = first.key not in self._under_way and first.state is not MailState.SENDING
        return at_rest and (self._only is None or first.member in self._only)

    def _renewed(self, connection: Connection, now: datetime, under_way: Mapping[str, str]) -> bool:
        """Whether the dispatch goes on."""
        until = now + self._claim.lease
        return renew(connection, self._lease, until, " ".join(under_way.values())) is None


def claimed(
    database: Database, journal: Journal, name: str, claim: Claim, now: datetime, only: Collection[str] | None
) -> Sending:
    """Take the lease of a dispatch, carry a dead sender's journal into the ledger, and start a session."""
    read, replay = time.monotonic(), journal.replay(claim.boot)
    with database.writing() as connection:
        refuse_newer(connection, database.name)
        refuse_strange_clock(connection, now, read, claim.clocks_within, database.name)
        row = locked_row(connection, name)
        _refuse_unless_free(row, replay, now, database.name)
        _join_portions(connection, row, now)
        own = Stretch(row.id)
        recover(connection, row, replay, now, own, row.session)
        if claim.resend_doubts:
            resend_unanswered(connection, own, now)
        expire_open(connection, own, now)
        values = {
            "session": row.session + 1,
            "holder": claim.holder,
            "lease_until": to_stored(now + claim.lease),
        }
        connection.execute(update(dispatches).where(dispatches.c.id == row.id).values(**values))
        row = connection.execute(select(dispatches).where(dispatches.c.id == row.id)).one()
    journal.start(row.session, claim.boot)
    return Sending(database, journal, row, Lease(row.name, own, row.session), claim, only)


def _join_portions(connection: Connection, row: Any, now: datetime) -> None:
    """Whoever sends a dispatch whole leaves no portion of it to others."""
    if holders := share(connection, row.id, now).holders:
        hint = "Wait for them to end, or stop them first."
        raise RecordsError(f"this dispatch is being sent by {', '.join(holders)}", where=row.name, hint=hint)
    connection.execute(delete(portions).where(portions.c.dispatch == row.id))


def locked_row(connection: Connection, name: str) -> Any:
    """The row of a dispatch as it is once nobody else is at it any more, and until this transaction ends.

    What senders have under way stands in the rows of the mails then.
    """
    named = select(dispatches).where(dispatches.c.name == name)
    dispatch = connection.execute(named).one().id
    hold(connection, alone=[of_dispatch(dispatch)])
    spread(connection, dispatch)
    return connection.execute(named).one()


def _refuse_unless_free(row: Any, replay: Replay, now: datetime, where: str) -> None:
    if row.cancelled is not None:
        raise RecordsError(
            "this dispatch was cancelled", where=row.name, hint="Plan it anew under another name."
        )
    if replay.session > row.session:
        raise RecordsError(
            "the journal beside the ledger is newer than the ledger itself: was a backup restored?",
            where=f"{row.name} in {where}",
            hint=f"Mails may have gone out since: `notegen dispatch restored {row.name}` puts them in doubt.",
        )
    refuse_held(row, replay.session, now)
