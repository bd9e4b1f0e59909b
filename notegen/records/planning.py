"""Planning a dispatch: content that is known already is recognised, and nobody is planned twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from notegen.domain.notification import Series
from notegen.domain.planned_mail import MailState
from notegen.errors import RecordsError
from notegen.records.batch import write_batch
from notegen.records.database import Connection, bindparam, func, insert, select, update
from notegen.records.holds import hold, of_dispatch
from notegen.records.moment import to_stored
from notegen.records.payload import packed
from notegen.records.schema import dispatches, mails, people

_CHUNK = 500
_LOOKED_AT_FROM = 4_000

_PERSON_NAMES = ("dispatch", "person", "member", "source_row", "payload", "due")
_PERSON = insert(people).values({name: bindparam(name) for name in _PERSON_NAMES})
_MAIL_NAMES = ("dispatch", "person", "position", "kind", "language", "state", "changed")
_MAIL = insert(mails).values({name: bindparam(name) for name in _MAIL_NAMES})


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is to be planned. `digest` is that of the content: the same content is the same dispatch.

    An empty `name` means: the name under which this content is known, else one made of the digest.
    `id_domain` is what stands after the @ of each Message-ID. `complete` says that the series are all of the
    content, not a selection. `again` allows content that was already planned under another name. On a known
    dispatch `not_before` and `expires` replace what was said before; `expires_unless_said` counts only for a
    new one. With `portion` the people are cut into portions of so many, for workers, who take the dispatch of
    the highest `priority` first.
    """

    digest: str
    id_domain: str
    name: str = ""
    requester: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None
    expires_unless_said: datetime | None = None
    complete: bool = True
    again: bool = False
    portion: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning did: mails `added` now; `resumed` when the dispatch was there before."""

    name: str
    added: int
    resumed: bool


def write_plan(
    connection: Connection,
    request: PlanRequest,
    series: Iterable[Series],
    digest: Callable[[str], str],
    now: datetime,
) -> Planned:
    """Write the rows of a dispatch within a transaction; `digest` makes the keyed digest of an identity."""
    row = _found(connection, request)
    if row is not None:
        # Nobody cancels or purges it while more of it is planned; somebody may have just done so.
        hold(connection, beside=[of_dispatch(row.id)])
        row = _found(connection, request)
    resumed = row is not None
    if row is None:
        row = _created(connection, request, now)
    added = 0 if row.complete else _add(connection, row.id, series, digest, to_stored(now))
    _update_wishes(connection, row.id, request)
    return Planned(row.name, added, resumed)


def _add(
    connection: Connection, dispatch: int, series: Iterable[Series], digest: Callable[[str], str], now: int
) -> int:
    last = connection.execute(select(func.max(people.c.person)).where(people.c.dispatch == dispatch)).scalar()
    person = last or 0
    added, looked_at = 0, max(person, _LOOKED_AT_FROM // 2)
    for chunk in _chunks(series):
        if person >= 2 * looked_at:
            looked_at = person
            _look_at_people(connection)
        by_member = {digest(one.identity): one for one in chunk}
        known = select(people.c.member).where(people.c.dispatch == dispatch, people.c.member.in_(by_member))
        for member in connection.execute(known).scalars().all():
            del by_member[member]
        added += _insert(connection, dispatch, person, by_member, now)
        person += len(by_member)
    return added


def _look_at_people(connection: Connection) -> None:
    """Let PostgreSQL know what it does not see by itself before this transaction ends: so many are there.

    Else it searches all people of the dispatch for each that is planned. Whoever is at it already is not
    waited for.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE (SKIP_LOCKED) people, mails")


def _chunks(series: Iterable[Series]) -> Iterator[list[Series]]:
    remaining = iter(series)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _found(connection: Connection, request: PlanRequest) -> Any:
    alike = select(dispatches).where(dispatches.c.digest == request.digest).order_by(dispatches.c.id.desc())
    if request.name:
        row = connection.execute(select(dispatches).where(dispatches.c.name == request.name)).one_or_none()
        if row is not None and row.digest != request.digest:
            raise RecordsError(
                "this name belongs to a dispatch of other content",
                where=request.name,
                hint="Choose another name.",
            )
        elsewhere = None if row is not None or request.again else connection.execute(alike).first()
        if elsewhere is not None:
            raise RecordsError(
                f"the same content was already planned as {elsewhere.name!r}",
                where=request.name,
                hint="Run it under that name to resume it, or say that it is to be sent again.",
            )
    else:
        row = connection.execute(alike).first()
        if row is not None and request.again:
            # Without a name of its own it could not be resumed: each run would send everything anew.
            raise RecordsError(
                "to be sent again it needs a name of its own", where=row.name, hint="Give it one by --name."
            )
    if row is not None and (row.cancelled is not None or row.purged is not None):
        past = "cancelled" if row.cancelled is not None else "sent and purged"
        raise RecordsError(
            f"this dispatch was {past}", where=row.name, hint="Give it another name to send it again."
        )
    return row


def _created(connection: Connection, request: PlanRequest, now: datetime) -> Any:
    values = {
        "name": request.name or request.digest[:12],
        "digest": request.digest,
        "requester": request.requester,
        "id_domain": request.id_domain,
        "created": to_stored(now),
        "expires": to_stored(request.expires_unless_said),
        "complete": 0,
        "session": 0,
    }
    connection.execute(insert(dispatches).values(**values))
    return connection.execute(select(dispatches).where(dispatches.c.name == values["name"])).one()


def _update_wishes(connection: Connection, dispatch: int, request: PlanRequest) -> None:
    wishes: dict[str, Any] = {}
    if request.complete:
        wishes["complete"] = 1
    if request.not_before is not None:
        wishes["not_before"] = to_stored(request.not_before)
    if request.expires is not None:
        wishes["expires"] = to_stored(request.expires)
    if wishes:
        connection.execute(update(dispatches).where(dispatches.c.id == dispatch).values(**wishes))


def _insert(connection: Connection, dispatch: int, after: int, by_member: dict[str, Series], now: int) -> int:
    persons: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    planned = MailState.PLANNED.value
    for person, (member, series) in enumerate(by_member.items(), start=after + 1):
        own = series.notifications
        persons.append((dispatch, person, member, own[0].row, packed(own), 0))
        rows += [(dispatch, person, n.position, str(n.kind), n.language, planned, now) for n in own]
    write_batch(connection, _PERSON, _PERSON_NAMES, persons)
    write_batch(connection, _MAIL, _MAIL_NAMES, rows)
    return len(rows)
