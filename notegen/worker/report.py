"""What a worker says while it works: JSON lines or plain ones, nothing personal in either."""

from __future__ import annotations

from collections.abc import Callable

import typer

from notegen.dispatch.event import Event, Progress
from notegen.domain.email_address import without_addresses
from notegen.logbook import event_log, record

Report = Callable[..., None]
"""Says what happened (its first argument), how grave it is (`level`), and facts about it by name."""


def reporter(*, log_json: bool) -> Report:
    """Writes JSON lines, or lines for a person."""
    return record if log_json else _plain


def mail_log(dispatch: str, *, log_json: bool, count: Callable[[Event], None]) -> Progress:
    """Watches the mails of one portion: counts them, and writes a line for each where JSON is asked for."""
    write = event_log(dispatch) if log_json else None

    def watch(event: Event) -> None:
        count(event)
        if write is not None:
            write(event)

    return watch


def _plain(event: str, *, level: str = "info", **facts: object) -> None:
    told = " ".join(f"{name}={without_addresses(str(fact))}" for name, fact in facts.items())
    typer.echo(f"{'! ' if level in ('warning', 'error') else ''}{event} {told}".rstrip(), err=True)
