"""What the loop needs of a ledger: one dispatch, held under a lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from notegen.domain.planned_mail import PlannedMail, Settlement, Summary


class Sending(Protocol):
    """A dispatch under lease. `begin` and `settle` come from the loop's thread, the others from one other."""

    @property
    def name(self) -> str:
        """The name of the dispatch."""
        ...

    @property
    def not_before(self) -> datetime | None:
        """Nothing goes before this moment."""
        ...

    @property
    def expires(self) -> datetime | None:
        """Nothing goes after this moment."""
        ...

    def people(self, after: int, limit: int, now: datetime) -> tuple[int, list[tuple[PlannedMail, ...]]]:
        """The open mails of up to `limit` people whose turn it is, and where to go on (-1: none left)."""
        ...

    def begin(self, mail: PlannedMail) -> None:
        """The content of this mail is about to leave; safe from the death of the process at once."""
        ...

    def settle(self, settlement: Settlement) -> None:
        """What became of a mail; safe from the death of the process at once."""
        ...

    def exchange(self, settled: Sequence[Settlement], intents: Sequence[PlannedMail], now: datetime) -> bool:
        """One transaction: past outcomes and next intents. False when the dispatch was cancelled."""
        ...

    def reserve(self, wanted: Mapping[str, tuple[int, float]], now: datetime) -> Mapping[str, datetime]:
        """From when on so many places may be used in rates (per second) that senders share; else nothing."""
        ...

    def expire(self, now: datetime) -> None:
        """Give up what still waits when the time of the dispatch is over."""
        ...

    def next_due(self, after: datetime) -> datetime | None:
        """When the first mail comes due that is not due at that moment yet; None when there is none."""
        ...

    def summary(self) -> Summary:
        """How many mails stand where."""
        ...
