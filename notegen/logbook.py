"""The structlog door: one JSON line an event on standard error, without anything personal."""

from __future__ import annotations

import sys
from typing import Any

import structlog

from notegen.dispatch.event import Event, Progress
from notegen.domain.email_address import without_addresses


def record(event: str, *, level: str = "info", **facts: object) -> None:
    """Write one line: when, what happened, and facts about it; words of others pass `without_addresses`."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        # Given anew each time: whoever redirects standard error wants the lines too.
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    getattr(structlog.get_logger(), level)(event, **facts)


def notice(text: str) -> None:
    """What an operator should know, as a line of the log."""
    record("notice", text=without_addresses(text))


def event_log(dispatch: str) -> Progress:
    """Writes each event of a run as a line: what happened, to which mail (by its key), in the server's code.

    The server's words about a mail are left out, because servers like to repeat addresses.
    """

    def write(event: Event) -> None:
        done = event.settlement
        if done is None:
            facts: dict[str, Any] = {"text": without_addresses(event.text)} if event.text else {}
            record(event.kind.value, dispatch=dispatch, pause_seconds=round(event.seconds, 3), **facts)
            return
        note = done.mail.notification
        record(
            event.kind.value,
            dispatch=dispatch,
            mail=done.mail.key,
            kind=note.kind.value,
            language=note.language,
            state=done.state.value,
            in_doubt=done.in_doubt,
            attempts=done.attempts,
            code=done.code,
            # It names no person, and is what the relay's own log knows the mail by.
            message_id=done.mail.message_id.strip("<>"),
        )

    return write
