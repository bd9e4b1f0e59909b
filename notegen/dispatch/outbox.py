"""The outbox of one connection: hands mails to a delivery and settles whatever the delivery leaves open."""

from __future__ import annotations

import time

from notegen.dispatch.decisions import NEVER_LEFT, NO_ANSWER
from notegen.dispatch.pace import Rate
from notegen.dispatch.pool import person_of
from notegen.dispatch.traffic import Traffic
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt


class ConnectionOutbox:
    """An `Outbox` (see domain/mail.py) for the connection of that index; use it for one connection only."""

    def __init__(self, traffic: Traffic, index: int) -> None:
        self._traffic = traffic
        self._index = index
        self._last_person = ""
        self._open: dict[str, Mail] = {}
        self._begun: set[str] = set()
        self._rate = Rate(traffic.options.connection_rate)
        self.answered = 0
        self.finished = False
        self.fault = ""

    async def take(self) -> Mail | None:
        """The next mail; None when nothing came for a while, or this connection is not wanted any more."""
        while not self._unwanted():
            mail = self._take()
            if mail is not None:
                return mail
            if not await self._supplied() and not self._open:
                break
        self.finished = True
        return None

    def take_at_once(self) -> Mail | None:
        """The next mail if one is ready, never for the person whose mail was taken before."""
        return None if self._unwanted() else self._take(self._last_person)

    def begin(self, mail: Mail) -> None:
        """The content is about to leave."""
        self._traffic.begin(mail)
        self._begun.add(mail.key)

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        """What became of the mail."""
        del self._open[mail.key]
        self._begun.discard(mail.key)
        if receipt.relay_fault:
            # The first says why; the others follow from it.
            words = f"{receipt.code or ''} {receipt.text}".strip()
            self.fault = self.fault or words or "the connection ended"
        elif receipt.outcome is not Outcome.IN_DOUBT:
            self.answered += 1
            self._traffic.relay.answered(deferred=receipt.outcome is Outcome.DEFERRED)
        self._traffic.settle(mail, receipt)

    def close(self) -> None:
        """The connection is over: what it took and did not settle never left, or is in doubt."""
        for mail in list(self._open.values()):
            self.settle(mail, NO_ANSWER if mail.key in self._begun else NEVER_LEFT)

    async def _supplied(self) -> bool:
        pause = self._rate.opens() - time.monotonic()
        if pause > 0:
            await self._traffic.to_take.wait(pause)
            return True
        return await self._traffic.to_take.wait(self._traffic.options.idle)

    def _take(self, not_person: str = "") -> Mail | None:
        now = time.monotonic()
        mail = self._traffic.take(not_person) if self._rate.opens() <= now else None
        if mail is not None:
            self._rate.take(now)
            self._last_person = person_of(mail.key)
            self._open[mail.key] = mail
        return mail

    def _unwanted(self) -> bool:
        traffic = self._traffic
        return traffic.closing or self._index >= traffic.relay.limit
