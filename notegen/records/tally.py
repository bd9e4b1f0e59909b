"""Counts and lists of what the ledger holds, for people who look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from notegen.domain.message_id import message_id
from notegen.domain.notification import NotificationKind
from notegen.domain.planned_mail import MailState, Summary
from notegen.records.database import Connection, and_, case, exists, func, or_, select
from notegen.records.moment import from_stored, to_stored
from notegen.records.portions import share
from notegen.records.schema import dispatches, mails, people
from notegen.records.stretch import Stretch
from notegen.records.under_way import Place, places_under_way, under_way_by_state

_LATEST = (mails.c.changed.desc(), mails.c.dispatch.desc(), mails.c.person, mails.c.position.desc())
_UNDECIDED = mails.c.state.in_((MailState.IN_DOUBT.value, MailState.HELD.value))
_ASKED = and_(
    mails.c.kind == NotificationKind.DOCUMENT_REQUIRED.value, mails.c.state == MailState.ACCEPTED.value
)
_AWAITING = (_UNDECIDED, _ASKED)
"""What every mail is that waits for something."""


@dataclass(frozen=True, slots=True)
class DispatchStatus:
    """One dispatch as `notegen dispatch status` shows it; `holder` is who sends it just now, or empty."""

    name: str
    requester: str
    created: datetime
    not_before: datetime | None
    expires: datetime | None
    cancelled: datetime | None
    purged: datetime | None
    holder: str
    summary: Summary


class Awaited(StrEnum):
    """What a mail still waits for: a person's decision about it, or the document that it asks for."""

    NOTHING = ""
    DECISION = "decision"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One mail as `notegen dispatch history` shows it; `member` is the keyed digest, `changed` UTC."""

    changed: datetime
    dispatch: str
    requester: str
    key: str
    member: str
    row: int
    kind: str
    language: str
    state: MailState
    attempts: int
    doubts: int
    code: int
    words: str
    message_id: str
    awaits: Awaited = Awaited.NOTHING


def summary_of(connection: Connection, own: Stretch, name: str) -> Summary:
    """How many mails of a stretch stand where."""
    counted = select(mails.c.state, func.count()).where(own.within(mails)).group_by(mails.c.state)
    counts = Counter({str(state): count for state, count in connection.execute(counted)})
    gone = under_way_by_state(connection, own)
    counts.subtract(gone)
    counts[MailState.SENDING.value] += sum(gone.values())
    return Summary(name=name, **counts)


def statuses(connection: Connection, now: datetime, name: str = "") -> list[DispatchStatus]:
    """All dispatches or the one of that name, newest first."""
    statement = select(dispatches).order_by(dispatches.c.created.desc(), dispatches.c.id.desc())
    if name:
        statement = statement.where(dispatches.c.name == name)
    return [
        DispatchStatus(
            name=row.name,
            requester=row.requester,
            created=from_stored(row.created),
            not_before=from_stored(row.not_before),
            expires=from_stored(row.expires),
            cancelled=from_stored(row.cancelled),
            purged=from_stored(row.purged),
            holder=_holder(connection, row, now),
            summary=summary_of(connection, Stretch(row.id), row.name),
        )
        for row in connection.execute(statement).all()
    ]


def entries(
    connection: Connection, *, name: str = "", requester: str = "", awaiting: bool = False, limit: int = 200
) -> list[HistoryEntry]:
    """Mails, the latest change first; of one dispatch, of one requester.

    `awaiting` leaves those that wait for a decision or for a document. A document is waited for until a later
    notification of another kind to the same person was accepted.
    """
    # Which ones is found out before more is read of any.
    chosen = select(mails.c.dispatch, mails.c.person, mails.c.position)
    if name:
        chosen = chosen.where(mails.c.dispatch.in_(_numbers_of(dispatches.c.name == name)))
    if requester:
        chosen = chosen.where(mails.c.dispatch.in_(_numbers_of(dispatches.c.requester == requester)))
    chosen = chosen.where(or_(*_AWAITING)) if awaiting else chosen.order_by(*_LATEST).limit(limit)
    some, awaited = chosen.subquery("some_mails"), _awaited()
    itself = and_(*(mails.c[column.name] == column for column in some.c))
    statement = (
        select(
            mails,
            awaited.label("awaits"),
            people.c.member,
            people.c.source_row,
            dispatches.c.name,
            dispatches.c.requester,
            dispatches.c.id_domain,
        )
        .join_from(some, mails, itself)
        .join(people, and_(people.c.dispatch == mails.c.dispatch, people.c.person == mails.c.person))
        .join(dispatches, dispatches.c.id == mails.c.dispatch)
        .order_by(*_LATEST)
        .limit(limit)
    )
    if awaiting:
        statement = statement.where(awaited != Awaited.NOTHING.value)
    under_way = places_under_way(connection)
    return [_entry(row, under_way) for row in connection.execute(statement)]


def _numbers_of(condition: Any) -> Any:
    return select(dispatches.c.id).where(condition)


def _holder(connection: Connection, row: Any, now: datetime) -> str:
    if row.holder and row.lease_until > to_stored(now):
        return str(row.holder)
    return ", ".join(share(connection, row.id, now).holders)


def _entry(row: Any, under_way: Collection[Place]) -> HistoryEntry:
    is_sending = (row.dispatch, row.person, row.position) in under_way
    return HistoryEntry(
        changed=from_stored(row.changed),
        dispatch=row.name,
        requester=row.requester,
        key=f"{row.dispatch}.{row.person}.{row.position}",
        member=row.member,
        row=row.source_row,
        kind=row.kind,
        language=row.language,
        state=MailState.SENDING if is_sending else MailState(row.state),
        attempts=row.attempts,
        doubts=row.doubts,
        code=row.code,
        words=row.words,
        message_id=message_id(row.name, row.member, row.kind, row.id_domain),
        awaits=Awaited(row.awaits),
    )


def _awaited() -> Any:
    """What the mail of a line waits for, as an expression over `mails` and `people`."""
    later, theirs = mails.alias("later"), people.alias("theirs")
    answered = exists().where(
        theirs.c.member == people.c.member,
        later.c.dispatch == theirs.c.dispatch,
        later.c.person == theirs.c.person,
        later.c.state == MailState.ACCEPTED.value,
        later.c.kind != NotificationKind.DOCUMENT_REQUIRED.value,
        later.c.changed > mails.c.changed,
    )
    return case(
        (_UNDECIDED, Awaited.DECISION.value),
        (and_(_ASKED, ~answered), Awaited.DOCUMENT.value),
        else_=Awaited.NOTHING.value,
    )
