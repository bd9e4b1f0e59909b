"""Carries what a dead sender left, ledger and journal together, into the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.records.database import Connection, select
from notegen.records.journal import Outcome, Replay
from notegen.records.mail_rows import read_open, write_settlements
from notegen.records.schema import mails, people
from notegen.records.stretch import Stretch


def recover(
    connection: Connection, row: Any, replay: Replay, now: datetime, own: Stretch, session: int
) -> None:
    """Settle every mail of a stretch that a dead sender left on its way; `row` is that of the dispatch.

    An outcome in the journal is taken over. A mail that had begun is in doubt; one that had not is planned
    again, if the journal is complete and that of the last `session`; otherwise it is in doubt as well.
    """
    under_way = select(mails.c.person).where(own.within(mails), mails.c.state == MailState.SENDING.value)
    sending = set(connection.execute(under_way).scalars())
    if not sending:
        return
    some = (
        select(people.c.person, people.c.member, people.c.payload, people.c.due)
        .where(own.within(people), people.c.person.in_(sending), people.c.payload.is_not(None))
        .subquery("some_people")
    )
    states = (MailState.PLANNED, MailState.SENDING, MailState.DEFERRED, MailState.HELD)
    found = read_open(connection, row, own, some, states)
    open_then = [mail for own in found for mail in own if mail.state is MailState.SENDING]
    trusted = replace(replay, complete=replay.complete and replay.session == session)
    write_settlements(connection, [_recovered(mail, trusted) for mail in open_then], now)


def _recovered(mail: PlannedMail, replay: Replay) -> Settlement:
    mark = (mail.key, mail.tries)
    outcome = replay.outcomes.get(mark)
    if outcome is not None:
        return _as_settled(mail, outcome)
    if mark in replay.begun or not replay.complete:
        return Settlement(mail, MailState.IN_DOUBT, mail.attempts + 1, rest=MailState.HELD, in_doubt=True)
    return Settlement(mail, MailState.PLANNED, mail.attempts)


def _as_settled(mail: PlannedMail, outcome: Outcome) -> Settlement:
    return Settlement(
        mail=mail,
        state=outcome.state,
        attempts=outcome.attempts,
        due=outcome.due,
        code=outcome.code,
        text=outcome.text,
        rest=outcome.rest,
        in_doubt=outcome.in_doubt,
    )
