"""Status notifications: what happened to a request for an identification number, one e-mail an event."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.notification import NotificationKind
from notegen.domain.problem import Problem
from notegen.domain.roster import RejectedRow

FIELDS = (
    "kind", "email", "language", "first_names", "last_name", "requester", "request", "identification_number",
    "birth_date", "official_name", "document", "deadline", "received",
)  # fmt: skip
"""What an event can say, in the order of the form's columns."""

ALWAYS = ("kind", "email", "language", "first_names", "last_name")
"""What every event says; `requester`, `request` and `birth_date` may be said of every one."""

OWN_FIELDS: Mapping[NotificationKind, tuple[str, ...]] = MappingProxyType(
    {
        NotificationKind.NUMBER_ASSIGNED: ("identification_number",),
        NotificationKind.IDENTIFIED_AS: ("identification_number", "official_name"),
        NotificationKind.DOCUMENT_REQUIRED: ("document",),
        NotificationKind.REQUEST_IN_PROGRESS: (),
    }
)
"""The status kinds, and what an event of each must say besides."""

MAY_SAY: Mapping[NotificationKind, tuple[str, ...]] = MappingProxyType(
    {
        NotificationKind.NUMBER_ASSIGNED: (),
        NotificationKind.IDENTIFIED_AS: (),
        NotificationKind.DOCUMENT_REQUIRED: ("deadline", "identification_number"),
        NotificationKind.REQUEST_IN_PROGRESS: ("received", "identification_number"),
    }
)
"""What an event of each kind may say as well."""


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One thing to tell one person. `row` is the number that Excel shows, or the line of the file.

    `requester` asked for it, `request` is the reference under which; `official_name` is the spelling of the
    register; `document` is what is still needed, in the person's own language.
    """

    row: int
    kind: NotificationKind
    email: EmailAddress
    language: str
    first_names: str
    last_name: str
    requester: str = ""
    request: str = ""
    number: IdentificationNumber | None = None
    official_name: str = ""
    document: str = ""
    deadline: date | None = None
    received: date | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def identity(self) -> str:
        """Whose request it is, the same in every file: address, name and reference, whatever their case."""
        parts = (self.email.folded, self.first_names, self.last_name, self.request)
        return "\x1f".join(" ".join(part.split()).casefold() for part in parts)

    @property
    def content(self) -> str:
        """All that the mail depends on, so that the same event is recognised in another file."""
        number = self.number.digits if self.number else ""
        days = (f"{day:%Y-%m-%d}" if day else "" for day in (self.deadline, self.received))
        words = (self.first_names, self.last_name, self.requester, self.official_name, self.document)
        return "\x1f".join((self.identity, self.kind, self.language, number, *words, *days))

    def __repr__(self) -> str:
        return f"StatusEvent({self.kind.value!r}, row={self.row})"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The events of a file in its order; bad rows with their reasons, and what was noticed about the file."""

    file: str
    language: str
    events: tuple[StatusEvent, ...]
    rejected: tuple[RejectedRow, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the events, whatever their order."""
        each = sorted(hashlib.sha256(event.content.encode()).hexdigest() for event in self.events)
        return hashlib.sha256(" ".join(("status", *each)).encode()).hexdigest()
