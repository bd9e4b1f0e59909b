"""The people whose turn it is, in memory: their next mail is ready, the others wait for its acceptance."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from notegen.dispatch.options import Options
from notegen.dispatch.pace import DomainRates, Rate
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement


class Pool:
    """Decides which mails go next; a person's next one is ready when the one before is accepted for good."""

    def __init__(self, options: Options) -> None:
        self._rate = Rate(options.rate)
        self._domains = DomainRates(options.domain_rate)
        self._ready: deque[PlannedMail] = deque()
        self._later: list[tuple[float, str, PlannedMail]] = []
        self._promised: list[tuple[float, str, PlannedMail]] = []
        self._following: dict[str, deque[PlannedMail]] = {}

    def __len__(self) -> int:
        """How many people are here."""
        return len(self._following)

    @property
    def waiting(self) -> int:
        """How many mails could go but for pace and room."""
        return len(self._ready) + len(self._later) + len(self._promised)

    def admit(self, own: Sequence[PlannedMail]) -> None:
        """A person with the mails that are still open, in order; somebody who is here already stays as is."""
        person = person_of(own[0].key)
        if person not in self._following:
            self._following[person] = deque(own[1:])
            self._ready.append(own[0])

    def pick(self, room: int, now: float) -> list[PlannedMail]:
        """Up to `room` mails that may go now, each with the number of the turn that begins."""
        picked: list[PlannedMail] = []
        while len(picked) < room and self._rate.opens() <= now:
            mail = self._next(now)
            if mail is None:
                break
            self._rate.take(now)
            picked.append(mail.next_turn())
        return picked

    def put_off(self, mail: PlannedMail, moment: float) -> None:
        """A picked mail has its place in a shared rate at that moment; no other asks for one before."""
        heapq.heappush(self._promised, (moment, mail.key, mail))
        self._rate.wait_for(moment)
        self._domains.wait_for(mail.notification.recipient.domain, moment)

    def called(self, room: int, now: float) -> list[PlannedMail]:
        """Up to `room` mails that were put off and whose moment has come."""
        due: list[PlannedMail] = []
        while len(due) < room and self._promised and self._promised[0][0] <= now:
            due.append(heapq.heappop(self._promised)[2])
        return due

    def opens(self, now: float) -> float | None:
        """When a mail may be picked or called again; None when there is none."""
        moments = [self._promised[0][0]] if self._promised else []
        if self._ready:
            moments.append(self._rate.opens())
        elif self._later:
            moments.append(max(self._later[0][0], self._rate.opens(), now))
        return min(moments, default=None)

    def settle(self, settlement: Settlement) -> None:
        """The ledger holds what became of a mail: the next is ready, or the same, or the person leaves."""
        mail = settlement.mail
        person = person_of(mail.key)
        following = self._following[person]
        if settlement.state is MailState.PLANNED:
            self._ready.append(replace(mail, attempts=settlement.attempts))
        elif settlement.state is MailState.ACCEPTED and following:
            self._ready.append(following.popleft())
        else:
            del self._following[person]

    def _next(self, now: float) -> PlannedMail | None:
        if self._later and self._later[0][0] <= now:
            return heapq.heappop(self._later)[2]
        while self._ready:
            mail = self._ready.popleft()
            moment = self._domains.take(mail.notification.recipient.domain, now)
            if moment <= now:
                return mail
            heapq.heappush(self._later, (moment, mail.key, mail))
        return None


def person_of(key: str) -> str:
    """The part of a mail's key that it shares with the same person's other mails."""
    return key.rpartition(".")[0]
