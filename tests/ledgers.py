"""What the tests of ledger and dispatch share: people, a ledger in a file, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.mail import Mail
from notegen.domain.member import Member
from notegen.domain.notification import Series, series
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.planning import PlanRequest
from notegen.records.sending import Claim, Sending

KEY = b"a key for the digests of the tests"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DIGEST = "5e" * 32
NAME = DIGEST[:12]
BOOT = "the machine's first start"


class Clock:
    """A clock that stands still until it is set on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def member(row: int, domain: str = "mission.test") -> Member:
    return Member(
        row=row,
        number=IdentificationNumber(f"{row:011d}"),
        email=EmailAddress(f"person{row}", domain),
        language=("fr", "nl", "en", "de")[row % 4],
        first_names=f"Zoë {row}",
        last_name="d’Ô",
        protocol_card="",
    )


def roster(count: int, *, first_row: int = 2) -> list[Series]:
    return [series(member(row)) for row in range(first_row, first_row + count)]


def address(folder: Path) -> str:
    """Where the records of a folder are: in a file, or in the PostgreSQL database named there."""
    elsewhere = folder / "postgresql"
    return elsewhere.read_text() if elsewhere.exists() else f"sqlite:///{folder / 'ledger.db'}"


def a_ledger(folder: Path) -> Ledger:
    return open_ledger(address(folder), KEY, journals=folder)


def a_request(**changes: object) -> PlanRequest:
    return replace(PlanRequest(DIGEST, "profiles.example.org"), **changes)  # type: ignore[arg-type]


def planned_ledger(folder: Path, people: int | Iterable[Series], **changes: object) -> Ledger:
    ledger = a_ledger(folder)
    ledger.plan(a_request(**changes), roster(people) if isinstance(people, int) else people, NOW)
    return ledger


def claimed(ledger: Ledger, now: datetime = NOW, *, resend: bool = True, boot: str = BOOT) -> Sending:
    return ledger.claim(NAME, Claim("desk, process 7", boot, resend_doubts=resend), now)


def open_mails(sending: Sending, now: datetime = NOW) -> list[PlannedMail]:
    """The next mail of each person whose turn it is, as its turn begins."""
    return [replace(own[0], tries=own[0].tries + 1) for own in sending.people(0, 1000, now)[1]]


def accepted(mail: PlannedMail) -> Settlement:
    return Settlement(mail, MailState.ACCEPTED, mail.attempts + 1, code=250, text="2.0.0 queued")


def a_composer(planned: PlannedMail) -> Mail:
    """A mail that says which one it is."""
    notification = planned.notification
    text = f"Subject: {notification.kind}\r\nMessage-ID: {planned.message_id}\r\n\r\n{notification.name}\r\n"
    return Mail(
        key=planned.key,
        message_id=planned.message_id,
        return_path="bounces@example.org",
        recipient=notification.recipient,
        content=text.encode(),
    )
