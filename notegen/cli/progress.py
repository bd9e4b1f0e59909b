"""How a run is watched: a bar on a terminal, one JSON line an event when asked for, silence otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notegen.cli.face import tell
from notegen.dispatch.event import Event, EventKind, Progress
from notegen.domain.planned_mail import MailState, Summary

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_ENDS = (MailState.ACCEPTED, MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED)


def speaker(log_json: bool) -> Callable[[str], None]:
    """Who tells a person something, or the log."""
    if not log_json:
        return tell
    from notegen.logbook import notice

    return notice


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
def tallied(before: Summary, log_json: bool) -> Iterator[Callable[[Summary], None]]:
    """Whoever is shown the tally of a dispatch now and then, because others send it too."""
    if sys.stderr.isatty() and not log_json:
        with _drawn(before) as bar:
            yield lambda now: bar.update(bar.task_ids[0], completed=_ended(now), rate=_rate(bar))
    else:
        yield _not_shown


@contextmanager
def _bar(before: Summary) -> Iterator[Progress]:
    from notegen.domain.email_address import without_addresses

    with _drawn(before) as bar:

        def show(event: Event) -> None:
            if event.kind is EventKind.SETTLED and event.settlement and event.settlement.state in _ENDS:
                bar.update(bar.task_ids[0], advance=1, rate=_rate(bar))
            elif event.kind is EventKind.RELAY_FAULT:
                words = without_addresses(event.text) or "The mail server asks for a pause"
                bar.console.print(f"{words} ({event.seconds:.0f} s)", style="yellow", markup=False)

        yield show


@contextmanager
def _drawn(before: Summary) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(before.name, total=before.total, completed=_ended(before), rate="")
        yield bar


def _ended(summary: Summary) -> int:
    return summary.accepted + summary.refused + summary.expired + summary.cancelled


def _rate(bar: Bar) -> str:
    speed = bar.tasks[0].speed
    return f"{speed:.0f}/s" if speed else ""


def _not_shown(summary: Summary) -> None:
    del summary
