"""A worker's press: prints parts of the orders that other machines give, beside the mails it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from notegen.domain.email_address import without_addresses
from notegen.errors import NotegenError, RecordsError
from notegen.flows.presswork import Bench, opened_bench, print_part
from notegen.mailroom import hold_of
from notegen.rendering.imprint import own_colophon
from notegen.settings import Settings
from notegen.worker.figures import Figures
from notegen.worker.report import Report


@dataclass(frozen=True, slots=True)
class Printing:
    """The press of a worker; its threads only wait for the printing processes and write to the database."""

    bench: Bench
    threads: ThreadPoolExecutor
    report: Report
    figures: Figures
    stopped: Callable[[], bool]

    async def answer(self, numbers: Sequence[int]) -> None:
        """Print a part (order, number), if it may be had.

        RecordsError when the database is away: the queue then summons somebody again.
        """
        order, number = numbers
        facts = {"order": order, "part": number}
        try:
            done = await asyncio.get_running_loop().run_in_executor(self.threads, self._print, order, number)
        except RecordsError:
            raise
        except Exception as error:  # noqa: BLE001 — whatever it is, whoever ordered it will meet it too
            self.figures.troubles += 1
            words = error.what if isinstance(error, NotegenError) else type(error).__name__
            self.report("part_in_trouble", level="error", **facts, what=without_addresses(words))
            return
        if done is not None:
            self.figures.parts += done
            self.report("part_printed" if done else "part_left", **facts)

    async def greet(self, seconds: float) -> None:
        """Say again and again that this press is there, and for so long at least."""
        while True:
            until = self.bench.now() + timedelta(seconds=seconds)
            with suppress(RecordsError):
                await asyncio.to_thread(
                    self.bench.orders.greet, self.bench.hold.holder, self.bench.colophon.text, until
                )
            await asyncio.sleep(min(seconds / 3, 10.0))

    def erase_lost(self) -> None:
        """Erase what commands that died had ordered."""
        self.bench.orders.erase_lost(self.bench.now())

    def _print(self, order: int, number: int) -> bool | None:
        bench = self.bench
        part = bench.orders.lease(order, number, bench.colophon.text, bench.hold, bench.now())
        if part is None:
            return None
        self.report("part_begun", order=order, part=number)
        return print_part(bench, part, self.stopped)


@contextmanager
def opened_printing(
    settings: Settings,
    processes: int,
    now: Callable[[], datetime],
    report: Report,
    figures: Figures,
    stopped: Callable[[], bool],
) -> Iterator[Printing | None]:
    """The press of this machine, closed at the end; None where what it needs is not installed."""
    colophon = own_colophon()
    if colophon is None:
        report("notice", text="No notes are printed here: a library is missing. `notegen doctor` names it.")
        yield None
        return
    threads = ThreadPoolExecutor(processes, "printing")
    with opened_bench(settings.records.url, colophon, hold_of(settings), processes, now) as bench:
        try:
            yield Printing(bench, threads, report, figures, stopped)
        finally:
            threads.shutdown()
            with suppress(RecordsError):
                bench.orders.leave(bench.hold.holder)
