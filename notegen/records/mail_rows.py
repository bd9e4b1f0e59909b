"""Reads and writes the rows of people and mails: what is open comes out, what became of it goes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from notegen.domain.message_id import message_id
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.records.database import Connection, and_, bindparam, executed_many, or_, select, update
from notegen.records.moment import from_stored, to_stored
from notegen.records.payload import unpacked
from notegen.records.schema import mails, people

OPEN = (MailState.PLANNED, MailState.SENDING, MailState.DEFERRED, MailState.IN_DOUBT, MailState.HELD)
ENDED = (MailState.ACCEPTED, MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED)

_ADDRESS = re.compile(r"[^\s<>@]+@")
_WORDS_KEPT = 300
_STATES = {state.value: state for state in MailState}

_PLACE = and_(
    mails.c.dispatch == bindparam("b_dispatch"),
    mails.c.person == bindparam("b_person"),
    mails.c.position == bindparam("b_position"),
)
_LATER = and_(
    mails.c.dispatch == bindparam("b_dispatch"),
    mails.c.person == bindparam("b_person"),
    mails.c.position > bindparam("b_position"),
    or_(*(mails.c.state == state.value for state in OPEN)),  # an IN list cannot be run for many rows at once
)
_INTEND = (
    update(mails)
    .where(_PLACE)
    .values(state=MailState.SENDING.value, tries=bindparam("b_tries"), changed=bindparam("b_now"))
)
_SETTLE = (
    update(mails)
    .where(_PLACE)
    .values(
        state=bindparam("b_state"),
        attempts=bindparam("b_attempts"),
        doubts=mails.c.doubts + bindparam("b_doubt"),
        code=bindparam("b_code"),
        words=bindparam("b_words"),
        changed=bindparam("b_now"),
    )
)
_SETTLE_LATER = update(mails).where(_LATER).values(state=bindparam("b_rest"), changed=bindparam("b_now"))
_ONE_PERSON = and_(people.c.dispatch == bindparam("b_dispatch"), people.c.person == bindparam("b_person"))
_WAIT_UNTIL = update(people).where(_ONE_PERSON).values(due=bindparam("b_due"))
_ERASE = update(people).where(_ONE_PERSON).values(due=None, payload=None)


def write_intents(connection: Connection, intents: Iterable[PlannedMail], now: datetime) -> None:
    """Mark mails as being sent; their `tries` is that of the turn which begins."""
    moment = to_stored(now)
    rows = []
    for mail in intents:
        row = _place(mail.key)
        row["b_tries"] = mail.tries
        row["b_now"] = moment
        rows.append(row)
    executed_many(connection, _INTEND, rows)


def write_settlements(connection: Connection, settled: Iterable[Settlement], now: datetime) -> None:
    """Write what became of mails and of the person's later ones, and erase what is not needed any more."""
    moment = to_stored(now)
    own: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    for settlement in settled:
        row = _own(settlement, moment)
        own.append(row)
        if settlement.rest is not None:
            later.append({**row, "b_rest": settlement.rest.value})
        if _ends_person(settlement):
            ended.append(row)
        elif settlement.state not in (MailState.ACCEPTED, MailState.PLANNED):
            waiting.append({**row, "b_due": _due(settlement)})
    executed_many(connection, _SETTLE, own)
    executed_many(connection, _SETTLE_LATER, later)
    executed_many(connection, _WAIT_UNTIL, waiting)
    executed_many(connection, _ERASE, ended)


def read_open(
    connection: Connection, dispatch: Any, some_people: Any, states: Sequence[MailState]
) -> list[tuple[PlannedMail, ...]]:
    """The mails in these states of some people (a subquery over `people`), person by person, in order."""
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
        .where(mails.c.state.in_(states))
        .order_by(some_people.c.person, mails.c.position)
    )
    rows = connection.execute(statement)
    return [_one_person(dispatch, list(own)) for _, own in groupby(rows, key=itemgetter(0))]


def without_addresses(words: str) -> str:
    """A server's words, printable, short, without the local part of any address in them."""
    shown = words[:_WORDS_KEPT]
    if not shown.isprintable():
        shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
    return _ADDRESS.sub("…@", shown) if "@" in shown else shown


def _one_person(dispatch: Any, rows: Sequence[Any]) -> tuple[PlannedMail, ...]:
    _, member, payload, stored_due, *_ = rows[0]
    notifications = unpacked(payload, [(row[4], row[5], row[6]) for row in rows])
    due = from_stored(stored_due)
    last = len(rows) - 1
    return tuple(
        PlannedMail(
            f"{dispatch.id}.{person}.{position}",
            dispatch.name,
            member,
            message_id(dispatch.name, member, kind, dispatch.id_domain),
            notifications[place],
            _STATES[state],
            attempts,
            due,
            tries,
            place == last,
        )
        for place, (person, _, _, _, position, kind, _, state, attempts, tries) in enumerate(rows)
    )


def _place(key: str) -> dict[str, Any]:
    dispatch, person, position = key.split(".")
    return {"b_dispatch": int(dispatch), "b_person": int(person), "b_position": int(position)}


def _own(settlement: Settlement, moment: int) -> dict[str, Any]:
    row = _place(settlement.mail.key)
    row["b_state"] = settlement.state.value
    row["b_attempts"] = settlement.attempts
    row["b_doubt"] = int(settlement.in_doubt)
    row["b_code"] = settlement.code
    row["b_words"] = without_addresses(settlement.text)
    row["b_now"] = moment
    return row


def _ends_person(settlement: Settlement) -> bool:
    return settlement.state in ENDED and (settlement.mail.final or settlement.rest in ENDED)


def _due(settlement: Settlement) -> int | None:
    return to_stored(settlement.due) if settlement.state is MailState.DEFERRED else None
