"""A mail ready to go, and the two sides of handing it over: an outbox and a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from notegen.domain.email_address import EmailAddress
from notegen.domain.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Mail:
    """Envelope (RFC 5321) and content (RFC 5322, lines end in CRLF, 7-bit unless `needs_8bit`).

    `key` is the ledger's name for the mail; `return_path` the envelope sender (empty: the null sender).
    `goes_as_it_is` is the maker's word that every line of the content ends in CRLF and none begins with a
    dot, so that nothing is to be done for the wire (RFC 5321 4.5.2); without it that is seen to.
    """

    key: str
    message_id: str
    return_path: str
    recipient: EmailAddress
    content: bytes
    needs_8bit: bool = False
    needs_smtputf8: bool = False
    goes_as_it_is: bool = False

    def __repr__(self) -> str:
        return f"Mail({self.key!r}, {len(self.content)} bytes)"


class Outbox(Protocol):
    """Where one connection takes its mails from, and where it says what became of each.

    Every mail that was taken is settled exactly once, by the connection that took it.
    """

    async def take(self) -> Mail | None:
        """The next mail, its intent already on disk; waits for one; None means: finish and close."""
        ...

    def take_at_once(self) -> Mail | None:
        """The next mail if one is ready now, without waiting; never the same person's next mail."""
        ...

    def begin(self, mail: Mail) -> None:
        """The content is about to leave: from here on silence means doubt (RFC 1047)."""
        ...

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        """What became of a mail that was taken."""
        ...


class Delivery(Protocol):
    """One way of carrying mails. `deliver` uses one connection (or folder) until the outbox says None."""

    async def deliver(self, outbox: Outbox) -> None:
        """Carry mails until `take` gives None, or until this connection ends.

        Returns when the connection is over (the caller may call again for a new one). Raises DeliveryError
        when no server can be reached or trusted at all, after settling whatever it took as deferred.
        """
        ...
