"""A mail as the ledger knows it: who, which kind, in what state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notegen.domain.notification import Notification


class MailState(StrEnum):
    """Where a mail stands, from the row's first commit to its end.

    PLANNED: waits for its turn. SENDING: its intent is on disk, an outcome is not. DEFERRED: will be tried
    again at `due`. IN_DOUBT: it left, and no answer came. HELD: waits for a person. ACCEPTED, REFUSED,
    EXPIRED and CANCELLED are ends.
    """

    PLANNED = "planned"
    SENDING = "sending"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One row of the ledger. `member` is a keyed digest (hex), never the number itself; `due` is UTC."""

    key: str
    dispatch: str
    member: str
    message_id: str
    notification: Notification
    state: MailState = MailState.PLANNED
    attempts: int = 0
    due: datetime | None = None
