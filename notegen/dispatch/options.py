"""How a dispatch is to be sent: patience, pace, and what to do in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class InDoubt(StrEnum):
    """What becomes of a mail that left without an answer: sent again under the same Message-ID, or held."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Options:
    """`connections` at most; `window` is how many intents may stand open in the ledger at once.

    Rates are mails per second, 0 for no limit; `domain_rate` counts per recipient
    domain, `connection_rate` per connection. A deferred mail is
    tried again after `first_pause`, then each time `growth` times later, up to `longest_pause`, spread by
    the jitter; after `attempts` attempts it is given up. `wait` is how long a run stays for mails that are
    not due yet; later ones are left deferred for the next run. `relay_pause` (seconds) is the first pause
    after a connection failed, `reconnections` how many in a row may fail. A connection without work for
    `idle` seconds is closed. While an eighth of the window is still to be taken, outcomes wait for company
    up to `group_commit` seconds: a transaction costs nearly the same for one as for a hundred. After
    `heartbeat` seconds without a transaction there is one all the same, as a sign of life; after `trust`
    without one no mail is taken until it is known that nobody else has taken over (a machine that slept).
    """

    connections: int = 8
    window: int = 128
    rate: float = 0
    domain_rate: float = 0
    connection_rate: float = 0
    in_doubt: InDoubt = InDoubt.RESEND
    attempts: int = 30
    first_pause: timedelta = timedelta(minutes=1)
    growth: float = 2.0
    longest_pause: timedelta = timedelta(hours=1)
    wait: timedelta = timedelta(0)
    relay_pause: float = 1.0
    longest_relay_pause: float = 60.0
    reconnections: int = 8
    idle: float = 5.0
    group_commit: float = 0.05
    heartbeat: float = 10.0
    trust: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if not 1 <= self.connections <= self.window <= 1000:
            raise ValueError(
                "there is at least one connection, and no more than intents, of which 1000 at most"
            )
