"""The satchel of one connection: what it took from the outbox and has not answered for yet."""

from __future__ import annotations

from notegen.domain.mail import Mail, Outbox
from notegen.domain.receipt import Outcome, Receipt


class Satchel:
    """Sees to it that every mail taken is settled exactly once, whatever becomes of the connection.

    From `sent` on, a mail without an answer is in doubt (RFC 1047); before it, it can go again safely.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._first: Mail | None = None
        self._carried: dict[str, Mail] = {}
        self._sent: set[str] = set()
        self.accepted = 0

    async def fill(self) -> bool:
        """Wait for a first mail, which the next `take` gives out; False when there will be none."""
        self._first = await self.take()
        return self._first is not None

    async def take(self) -> Mail | None:
        """The next mail, waiting for one; None means: finish and close."""
        if self._first is not None:
            mail, self._first = self._first, None
            return mail
        return self._carry(await self._outbox.take())

    def take_at_once(self) -> Mail | None:
        """The next mail if one is ready."""
        return self._carry(self._outbox.take_at_once())

    def begin(self, mail: Mail) -> None:
        """The content is about to leave."""
        self._outbox.begin(mail)

    def sent(self, mail: Mail) -> None:
        """The end of the content is being handed to the network: silence means doubt from here on."""
        self._sent.add(mail.key)

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        """Answer for one mail."""
        del self._carried[mail.key]
        self._sent.discard(mail.key)
        self.accepted += receipt.outcome is Outcome.ACCEPTED
        self._outbox.settle(mail, receipt)

    def give_back(self, code: int, words: str) -> None:
        """The connection is over: answer for all that is left, in doubt if it was sent, else deferred."""
        self._first = None
        for mail in list(self._carried.values()):
            if mail.key in self._sent:
                receipt = Receipt(Outcome.IN_DOUBT, 0, words)
            else:
                receipt = Receipt(Outcome.DEFERRED, code, words, relay_fault=True)
            self.settle(mail, receipt)

    def _carry(self, mail: Mail | None) -> Mail | None:
        if mail is not None:
            self._carried[mail.key] = mail
        return mail
