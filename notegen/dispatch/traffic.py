"""What pump and connections share: mails granted by the ledger, mails on their way, outcomes to write."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from notegen.dispatch.decisions import NEVER_LEFT, accepted, settlement, uncomposed
from notegen.dispatch.event import Event, EventKind, Progress
from notegen.dispatch.options import Options
from notegen.dispatch.pace import Relay
from notegen.dispatch.pool import person_of
from notegen.dispatch.sending import Sending
from notegen.dispatch.signal import Signal
from notegen.domain.mail import Mail
from notegen.domain.planned_mail import PlannedMail, Settlement
from notegen.domain.receipt import Outcome, Receipt
from notegen.errors import DeliveryError, RenderingError

Composer = Callable[[PlannedMail], Mail]
"""Puts a planned mail into words; RenderingError when this one cannot be."""


class Traffic:
    """The state of one run; all of it belongs to the event loop's thread."""

    def __init__(
        self,
        sending: Sending,
        composer: Composer,
        options: Options,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        progress: Progress,
    ) -> None:
        self.sending = sending
        self.options = options
        self.clock = clock
        self.jitter = jitter
        self.progress = progress
        self.relay = Relay(options)
        self.closing = False
        self.confirmed = clock()
        self.granted: deque[PlannedMail] = deque()
        self.taken: dict[str, PlannedMail] = {}
        self.outcomes: list[Settlement] = []
        self.to_write = Signal()
        self.to_take = Signal()
        self.running_low = Signal()
        self._low = options.window // 8
        self._composer = composer

    @property
    def open(self) -> int:
        """Intents in the ledger without an outcome there."""
        return len(self.granted) + len(self.taken) + len(self.outcomes)

    @property
    def backlog(self) -> int:
        """Mails that need a connection, or have one."""
        return len(self.granted) + len(self.taken)

    @property
    def is_well_supplied(self) -> bool:
        """Whether the connections have enough to take for a while: outcomes may wait for company."""
        return len(self.granted) > self._low and not self.closing

    @property
    def paused(self) -> bool:
        """Whether the relay is given a rest."""
        return time.monotonic() < self.relay.resumes

    @property
    def is_uncertain(self) -> bool:
        """Whether the ledger said so long ago that the dispatch is ours that another may have it by now."""
        return self.clock() - self.confirmed > self.options.trust

    def grant(self, intents: list[PlannedMail]) -> None:
        """The intents are on disk: the mails may be taken."""
        self.granted.extend(intents)
        self.to_take.notify()

    def take(self, not_person: str) -> Mail | None:
        """The next mail that is not for that person, put into words; None when there is none."""
        while self.granted:
            if self.is_uncertain:
                self.to_write.notify()
                return None
            if person_of(self.granted[0].key) == not_person:
                return None
            planned = self.granted.popleft()
            if len(self.granted) == self._low:
                self.running_low.notify()
            try:
                mail = self._composer(planned)
            except RenderingError as error:
                self._record(uncomposed(planned, error.what))
                continue
            except BaseException:
                self.granted.appendleft(planned)
                raise
            self.taken[mail.key] = planned
            return mail
        return None

    def begin(self, mail: Mail) -> None:
        """Its content is about to leave."""
        self.sending.begin(self.taken[mail.key])

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        """What became of a mail that was taken: decided, in the journal, and on its way into the ledger."""
        self._decide(self.taken.pop(mail.key), receipt)

    def give_back(self) -> None:
        """Nothing more is taken: what was granted and not taken is planned again."""
        while self.granted:
            self._decide(self.granted.popleft(), NEVER_LEFT)

    def close(self) -> None:
        """Take nothing new; what is under way is finished."""
        if not self.closing:
            self.closing = True
            self.progress(Event(EventKind.STOPPING))
        self.to_take.notify()
        self.to_write.notify()
        self.running_low.notify()

    def failed(self, error: DeliveryError | None, words: str) -> None:
        """A connection ended without an answer to a mail. DeliveryError when there is no use in going on.

        `words` are those with which the server ended it, where it did.
        """
        if error is not None and not (self.relay.proven and error.temporary):
            raise error
        seconds = self.relay.failed(time.monotonic(), self.jitter())
        self.progress(Event(EventKind.RELAY_FAULT, text=error.what if error else words, seconds=seconds))
        if self.relay.hopeless:
            raise error or DeliveryError(
                f"the mail server takes no mails at the moment{f': {words}' if words else ''}",
                hint="What was not sent is still planned: run the dispatch again later.",
                temporary=True,
            )

    def _decide(self, planned: PlannedMail, receipt: Receipt) -> None:
        if receipt.outcome is Outcome.ACCEPTED:
            self._record(accepted(planned, receipt))
        else:
            expires = self.sending.expires
            self._record(settlement(planned, receipt, self.clock(), expires, self.options, self.jitter()))

    def _record(self, settled: Settlement) -> None:
        self.sending.settle(settled)
        self.outcomes.append(settled)
        self.to_write.notify()
