"""How a run is watched: a bar on a terminal, one JSON line an event when asked for, silence otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from notegen.dispatch.event import Event, EventKind, Progress
from notegen.domain.planned_mail import MailState, Summary

_ENDS = (MailState.ACCEPTED, MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED)


@contextmanager
def watching(before: Summary, log_json: bool) -> Iterator[Progress]:
    """Whoever watches the run of the dispatch that stands as `before` says."""
    if log_json:
        from notegen.logbook import event_log

        yield event_log(before.name)
    elif sys.stderr.isatty():
        with _bar(before) as progress:
            yield progress
    else:
        yield _silence


def _silence(event: Event) -> None:
    del event


@contextmanager
def _bar(before: Summary) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from notegen.logbook import without_addresses

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        ended = before.accepted + before.refused + before.expired + before.cancelled
        task = bar.add_task(before.name, total=before.total, completed=ended, rate="")

        def show(event: Event) -> None:
            if event.kind is EventKind.SETTLED and event.settlement and event.settlement.state in _ENDS:
                speed = bar.tasks[0].speed
                bar.update(task, advance=1, rate=f"{speed:.0f}/s" if speed else "")
            elif event.kind is EventKind.RELAY_FAULT:
                words = without_addresses(event.text) or "The mail server asks for a pause"
                bar.console.print(f"{words} ({event.seconds:.0f} s)", style="yellow", markup=False)

        yield show
