"""Carries all records from one database into another that is empty: `copy_records`.

What is copied is what one look at the source shows, while nobody writes there. All of it is in the target, or
nothing. Result journals are not carried over: with no mail on its way nothing in them counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from typing import Any

from notegen.domain.planned_mail import MailState
from notegen.errors import RecordsError
from notegen.records.batch import write_batch
from notegen.records.chain import broken_links
from notegen.records.database import (
    Connection,
    Database,
    Table,
    bindparam,
    insert,
    select,
)
from notegen.records.moment import to_stored
from notegen.records.register_rows import entry_of
from notegen.records.schema import (
    PASSING,
    dispatches,
    mails,
    metadata,
    portions,
    prepare,
    register_entries,
    versions,
)
from notegen.records.under_way import places_under_way

_AT_ONCE = 2000
_LOCK = "LOCK TABLE {} IN EXCLUSIVE MODE"
_NEXT = (
    "SELECT setval(pg_get_serial_sequence('dispatches', 'id'), max(id)) FROM dispatches HAVING count(*) > 0"
)


def copy_records(source_url: str, target_url: str, now: datetime) -> Mapping[str, int]:
    """How many rows of each table were copied and found again.

    RecordsError when the source does not exist or is at work, when the target holds anything, and when what
    arrived is not what was sent; the target is then as it was before, but for empty tables.
    """
    with closing(Database(source_url, existing=True)) as source, closing(Database(target_url)) as target:
        if source.name == target.name:
            raise RecordsError(
                "source and target are the same", where=source.name, hint="Name two databases."
            )
        prepare(source)
        prepare(target)
        left = (versions, *PASSING)
        tables = [table for table in metadata.sorted_tables if table not in left]
        with source.writing() as outgoing, target.writing() as incoming:
            _still(outgoing, tables)
            _still(incoming, tables)
            _refuse_at_work(outgoing, source.name, now)
            _refuse_filled(incoming, tables, target.name)
            counts = {table.name: _copied(outgoing, incoming, table, target.name) for table in tables}
            _refuse_broken(incoming, target.name)
            if target.file is None:
                incoming.exec_driver_sql(_NEXT)
            outgoing.rollback()
    return counts


def _still(connection: Connection, tables: list[Table]) -> None:
    """Nobody else writes until the end (SQLite's transaction has seen to it)."""
    if connection.dialect.name != "sqlite":
        for table in tables:
            connection.exec_driver_sql(_LOCK.format(table.name))


def _refuse_at_work(connection: Connection, where: str, now: datetime) -> None:
    for table in (dispatches, portions):
        held = select(table.c.holder).where(table.c.holder.is_not(None), table.c.lease_until > to_stored(now))
        holder = connection.execute(held.limit(1)).scalar()
        if holder is not None:
            raise RecordsError(
                f"mails are being sent by {holder}", where=where, hint="Wait for it to end, or stop it first."
            )
    sending = select(mails.c.dispatch).where(mails.c.state == MailState.SENDING.value).limit(1)
    if places_under_way(connection) or connection.execute(sending).first() is not None:
        raise RecordsError(
            "a sender died here, and only its journal knows how far it came",
            where=where,
            hint="`notegen dispatch run` with the same roster, or `notegen dispatch cancel`, clears that up.",
        )


def _refuse_filled(connection: Connection, tables: list[Table], where: str) -> None:
    for table in tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise RecordsError(
                f"there are records already ({table.name})", where=where, hint="Name an empty database."
            )


def _copied(outgoing: Connection, incoming: Connection, table: Table, where: str) -> int:
    into = insert(table).values({column.name: bindparam(column.name) for column in table.columns})
    names = tuple(column.name for column in table.columns)
    count, sent = 0, 0
    for rows in _portions(outgoing, table):
        write_batch(incoming, into, names, rows)
        count += len(rows)
        sent += sum(map(_print_of, rows))
    found, arrived = 0, 0
    for rows in _portions(incoming, table):
        found += len(rows)
        arrived += sum(map(_print_of, rows))
    if (found, arrived) != (count, sent):
        raise RecordsError(
            f"of {count} rows of {table.name}, {found} arrived, or some were altered on the way",
            where=where,
            hint="Nothing was copied. Check both databases with `notegen doctor`.",
        )
    return count


def _portions(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """The rows of a table, some at a time: a large ledger is never in memory as a whole."""
    found = connection.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    for rows in found.partitions():
        yield [tuple(row) for row in rows]


def _print_of(row: tuple[Any, ...]) -> int:
    """A number that another row hardly has; their sum does not depend on the order of the rows."""
    return int.from_bytes(sha256(repr(row).encode("utf-8", "surrogatepass")).digest()[:8], "big")


def _refuse_broken(connection: Connection, where: str) -> None:
    rows = connection.execute(select(register_entries).order_by(register_entries.c.entry))
    broken = broken_links([entry_of(row) for row in rows])
    if broken:
        raise RecordsError(
            broken[0], where=f"{where}: the register", hint="`notegen register verify` tells all of it."
        )
