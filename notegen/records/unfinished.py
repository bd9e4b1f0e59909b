"""What is done at once to unfinished mails of a stretch: give up, cancel, put in doubt, plan again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from notegen.domain.planned_mail import MailState
from notegen.errors import RecordsError
from notegen.records.database import Connection, and_, func, or_, select, update
from notegen.records.moment import to_stored
from notegen.records.schema import dispatches, mails, people
from notegen.records.stretch import Stretch

_WAITING = (MailState.PLANNED, MailState.DEFERRED, MailState.HELD)
_SINCE_RESTORED = "in doubt since a backup was put back"
"""In the place of a server's words: such a mail waits for a person, whatever the settings say of doubts."""


class Decision(StrEnum):
    """What a person decides about a mail in doubt: it arrived, send it again, or give it up."""

    ACCEPTED = "accepted"
    RESEND = "resend"
    CANCEL = "cancel"


def expire_open(connection: Connection, own: Stretch, now: datetime) -> None:
    """Give up what waits, and erase what sending it needed, once the dispatch's time is over."""
    moment = to_stored(now)
    over = connection.execute(
        select(dispatches.c.id).where(dispatches.c.id == own.dispatch, dispatches.c.expires <= moment)
    ).first()
    if over is not None:
        _end(connection, own, MailState.EXPIRED, moment)


def cancel_open(connection: Connection, own: Stretch, moment: int) -> None:
    """Give up what waits, and erase what sending it needed; what is in doubt remains so."""
    _end(connection, own, MailState.CANCELLED, moment)


def resend_unanswered(connection: Connection, own: Stretch, now: datetime) -> int:
    """What a run does by itself: plan mails again whose answer was lost; how many.

    Those that are in doubt since a backup was put back are left to a person's decision.
    """
    return _resume(connection, own, now, mails.c.words != _SINCE_RESTORED)


def resume_doubts(connection: Connection, own: Stretch, now: datetime, keys: Sequence[str] = ()) -> int:
    """Plan mails in doubt again (while their payload is left), with what was held behind them; how many."""
    return _resume(connection, own, now, *_chosen(own, keys))


def _resume(connection: Connection, own: Stretch, now: datetime, *which: Any) -> int:
    reachable = select(people.c.person).where(own.within(people), people.c.payload.is_not(None))
    doubted = and_(
        own.within(mails), *which, mails.c.state == MailState.IN_DOUBT, mails.c.person.in_(reachable)
    )
    persons = [row.person for row in connection.execute(select(mails.c.person).where(doubted))]
    for start in range(0, len(persons), 500):
        some = persons[start : start + 500]
        _free(connection, own, some, (MailState.IN_DOUBT, MailState.HELD), to_stored(now))
    return len(persons)


def accept_doubts(connection: Connection, own: Stretch, now: datetime, keys: Sequence[str] = ()) -> int:
    """Take mails in doubt as accepted and let what was held behind them go; how many.

    Behind one that is in doubt since a backup was put back, the next one is as doubtful.
    """
    moment = to_stored(now)
    doubted = and_(*_chosen(own, keys), mails.c.state == MailState.IN_DOUBT)
    found = connection.execute(select(mails.c.person, mails.c.words).where(doubted)).all()
    connection.execute(update(mails).where(doubted).values(state=MailState.ACCEPTED.value, changed=moment))
    for start in range(0, len(found), 500):
        some = found[start : start + 500]
        doubtful = [row.person for row in some if row.words == _SINCE_RESTORED]
        certain = [row.person for row in some if row.words != _SINCE_RESTORED]
        _free(connection, own, certain, (MailState.HELD,), moment)
        held = and_(mails.c.person.in_(doubtful), mails.c.state == MailState.HELD)
        _doubt_first(connection, own, held, moment)
    _erase_ended(connection, own)
    return len(found)


def cancel_doubts(connection: Connection, own: Stretch, now: datetime, keys: Sequence[str] = ()) -> int:
    """Give up mails in doubt or held, with what was held behind them; how many people that concerns."""
    moment = to_stored(now)
    stuck = and_(*_chosen(own, keys), mails.c.state.in_((MailState.IN_DOUBT, MailState.HELD)))
    persons = sorted({row.person for row in connection.execute(select(mails.c.person).where(stuck))})
    for start in range(0, len(persons), 500):
        some = and_(own.within(mails), mails.c.person.in_(persons[start : start + 500]))
        open_states = (*_WAITING, MailState.IN_DOUBT)
        connection.execute(
            update(mails)
            .where(some, mails.c.state.in_(open_states))
            .values(state=MailState.CANCELLED.value, changed=moment)
        )
    _erase_ended(connection, own)
    return len(persons)


def doubt_open(connection: Connection, own: Stretch, now: datetime) -> int:
    """Put each person's next mail in doubt, hold the rest (a ledger older than what was sent); how many."""
    open_states = (*_WAITING, MailState.SENDING, MailState.IN_DOUBT)
    count = _doubt_first(connection, own, mails.c.state.in_(open_states), to_stored(now))
    connection.execute(update(people).where(own.within(people)).values(due=None))
    return count


def _doubt_first(connection: Connection, own: Stretch, which: Any, moment: int) -> int:
    """Of such mails, put the first of each person in doubt until a person decides, and hold the others."""
    first = (
        select(mails.c.person, func.min(mails.c.position).label("position"))
        .where(own.within(mails), which)
        .group_by(mails.c.person)
    )
    found = connection.execute(first).all()
    held = {"state": MailState.HELD.value, "changed": moment}
    connection.execute(update(mails).where(own.within(mails), which).values(held))
    in_doubt = {"state": MailState.IN_DOUBT.value, "words": _SINCE_RESTORED, "changed": moment}
    for row in found:
        one = and_(own.within(mails), mails.c.person == row.person, mails.c.position == row.position)
        connection.execute(update(mails).where(one).values(in_doubt))
    return len(found)


def _end(connection: Connection, own: Stretch, state: MailState, moment: int) -> None:
    waiting = and_(own.within(mails), mails.c.state.in_(_WAITING))
    connection.execute(update(mails).where(waiting).values(state=state.value, changed=moment))
    under_way = select(mails.c.person).where(own.within(mails), mails.c.state == MailState.SENDING.value)
    ended = and_(own.within(people), people.c.person.not_in(under_way))
    connection.execute(update(people).where(ended).values(due=None, payload=None))


def _free(
    connection: Connection, own: Stretch, persons: Sequence[int], states: Sequence[MailState], moment: int
) -> None:
    some = and_(own.within(mails), mails.c.person.in_(persons), mails.c.state.in_(states))
    connection.execute(update(mails).where(some).values(state=MailState.PLANNED.value, changed=moment))
    connection.execute(
        update(people)
        .where(own.within(people), people.c.person.in_(persons), people.c.payload.is_not(None))
        .values(due=0)
    )


def _erase_ended(connection: Connection, own: Stretch) -> None:
    ended = (MailState.ACCEPTED, MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED)
    still = select(mails.c.person).where(own.within(mails), mails.c.state.not_in(ended))
    connection.execute(
        update(people)
        .where(own.within(people), people.c.payload.is_not(None), people.c.person.not_in(still))
        .values(due=None, payload=None)
    )


def _chosen(own: Stretch, keys: Sequence[str]) -> list[Any]:
    chosen: list[Any] = [own.within(mails)]
    if keys:
        places = [_place(own.dispatch, key) for key in keys]
        chosen.append(or_(*(and_(mails.c.person == p, mails.c.position == o) for p, o in places)))
    return chosen


def _place(dispatch: int, key: str) -> tuple[int, int]:
    parts = key.split(".")
    if (
        len(parts) != 3
        or not all(part.isascii() and part.isdigit() for part in parts)
        or int(parts[0]) != dispatch
    ):
        raise RecordsError(
            "this is no mail of that dispatch",
            where=key,
            hint="`notegen dispatch history --json` shows the keys.",
        )
    return int(parts[1]), int(parts[2])
