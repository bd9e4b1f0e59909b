"""A print order: documents that one command composes are printed by workers, and come back in their order.

    compose → forme (words and files, whatever templates are elsewhere) → part, on disk with its summons
        ──a worker──> copies, on disk ──the command──> saved, and erased

What no worker takes up in time is printed by the command itself. The bytes are the same: only presses of the
same colophon are summoned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import TypeVar

from notegen.errors import RecordsError
from notegen.flows.presswork import Bench, print_part
from notegen.records.patience import Patience
from notegen.records.print_part import Part
from notegen.rendering.document import Document
from notegen.rendering.forme import pack, size_of
from notegen.rendering.press import Printer

T = TypeVar("T")

_LARGE = 8 * 1024 * 1024
_PARTS_AHEAD = 50
_LOOK_SECONDS = 0.1
_TEND_SECONDS = 1.0
_DATABASE_AWAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How an order is shared: documents a part, how pressing it is, and how long workers are waited for.

    A part that none has taken up after `patience` is printed by this machine.
    """

    size: int
    priority: int
    patience: timedelta = timedelta(seconds=10)


@contextmanager
def shared_printer(bench: Bench, sharing: Sharing, hands: int = 1) -> Iterator[Printer]:
    """A printer for one run of documents; when the block ends, nothing of the order is left.

    What is left to this machine is printed by so many `hands` at once. Raises what a press here raises for a
    document that cannot be written, when its turn comes.
    """
    number = bench.orders.open(bench.colophon.text, sharing.priority, bench.now())
    order = _Order(bench, sharing, hands, number)
    try:
        yield order.printed
    finally:
        order.stop()
        # If the database is away, any worker erases it later.
        with suppress(RecordsError):
            bench.orders.withdraw(number)


def cut(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """The documents in parts of `size`, or of fewer where they are large."""
    part: list[Document] = []
    room = _LARGE
    for document in documents:
        own = size_of(document)
        if part and (len(part) >= size or own > room):
            yield part
            part, room = [], _LARGE
        part.append(document)
        room -= own
    if part:
        yield part


class _Order:
    """One order while its command waits for it."""

    def __init__(self, bench: Bench, sharing: Sharing, hands: int, number: int) -> None:
        self._bench = bench
        self._sharing = sharing
        self._number = number
        self._database = Patience(_DATABASE_AWAY)
        self._stop = Event()
        self._hands = ThreadPoolExecutor(hands)
        self._most = hands
        self._at_work: dict[Future[bool], Part] = {}
        self._faults: dict[int, tuple[int, BaseException]] = {}
        self._parts = self._ordered = self._taken = 0
        self._tended = self._helped = 0.0
        self._alone = False

    def printed(self, documents: Iterable[Document]) -> Iterator[bytes]:
        """The PDFs; a few parts are ordered ahead of what is taken, so that the database stays small."""
        parts = cut(documents, self._sharing.size)
        ahead = _PARTS_AHEAD * self._sharing.size
        while True:
            while self._ordered - self._taken < ahead and (part := next(parts, None)):
                self._order(part)
            if self._taken == self._ordered:
                return
            found = self._copies()
            for pdf in found:
                yield pdf
                self._taken += 1
            if found:
                self._forget()
            else:
                self._raise_fault()
                time.sleep(_LOOK_SECONDS)
            self._tend()
            self._help()

    def stop(self) -> None:
        """Nothing more is printed here; returns when nobody does any more."""
        self._stop.set()
        self._hands.shutdown(cancel_futures=True)

    def _order(self, documents: list[Document]) -> None:
        copies = range(self._ordered, self._ordered + len(documents))
        self._parts, self._ordered = self._parts + 1, copies.stop
        forme, bench = pack(documents), self._bench
        self._patiently(
            lambda: bench.orders.add(self._number, self._parts, copies, forme, bench.queue, bench.now())
        )

    def _copies(self) -> list[bytes]:
        return self._patiently(
            lambda: self._bench.orders.copies(self._number, self._taken, self._sharing.size)
        )

    def _forget(self) -> None:
        self._patiently(lambda: self._bench.orders.forget(self._number, self._taken))

    def _tend(self) -> None:
        """Now and then: a sign of life, others for what dead workers hold, and whether there are workers."""
        if time.monotonic() < self._tended + _TEND_SECONDS:
            return
        self._tended = time.monotonic()
        orders, bench = self._bench.orders, self._bench
        self._patiently(lambda: orders.tend(self._number, bench.queue, bench.now()))
        self._alone = bench.colophon.text not in self._patiently(lambda: orders.presses(bench.now()))

    def _help(self) -> None:
        """Print here what waited for too long; looked for now and then, and when a hand is free again."""
        if not self._collect() and time.monotonic() < self._helped + _TEND_SECONDS:
            return
        self._helped = time.monotonic()
        while len(self._at_work) < self._most:
            part = self._patiently(self._take_up)
            if part is None:
                return
            begun = self._hands.submit(print_part, self._bench, part, self._stop.is_set)
            self._at_work[begun] = part

    def _take_up(self) -> Part | None:
        now = self._bench.now()
        since = now if self._alone else now - self._sharing.patience
        before = min(self._faults, default=self._parts + 1)
        return self._bench.orders.take_up(self._number, before, since, self._bench.hold, now)

    def _collect(self) -> int:
        """How many hands here have become free."""
        ended = [future for future in self._at_work if future.done()]
        for future in ended:
            part, error = self._at_work.pop(future), future.exception()
            # What the database was away for is taken up again.
            if error is not None and not (isinstance(error, RecordsError) and error.temporary):
                self._faults[part.number] = part.first, error
        return len(ended)

    def _raise_fault(self) -> None:
        """Raise what is wrong with the part whose turn it is."""
        if self._faults:
            first, error = self._faults[min(self._faults)]
            if first <= self._taken:
                raise error

    def _patiently(self, work: Callable[[], T]) -> T:
        return self._database.through(work)
