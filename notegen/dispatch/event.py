"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from notegen.domain.planned_mail import Settlement


class EventKind(StrEnum):
    """SETTLED: the ledger holds what became of a mail. RELAY_FAULT: the server asks for a pause, or is away.

    WAITING: nothing is due for some seconds. STOPPING: nothing new is taken any more.
    """

    SETTLED = "settled"
    RELAY_FAULT = "relay_fault"
    WAITING = "waiting"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `settlement` for SETTLED, `text` and `seconds` (of pause) for the others."""

    kind: EventKind
    settlement: Settlement | None = None
    text: str = ""
    seconds: float = 0.0


Progress = Callable[[Event], None]
"""Whoever watches; it must return at once."""
