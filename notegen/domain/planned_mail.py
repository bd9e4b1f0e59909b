"""A mail as the ledger knows it: who, which kind, in what state; and what became of a whole dispatch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from notegen.domain.notification import Notification


class MailState(StrEnum):
    """Where a mail stands, from the row's first commit to its end; the last four are ends."""

    PLANNED = "planned"
    """It is on disk and waits for its turn; the next run goes on with it."""
    SENDING = "sending"
    """Its intent is on disk, an outcome is not: it is on its way at this moment, or its sender died. The next
    run finds out."""
    DEFERRED = "deferred"
    """The server said "later" (4xx), or the answer was lost and it is to go again. It will be tried again by
    itself when it is due, with growing pauses."""
    IN_DOUBT = "in_doubt"
    """It left and no answer came; it may have arrived. It goes again with the same Message-ID, or waits for
    `notegen dispatch settle` where the settings say `in_doubt = "hold"`."""
    HELD = "held"
    """It waits for a person: a mail before it was refused or is in doubt, or it could not be put into words.
    `notegen dispatch settle` or `cancel` decides."""
    ACCEPTED = "accepted"
    """The server has taken it and answers for it from then on."""
    REFUSED = "refused"
    """The server said no (5xx); its words are in the history."""
    EXPIRED = "expired"
    """Its time or its tries were over before the server accepted it."""
    CANCELLED = "cancelled"
    """A person gave it up."""


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One row of the ledger. `member` is a keyed digest (hex), never the number itself; `due` is UTC.

    `key` names the mail within its ledger as `dispatch.person.position`. `tries` counts the intents written,
    `attempts` those that count towards giving up; `final` marks the last mail of its person.
    """

    key: str
    dispatch: str
    member: str
    message_id: str
    notification: Notification
    state: MailState = MailState.PLANNED
    attempts: int = 0
    due: datetime | None = None
    tries: int = 0
    final: bool = False

    def next_turn(self) -> PlannedMail:
        """The same row as its next turn begins."""
        return PlannedMail(
            self.key,
            self.dispatch,
            self.member,
            self.message_id,
            self.notification,
            self.state,
            self.attempts,
            self.due,
            self.tries + 1,
            self.final,
        )


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written about a mail after its turn: its new state, and that of the person's later mails.

    `rest` is None where the later mails are not touched. `in_doubt` says that nobody knows whether this turn
    delivered the mail, even where it will be sent again. `code` and `text` are the server's words.
    """

    mail: PlannedMail
    state: MailState
    attempts: int
    due: datetime | None = None
    code: int = 0
    text: str = ""
    rest: MailState | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """How many mails of a dispatch stand where; field names are those of `notegen dispatch run --json`."""

    name: str
    planned: int = 0
    sending: int = 0
    accepted: int = 0
    refused: int = 0
    deferred: int = 0
    in_doubt: int = 0
    held: int = 0
    expired: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All mails of the dispatch, whatever their state."""
        return sum(count for name, count in asdict(self).items() if name != "name")
