"""Print orders: composed documents that one command leaves to workers, and the copies they print of them.

An order is cut into parts. A part rests, or one press holds it under a lease; it is printed copy by copy, so
that whoever takes over goes on where a dead one stopped. The command that gave the order takes the copies in
their order and takes everything away at the end; what a dead one left is erased when its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from notegen.errors import RecordsError
from notegen.records.database import (
    Connection,
    Database,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from notegen.records.moment import to_stored
from notegen.records.print_part import Hold, Part
from notegen.records.queue import Summons, enqueue, prepare_queue, withdraw
from notegen.records.schema import prepare, presses, print_copies, print_orders, print_parts

KIND = "print"
MOST_TRIES = 3
"""Workers try a part so often; then it is left to the command that ordered it, which says what is wrong."""

_LOST_AFTER = timedelta(minutes=10)


class PrintOrders:
    """The orders in a PostgreSQL database; `open_print_orders` gives them. Moments passed in are aware."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, colophon: str, priority: int, now: datetime) -> int:
        """The number of a new order, for presses of that colophon (its text)."""
        values = {"colophon": colophon, "priority": priority, "alive_until": to_stored(now + _LOST_AFTER)}
        with self._database.writing() as connection:
            found = connection.execute(insert(print_orders).values(values).returning(print_orders.c.id))
            return int(found.scalar_one())

    def add(
        self, order: int, number: int, copies: range, documents: bytes, queue: str, now: datetime
    ) -> None:
        """Add a part with the copies of these numbers, if it is not there yet, and summon a worker to it.

        RecordsError when the order was given up as lost meanwhile.
        """
        values = {
            "print_order": order,
            "number": number,
            "first": copies.start,
            "count": len(copies),
            "documents": documents,
            "created": to_stored(now),
        }
        with self._database.writing() as connection:
            if (
                connection.execute(select(print_orders.c.id).where(print_orders.c.id == order)).first()
                is None
            ):
                raise _lost(self._database.name)
            known = select(print_parts.c.number).where(_is(order, number))
            if connection.execute(known).first() is None:
                connection.execute(insert(print_parts).values(values))
                _summon(connection, order, [number], queue)

    def lease(self, order: int, number: int, colophon: str, hold: Hold, now: datetime) -> Part | None:
        """Hold that part, for a worker; None when it is not to be had, or another colophon is wanted."""
        with self._database.writing() as connection:
            row = connection.execute(select(print_orders).where(print_orders.c.id == order)).one_or_none()
            if row is None or row.colophon != colophon:
                return None
            wanted = and_(_is(order, number), print_parts.c.tries < MOST_TRIES)
            return _leased(connection, wanted, hold, now)

    def take_up(self, order: int, before: int, since: datetime, hold: Hold, now: datetime) -> Part | None:
        """Hold the first part before a number that waits since a moment or is left to the command."""
        waited = print_parts.c.created <= to_stored(since)
        ours = or_(waited, print_parts.c.tries >= MOST_TRIES)
        wanted = and_(print_parts.c.print_order == order, print_parts.c.number < before, ours)
        with self._database.writing() as connection:
            return _leased(connection, wanted, hold, now)

    def keep(self, part: Part, hold: Hold, now: datetime) -> bool:
        """Give a sign of life about a part; False when it is not held any more."""
        with self._database.writing() as connection:
            return _kept(connection, part, hold, now)

    def deliver(self, part: Part, copy: int, pdf: bytes, hold: Hold, now: datetime) -> bool:
        """Put a printed copy on disk; False when the part is not held any more."""
        with self._database.writing() as connection:
            if not _kept(connection, part, hold, now):
                return False
            own = and_(print_copies.c.print_order == part.order, print_copies.c.number == copy)
            if connection.execute(select(print_copies.c.number).where(own)).first() is None:
                values = {"print_order": part.order, "number": copy, "pdf": pdf}
                connection.execute(insert(print_copies).values(values))
            return True

    def finish(self, part: Part, hold: Hold) -> None:
        """All copies of the part are there: what they were printed from is erased."""
        with self._database.writing() as connection:
            connection.execute(_own(part, hold).values(documents=None, holder=None, lease_until=None))

    def give_back(self, part: Part, hold: Hold, queue: str, *, tries: int) -> None:
        """Let the part rest, with so many more tries counted (-1: as if this one had not been).

        A worker is summoned to it again, unless it was tried often enough.
        """
        counted = print_parts.c.tries + tries
        with self._database.writing() as connection:
            given = _own(part, hold).values(holder=None, lease_until=None, tries=counted)
            if connection.execute(given).rowcount:
                _summon_again(connection, part.order, [part.number], queue)

    def tend(self, order: int, queue: str, now: datetime) -> int:
        """Give a sign of life about an order, and summon others to what dead workers hold; how many parts.

        RecordsError when the order was given up as lost meanwhile.
        """
        moment = to_stored(now)
        lapsed = and_(
            print_parts.c.print_order == order,
            print_parts.c.documents.is_not(None),
            print_parts.c.lease_until <= moment,
        )
        with self._database.writing() as connection:
            alive = update(print_orders).where(print_orders.c.id == order)
            if not connection.execute(alive.values(alive_until=to_stored(now + _LOST_AFTER))).rowcount:
                raise _lost(self._database.name)
            locked = select(print_parts.c.number).where(lapsed).with_for_update(skip_locked=True)
            numbers = list(connection.execute(locked).scalars())
            if numbers:
                own = and_(print_parts.c.print_order == order, print_parts.c.number.in_(numbers))
                connection.execute(update(print_parts).where(own).values(holder=None, lease_until=None))
                _summon_again(connection, order, numbers, queue)
        return len(numbers)

    def copies(self, order: int, first: int, most: int) -> list[bytes]:
        """The printed copies from that number on, as far as none is missing; `most` of them."""
        own = and_(print_copies.c.print_order == order, print_copies.c.number.in_(range(first, first + most)))
        wanted = select(print_copies.c.number, print_copies.c.pdf).where(own)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(print_copies.c.number)).all()
        return [bytes(row.pdf) for place, row in enumerate(rows, first) if row.number == place]

    def forget(self, order: int, before: int) -> None:
        """Erase the copies with numbers under that one: they were taken."""
        with self._database.writing() as connection:
            taken = update(print_orders).where(print_orders.c.id == order)
            connection.execute(taken.values(taken=before))
            own = and_(print_copies.c.print_order == order, print_copies.c.number < before)
            connection.execute(delete(print_copies).where(own))

    def withdraw(self, order: int) -> None:
        """Erase an order with all that belongs to it; who still prints for it stops at the next copy."""
        with self._database.writing() as connection:
            _erase(connection, [order])

    def erase_lost(self, now: datetime) -> int:
        """Erase orders of commands that died, and presses without a sign of life; how many orders."""
        return erase_lost(self._database, now)

    def greet(self, name: str, colophon: str, until: datetime) -> None:
        """A press is there and will be until that moment at least."""
        values = {"colophon": colophon, "alive_until": to_stored(until)}
        with self._database.writing() as connection:
            if not connection.execute(update(presses).where(presses.c.name == name).values(values)).rowcount:
                connection.execute(insert(presses).values(name=name, **values))

    def leave(self, name: str) -> None:
        """A press closes."""
        with self._database.writing() as connection:
            connection.execute(delete(presses).where(presses.c.name == name))

    def presses(self, now: datetime) -> dict[str, int]:
        """How many presses are there, by the text of their colophon."""
        there = presses.c.alive_until > to_stored(now)
        counted = select(presses.c.colophon, func.count()).where(there).group_by(presses.c.colophon)
        with self._database.reading() as connection:
            return {str(colophon): int(count) for colophon, count in connection.execute(counted)}

    def close(self) -> None:
        """Give the database back."""
        self._database.close()


def open_print_orders(url: str) -> PrintOrders:
    """The print orders in the PostgreSQL at `url`, made there when new. RecordsError if it cannot be used."""
    database = Database(url)
    prepare(database)
    prepare_queue(database)
    return PrintOrders(database)


def erase_lost(database: Database, now: datetime) -> int:
    """Erase orders of commands that died, and presses without a sign of life; how many orders."""
    moment = to_stored(now)
    with database.writing() as connection:
        lost = select(print_orders.c.id).where(print_orders.c.alive_until <= moment)
        numbers = list(connection.execute(lost.with_for_update(skip_locked=True, key_share=True)).scalars())
        _erase(connection, numbers)
        connection.execute(delete(presses).where(presses.c.alive_until <= moment))
    return len(numbers)


def _lost(where: str) -> RecordsError:
    return RecordsError(
        "what is still to be printed was erased: for too long this command gave no sign of life",
        where=where,
        hint="Give the same command again.",
    )


def _leased(connection: Connection, wanted: Any, hold: Hold, now: datetime) -> Part | None:
    rests = or_(print_parts.c.holder.is_(None), print_parts.c.lease_until <= to_stored(now))
    found = select(print_parts).where(wanted, print_parts.c.documents.is_not(None), rests)
    first = found.order_by(print_parts.c.number).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(first).one_or_none()
    if row is None:
        return None
    held = {"holder": hold.holder, "lease_until": to_stored(now + hold.lease), "tries": row.tries + 1}
    connection.execute(update(print_parts).where(_is(row.print_order, row.number)).values(held))
    taken = connection.execute(select(print_orders.c.taken).where(print_orders.c.id == row.print_order))
    own = print_copies.c.print_order == row.print_order
    printed = connection.execute(select(print_copies.c.number).where(own)).scalars()
    done = frozenset({*range(row.first, taken.scalar_one()), *printed})
    return Part(row.print_order, row.number, row.first, bytes(row.documents), done)


def _kept(connection: Connection, part: Part, hold: Hold, now: datetime) -> bool:
    until = to_stored(now + hold.lease)
    return bool(connection.execute(_own(part, hold).values(lease_until=until)).rowcount)


def _is(order: int, number: int) -> Any:
    return and_(print_parts.c.print_order == order, print_parts.c.number == number)


def _own(part: Part, hold: Hold) -> Any:
    return update(print_parts).where(_is(part.order, part.number), print_parts.c.holder == hold.holder)


def _summon(connection: Connection, order: int, numbers: Sequence[int], queue: str) -> None:
    wanted = select(print_orders.c.priority).where(print_orders.c.id == order)
    priority = connection.execute(wanted).scalar_one()
    enqueue(connection, [Summons(KIND, (order, number), priority, queue=queue) for number in numbers])


def _summon_again(connection: Connection, order: int, numbers: Sequence[int], queue: str) -> None:
    tried = print_parts.c.tries < MOST_TRIES
    open_ = select(print_parts.c.number).where(
        print_parts.c.print_order == order, print_parts.c.number.in_(numbers), tried
    )
    _summon(connection, order, list(connection.execute(open_).scalars()), queue)


def _erase(connection: Connection, orders: Sequence[int]) -> None:
    if not orders:
        return
    own = select(print_parts.c.print_order, print_parts.c.number).where(print_parts.c.print_order.in_(orders))
    # Parts before orders, as those who print take them: nobody waits in a circle.
    parts = connection.execute(own.with_for_update()).all()
    withdraw(connection, KIND, [(row.print_order, row.number) for row in parts])
    connection.execute(delete(print_orders).where(print_orders.c.id.in_(orders)))
