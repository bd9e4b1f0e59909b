"""Presswork: a part of somebody's print order, taken up by a press, copy by copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from notegen.domain.colophon import Colophon
from notegen.errors import RecordsError
from notegen.records.print_orders import PrintOrders, open_print_orders
from notegen.records.print_part import Hold, Part
from notegen.rendering.document import Document
from notegen.rendering.forme import unpack
from notegen.rendering.press import Press


@dataclass(frozen=True, slots=True)
class Bench:
    """Where one prints: the orders, the press and its colophon, who holds parts there, the clock."""

    orders: PrintOrders
    press: Press
    colophon: Colophon
    hold: Hold
    now: Callable[[], datetime]

    @property
    def queue(self) -> str:
        """The queue to which presses of this colophon listen."""
        return queue_of(self.colophon)


@contextmanager
def opened_bench(
    url: str, colophon: Colophon, hold: Hold, processes: int, now: Callable[[], datetime]
) -> Iterator[Bench]:
    """A bench at the orders of that PostgreSQL, with so many printing processes; closed at the end."""
    with closing(open_print_orders(url)) as orders, closing(Press(processes)) as press:
        yield Bench(orders, press, colophon, hold, now)


def queue_of(colophon: Colophon) -> str:
    """Where presses of this colophon are summoned: those that print otherwise do not hear it."""
    return f"press-{colophon.digest}"


def print_part(bench: Bench, part: Part, stopped: Callable[[], bool]) -> bool:
    """Print a part under lease copy by copy, each on disk at once; whether it is done.

    Told to stop, or no longer wanted, it ends after the copy under way. What cannot be printed is given back
    before the error is raised: the one of the press, or RecordsError.
    """
    try:
        for number, document in enumerate(unpack(part.documents), part.first):
            if number in part.printed:
                continue
            if stopped():
                bench.orders.give_back(part, bench.hold, bench.queue, tries=-1)
                return False
            pdf = _printed(bench, part, document)
            if pdf is None or not bench.orders.deliver(part, number, pdf, bench.hold, bench.now()):
                return False
        bench.orders.finish(part, bench.hold)
    except BaseException:
        with suppress(RecordsError):
            bench.orders.give_back(part, bench.hold, bench.queue, tries=0)
        raise
    return True


def _printed(bench: Bench, part: Part, document: Document) -> bytes | None:
    """The PDF; None when the part is not held any more. Gives signs of life meanwhile."""
    future = bench.press.begin(document)
    while True:
        try:
            return future.result(bench.hold.lease.total_seconds() / 4)
        except TimeoutError:
            if not bench.orders.keep(part, bench.hold, bench.now()):
                future.cancel()
                return None
