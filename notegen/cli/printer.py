"""Who prints what a command composes: this machine, or workers wherever they are."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.face import Face, tell

if TYPE_CHECKING:
    from notegen.domain.colophon import Colophon
    from notegen.flows.print_order import Sharing
    from notegen.rendering.press import Printer

Jobs = Annotated[int, typer.Option(min=0, metavar="N", help="Processes at work; 0: one a processor.")]
Workers = Annotated[
    bool, typer.Option("--workers", help="Have workers print, on any machine that shares the records.")
]


@contextmanager
def here(count: int, jobs: int) -> Iterator[Printer]:
    """A printer on this machine for so many notes, with `jobs` processes (0: one a processor)."""
    from notegen.rendering.press import processors, write_all

    yield partial(write_all, jobs=max(1, min(count, jobs or processors())))


@contextmanager
def printer(face: Face, count: int, jobs: int, *, workers: bool, single: bool) -> Iterator[Printer]:
    """A printer for so many notes; what workers were asked for is taken back when the block ends.

    A `single` note goes before the copies of a merge. Where no worker would print the same bytes, that is
    said, and this machine prints.
    """
    if not workers:
        with here(count, jobs) as own:
            yield own
        return
    from notegen.flows.print_order import Sharing
    from notegen.mailroom import require_shared
    from notegen.rendering.imprint import own_colophon
    from notegen.rendering.press import processors

    require_shared(face.settings)
    colophon, hands = own_colophon(), max(1, min(count, jobs or processors()))
    sharing = Sharing(size=1, priority=100) if single else Sharing(size=10, priority=80)
    with _shared(face, colophon, sharing, hands) if colophon else here(count, jobs) as chosen:
        yield chosen


@contextmanager
def _shared(face: Face, colophon: Colophon, sharing: Sharing, hands: int) -> Iterator[Printer]:
    from notegen.flows.presswork import opened_bench
    from notegen.flows.print_order import shared_printer
    from notegen.mailroom import hold_of

    url, hold = face.settings.records.url, hold_of(face.settings)
    with opened_bench(url, colophon, hold, hands, face.now) as bench:
        presses = bench.orders.presses(face.now())
        if colophon.text not in presses:
            tell(why_here(colophon, presses))
            with here(hands, hands) as own:
                yield own
            return
        with _stopped_cleanly(), shared_printer(bench, sharing, hands) as shared:
            yield shared


def why_here(colophon: Colophon, presses: Mapping[str, int]) -> str:
    """What a person is told when no worker can be asked; `presses` are those alive, by their colophon."""
    if not presses:
        return "No worker is alive that prints. This machine prints."
    differences = " / ".join(sorted({colophon.difference(other) for other in presses}))
    count = sum(presses.values())
    if count == 1:
        return f"The only worker that prints would print other bytes ({differences}). This machine prints."
    return f"All {count} workers that print would print other bytes ({differences}). This machine prints."


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl-C does, so that nothing is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
