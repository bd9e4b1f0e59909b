"""How fast mails are made, against the same mails made from scratch with the `email` package in the same run.

python bench/message.py [--mails 3000]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from notegen.domain.activation import Activation
from notegen.domain.email_address import EmailAddress
from notegen.domain.mail_sender import MailSender
from notegen.domain.message_id import message_id
from notegen.domain.notification import Notification, NotificationKind
from notegen.domain.planned_mail import PlannedMail
from notegen.reading.language_folder import read_languages
from notegen.rendering import mime
from notegen.rendering.email import EmailComposer
from notegen.rendering.template import Templates

TEMPLATES = Path(__file__).parent.parent / "templates"
DOMAIN = "profiles.example.org"
SENDER = MailSender(
    EmailAddress("noreply", DOMAIN), "User Profile Service", EmailAddress("help", DOMAIN), valid_days=30
)
FIRST_NAMES = ("Amélie", "Jean-Luc", "Zoë", "Mary Ann", "Søren", "John")
LAST_NAMES = ("Van den Berghe", "O'Neill", "Müller", "Dupont", "Smith", "Žižek")
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def composer() -> EmailComposer:
    folders = [TEMPLATES]
    activation = Activation(bytes(range(32)), f"https://{DOMAIN}/activate?t={{token}}")
    languages = read_languages(folders)
    return EmailComposer(
        Templates(folders), languages, sender=SENDER, date=lambda: NOW, activation=activation
    )


def rows(count: int) -> list[PlannedMail]:
    kinds = tuple(NotificationKind)
    made = []
    for index in range(count):
        kind, member = kinds[index % 3], f"{index // 3:032x}"
        notification = Notification(
            kind,
            index % 3,
            ("fr", "nl", "en", "de")[index // 3 % 4],
            EmailAddress(f"person{index // 3}", "mission.example.org"),
            FIRST_NAMES[index % 6],
            LAST_NAMES[index // 6 % 6],
            index,
        )
        identity = message_id("bench", member, kind, DOMAIN)
        made.append(PlannedMail(f"m{index}", "bench", member, identity, notification))
    return made


def from_scratch(row: PlannedMail, text: str, html: str, subject: str) -> bytes:
    """The same message as most programs make it; the texts are given, so that only the message counts."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER.name, addr_spec=SENDER.address.text)
    message["To"] = Address(row.notification.name, addr_spec=row.notification.recipient.text)
    message["Subject"] = subject
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = row.message_id
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = row.notification.language
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return message.as_bytes()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=3000)
    count = options.parse_args().mails
    make, mails = composer(), rows(count)
    sample = mails[: max(60, count // 20)]
    given = [(row, *mime.parts(make.compose(row).content)) for row in sample]
    ours, theirs = [], []
    for _ in range(5):
        ours.append(count / seconds(lambda: [make.compose(row) for row in mails]))
        slow = seconds(
            lambda: [from_scratch(row, text, html, dict(head)["Subject"]) for row, head, text, html in given]
        )
        theirs.append(len(sample) / slow)
    size = sum(len(make.compose(row).content) for row in sample) / len(sample)
    fast, slow_rate = statistics.median(ours), statistics.median(theirs)
    print(f"{'way':<42}{'mails/s':>10}{'µs/mail':>10}{'ratio':>8}")
    print(f"{'email package, from scratch':<42}{slow_rate:>10.0f}{1e6 / slow_rate:>10.0f}{1:>8.1f}")
    print(
        f"{'notegen, texts and secrets included':<42}{fast:>10.0f}{1e6 / fast:>10.1f}{fast / slow_rate:>8.1f}"
    )
    print(f"{size:.0f} bytes a mail")


if __name__ == "__main__":
    main()
