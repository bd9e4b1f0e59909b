"""An outbox for tests: a list of mails, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable

from notegen.domain.email_address import EmailAddress
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt


def a_mail(number: int = 1, content: bytes | None = None, **changes: object) -> Mail:
    """A small mail to person<number>@example.org."""
    text = f"Subject: {number}\r\nMessage-ID: <{number}@notegen.test>\r\n\r\nmail {number}\r\n".encode()
    fields: dict[str, object] = {
        "key": f"mail-{number}",
        "message_id": f"<{number}@notegen.test>",
        "return_path": "bounces@example.org",
        "recipient": EmailAddress(f"person{number}", "example.org"),
        "content": text if content is None else content,
    }
    return Mail(**(fields | changes))  # type: ignore[arg-type]


class ListOutbox:
    """Gives out its mails in order, then None; fails when a mail is settled twice. `receipts` are by key."""

    def __init__(self, mails: Iterable[Mail]) -> None:
        self.waiting = list(mails)
        self.taken: list[str] = []
        self.begun: list[str] = []
        self.receipts: dict[str, Receipt] = {}

    async def take(self) -> Mail | None:
        return self.take_at_once()

    def take_at_once(self) -> Mail | None:
        if not self.waiting:
            return None
        mail = self.waiting.pop(0)
        self.taken.append(mail.key)
        return mail

    def begin(self, mail: Mail) -> None:
        assert mail.key in self.taken
        assert mail.key not in self.receipts
        self.begun.append(mail.key)

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        assert mail.key in self.taken, "settled without having been taken"
        assert mail.key not in self.receipts, "settled twice"
        self.receipts[mail.key] = receipt

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the mails taken, in the order of taking; KeyError if one was not settled."""
        return [self.receipts[key].outcome for key in self.taken]
