"""What became of a mail that was handed over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """Accepted: the server answers for it. Deferred: try again. Refused: never. In doubt: nobody knows."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome with the server's own words.

    `code` is the SMTP reply code (RFC 5321 4.2), 0 where there was none. `relay_fault` marks a deferral that
    is the relay's state and not the mail's fault (421, a dropped connection before the content): it is
    requeued without counting as an attempt.
    """

    outcome: Outcome
    code: int = 0
    text: str = ""
    relay_fault: bool = False
