"""Rates that all senders share, on whatever machine: a row each, reserved in blocks (GCRA, ITU-T I.371)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from notegen.records.database import Connection, delete, insert, select, update
from notegen.records.holds import hold
from notegen.records.schema import paces

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def reserve(
    connection: Connection, wanted: Mapping[str, tuple[int, float]], now: datetime
) -> Mapping[str, datetime]:
    """Reserve so many places in each rate (mails per second); from when on each block may be used.

    A domain is stored as a digest, because it may be a person's own.
    """
    moment = (now - _EPOCH) // _MICROSECOND
    names = {_stored(name): name for name in wanted}
    hold(connection, alone=[f"pace {stored}" for stored in names])
    standing = connection.execute(select(paces).where(paces.c.name.in_(names)))
    known = {row.name: int(row.opens) for row in standing}
    begins: dict[str, datetime] = {}
    for stored, name in names.items():
        count, per_second = wanted[name]
        begin = max(moment, known.get(stored, 0))
        opens = begin + round(count * 1_000_000 / per_second)
        if stored in known:
            connection.execute(update(paces).where(paces.c.name == stored).values(opens=opens))
        else:
            connection.execute(insert(paces).values(name=stored, opens=opens))
        begins[name] = _EPOCH + begin * _MICROSECOND
    return begins


def forget_paces(connection: Connection, now: datetime) -> None:
    """Forget the rates that nobody has used for a day: one stands for each domain that ever got a mail."""
    before = (now - _EPOCH - timedelta(days=1)) // _MICROSECOND
    connection.execute(delete(paces).where(paces.c.opens < before))


def _stored(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:24] if name else "all"
