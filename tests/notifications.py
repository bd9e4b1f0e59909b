"""What the tests of mails share: a sender, a composer, a row of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from notegen.domain.activation import Activation
from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language
from notegen.domain.mail_sender import MailSender
from notegen.domain.message_id import message_id
from notegen.domain.notification import OWN_WORDS, Notification, NotificationKind
from notegen.domain.planned_mail import PlannedMail
from notegen.rendering.email import EmailComposer
from notegen.rendering.template import Templates

DOMAIN = "profiles.example.org"
JANE = EmailAddress("jane.doe", "mission.test")
MEMBER = "0123456789abcdef" * 2
NOW = datetime(2026, 5, 4, 9, 30, 15, 250_000, tzinfo=UTC)
ACTIVATION = Activation(b"a key of thirty-two bytes, no less", f"https://{DOMAIN}/activate?a=1&t={{token}}")
SENDER = MailSender(
    address=EmailAddress("noreply", DOMAIN),
    name="User Profile Service",
    names={"fr": "Service des profils d’utilisateur"},
    contact=EmailAddress("profiles", "example.org"),
    reply_to=EmailAddress("profiles", "example.org"),
    return_path=EmailAddress("bounces", DOMAIN),
    valid_days=30,
)
PERSONAL_KINDS = tuple(
    kind
    for kind in NotificationKind
    if kind not in (NotificationKind.VERBAL_NOTE, NotificationKind.ANNOUNCEMENT)
)
"""The kinds whose mail is to one person, and names that person."""
SECRETS = ("link", "code")


def composer(
    languages: Mapping[str, Language],
    *folders: Path,
    sender: MailSender = SENDER,
    activation: Activation | None = ACTIVATION,
    second_language: str = "",
    profile: str = "be",
) -> EmailComposer:
    return EmailComposer(
        Templates(folders),
        languages,
        sender=sender,
        date=lambda: NOW,
        activation=activation,
        second_language=second_language,
        profile=profile,
    )


def planned(
    kind: NotificationKind = NotificationKind.PROFILE_CREATED,
    language: str = "en",
    first_names: str = "Jane",
    last_name: str = "Doe",
    *,
    secret: str = "",
    recipient: EmailAddress = JANE,
    values: tuple[tuple[str, str], ...] = (),
) -> PlannedMail:
    position = list(NotificationKind).index(kind)
    values = values or sample_values(kind)
    return PlannedMail(
        key="row-7",
        dispatch="may",
        member=MEMBER,
        message_id=message_id("may", MEMBER, kind, DOMAIN),
        notification=Notification(
            kind, position, language, recipient, first_names, last_name, 7, secret, values
        ),
    )


def sample_values(kind: NotificationKind) -> tuple[tuple[str, str], ...]:
    """A value for each word of that kind alone, but for those that are derived."""
    own = (word for word in OWN_WORDS.get(kind, ()) if word not in SECRETS)
    samples = {"body": "A paragraph that says what is new. " * 9}
    return tuple((word, samples.get(word, f"sample {word}".replace("_", " "))) for word in own)
