"""Mails kept in memory: for tests and for rehearsals without a trace."""

from __future__ import annotations

from notegen.delivery.satchel import Satchel
from notegen.delivery.settings import MemorySettings
from notegen.domain.mail import Mail, Outbox
from notegen.domain.receipt import Outcome, Receipt


class MemoryDelivery:
    """Accepts everything; `delivered` lists the mails in the order of their acceptance."""

    def __init__(self, settings: MemorySettings | None = None) -> None:
        self.settings = settings or MemorySettings()
        self.delivered: list[Mail] = []

    async def deliver(self, outbox: Outbox) -> None:
        """Accept mails until the outbox says None."""
        satchel = Satchel(outbox)
        while (mail := await satchel.take()) is not None:
            satchel.begin(mail)
            self.delivered.append(mail)
            satchel.settle(mail, Receipt(Outcome.ACCEPTED, 250, "kept in memory"))
