"""The structlog door: one JSON line an event on standard error, without anything personal."""

from __future__ import annotations

import sys

import structlog

from notegen.dispatch.event import Event, Progress


def event_log(dispatch: str) -> Progress:
    """Writes each event of a run as a line: what happened, to which mail (by its key), in the server's code.

    The server's words are left out, because servers like to repeat addresses.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    log = structlog.get_logger().bind(dispatch=dispatch)

    def write(event: Event) -> None:
        done = event.settlement
        if done is None:
            log.info(event.kind.value, pause_seconds=round(event.seconds, 3))
            return
        note = done.mail.notification
        log.info(
            event.kind.value,
            mail=done.mail.key,
            kind=note.kind.value,
            language=note.language,
            state=done.state.value,
            attempts=done.attempts,
            code=done.code,
            message_id=done.mail.message_id,
        )

    return write
