"""Reads and writes the rows of people and mails: what is open comes out, what became of it goes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from notegen.domain.email_address import without_addresses
from notegen.domain.message_id import message_id
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.records.batch import write_batch
from notegen.records.database import Connection, and_, bindparam, or_, select, update
from notegen.records.moment import from_stored, to_stored
from notegen.records.payload import unpacked
from notegen.records.schema import mails, people
from notegen.records.stretch import Stretch

OPEN = (MailState.PLANNED, MailState.SENDING, MailState.DEFERRED, MailState.IN_DOUBT, MailState.HELD)
ENDED = (MailState.ACCEPTED, MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED)

_WORDS_KEPT = 300
_ACCEPTED = MailState.ACCEPTED.value
_STATES = {state.value: state for state in MailState}

ONE_MAIL_NAMES = ("b_dispatch", "b_person", "b_position")
ONE_MAIL = and_(
    mails.c.dispatch == bindparam("b_dispatch"),
    mails.c.person == bindparam("b_person"),
    mails.c.position == bindparam("b_position"),
)
"""One row of `mails`, for a statement that is run for many; its parameters have these names."""

_LATER = and_(
    mails.c.dispatch == bindparam("b_dispatch"),
    mails.c.person == bindparam("b_person"),
    mails.c.position > bindparam("b_position"),
    or_(*(mails.c.state == state.value for state in OPEN)),  # an IN list cannot be run for many rows at once
)
_SETTLE = (
    update(mails)
    .where(ONE_MAIL)
    .values(
        state=bindparam("b_state"),
        tries=bindparam("b_tries"),
        attempts=bindparam("b_attempts"),
        doubts=mails.c.doubts + bindparam("b_doubt"),
        code=bindparam("b_code"),
        words=bindparam("b_words"),
        changed=bindparam("b_now"),
    )
)
_SETTLED = ("b_state", "b_tries", "b_attempts", "b_doubt", "b_code", "b_words", "b_now", *ONE_MAIL_NAMES)
_SETTLE_LATER = update(mails).where(_LATER).values(state=bindparam("b_rest"), changed=bindparam("b_now"))
_ONE_PERSON = and_(people.c.dispatch == bindparam("b_dispatch"), people.c.person == bindparam("b_person"))
_WAIT_UNTIL = update(people).where(_ONE_PERSON).values(due=bindparam("b_due"))
_ERASE = update(people).where(_ONE_PERSON).values(payload=bindparam("b_payload"), due=bindparam("b_due"))


def write_settlements(connection: Connection, settled: Iterable[Settlement], now: datetime) -> None:
    """Write what became of mails and of the person's later ones, and erase what is not needed any more."""
    moment = to_stored(now)
    own: list[tuple[Any, ...]] = []
    later: list[tuple[Any, ...]] = []
    waiting: list[tuple[Any, ...]] = []
    ended: list[tuple[Any, ...]] = []
    for settlement in settled:
        mail, state = settlement.mail, settlement.state
        dispatch, person, position = map(int, mail.key.split("."))
        value = _ACCEPTED if state is MailState.ACCEPTED else state.value
        what = (value, mail.tries, settlement.attempts, int(settlement.in_doubt), settlement.code)
        words = _kept(settlement.text)
        own.append((*what, words, moment, dispatch, person, position))
        if settlement.rest is not None:
            later.append((settlement.rest.value, moment, dispatch, person, position))
        if _ends_person(settlement):
            ended.append((None, None, dispatch, person))
        elif state is not MailState.ACCEPTED and state is not MailState.PLANNED:
            waiting.append((_due(settlement), dispatch, person))
    write_batch(connection, _SETTLE, _SETTLED, own)
    write_batch(connection, _SETTLE_LATER, ("b_rest", "b_now", *ONE_MAIL_NAMES), later)
    write_batch(connection, _WAIT_UNTIL, ("b_due", *ONE_MAIL_NAMES[:2]), waiting)
    write_batch(connection, _ERASE, ("b_payload", "b_due", *ONE_MAIL_NAMES[:2]), ended)


def read_open(
    connection: Connection, dispatch: Any, own: Stretch, some_people: Any, states: Sequence[MailState]
) -> list[tuple[PlannedMail, ...]]:
    """The mails in these states of some people of a stretch (a subquery), person by person, in order."""
    statement = (
        select(
            some_people.c.person,
            some_people.c.member,
            some_people.c.payload,
            some_people.c.due,
            mails.c.position,
            mails.c.kind,
            mails.c.language,
            mails.c.state,
            mails.c.attempts,
            mails.c.tries,
        )
        .join(mails, and_(mails.c.dispatch == dispatch.id, mails.c.person == some_people.c.person))
        # Said of the mails too: else a database that misjudges how many there are reads those of everybody.
        .where(own.within(mails), mails.c.state.in_(states))
        .order_by(some_people.c.person, mails.c.position)
    )
    one = partial(_one_person, dispatch.id, dispatch.name, dispatch.id_domain)
    rows = connection.execute(statement)
    return [one(list(own)) for _, own in groupby(rows, key=itemgetter(0))]


def _kept(words: str) -> str:
    """A server's words, printable, short, without the local part of any address in them."""
    shown = words[:_WORDS_KEPT]
    if not shown.isprintable():
        shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
    return without_addresses(shown)


def _one_person(number: int, name: str, domain: str, rows: Sequence[Any]) -> tuple[PlannedMail, ...]:
    person, member, payload, stored_due, *_ = rows[0]
    notifications = unpacked(payload, [(row[4], row[5], row[6]) for row in rows])
    due = from_stored(stored_due)
    last = len(rows) - 1
    return tuple(
        PlannedMail(
            f"{number}.{person}.{position}",
            name,
            member,
            message_id(name, member, kind, domain),
            notifications[place],
            _STATES[state],
            attempts,
            due,
            tries,
            place == last,
        )
        for place, (_, _, _, _, position, kind, _, state, attempts, tries) in enumerate(rows)
    )


def _ends_person(settlement: Settlement) -> bool:
    return settlement.state in ENDED and (settlement.mail.final or settlement.rest in ENDED)


def _due(settlement: Settlement) -> int | None:
    return to_stored(settlement.due) if settlement.state is MailState.DEFERRED else None
