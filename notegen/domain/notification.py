"""Notifications: which kinds there are, in which order one person gets them, and what one of them carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from notegen.domain.email_address import EmailAddress
from notegen.domain.member import Member


class NotificationKind(StrEnum):
    """A kind is a file `notifications/<kind>.md` in every language."""

    PROFILE_CREATED = "profile-created"
    ACTIVATION_LINK = "activation-link"
    ACTIVATION_CODE = "activation-code"
    VERBAL_NOTE = "verbal-note"
    NUMBER_ASSIGNED = "number-assigned"
    IDENTIFIED_AS = "identified-as"
    DOCUMENT_REQUIRED = "document-required"
    REQUEST_IN_PROGRESS = "request-in-progress"
    ANNOUNCEMENT = "announcement"


SEQUENCES: Mapping[str, tuple[NotificationKind, ...]] = MappingProxyType(
    {
        "activation": (
            NotificationKind.PROFILE_CREATED,
            NotificationKind.ACTIVATION_LINK,
            NotificationKind.ACTIVATION_CODE,
        ),
        "note": (NotificationKind.VERBAL_NOTE,),
        "number-assigned": (NotificationKind.NUMBER_ASSIGNED,),
        "identified-as": (NotificationKind.IDENTIFIED_AS,),
        "document-required": (NotificationKind.DOCUMENT_REQUIRED,),
        "request-in-progress": (NotificationKind.REQUEST_IN_PROGRESS,),
        "announcement": (NotificationKind.ANNOUNCEMENT,),
    }
)
"""What one person gets, in order: mail n+1 goes only after the server accepted mail n."""

OWN_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        NotificationKind.ACTIVATION_LINK: ("link",),
        NotificationKind.ACTIVATION_CODE: ("code",),
        NotificationKind.VERBAL_NOTE: ("reference", "title"),
        NotificationKind.NUMBER_ASSIGNED: ("number", "request", "requester"),
        NotificationKind.IDENTIFIED_AS: ("number", "official_name", "requested_name", "request", "requester"),
        NotificationKind.DOCUMENT_REQUIRED: ("document", "deadline", "request", "requester"),
        NotificationKind.REQUEST_IN_PROGRESS: ("received", "request", "requester"),
        NotificationKind.ANNOUNCEMENT: ("subject", "opening", "body", "elsewhere"),
    }
)
"""The words that one kind's texts may use beyond those of all kinds; link and code never meet in one."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One mail to one person, before it has words. `position` counts from 0 within its sequence.

    `secret` is the link or the code where the roster brought it (each only in the mail that it belongs to);
    `values` are further words that a kind needs, as (name, value) pairs.
    """

    kind: NotificationKind
    position: int
    language: str
    recipient: EmailAddress
    first_names: str
    last_name: str
    row: int
    secret: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """First names, then last name."""
        return f"{self.first_names} {self.last_name}"

    def __repr__(self) -> str:
        return f"Notification({self.kind.value!r}, row={self.row})"


@dataclass(frozen=True, slots=True)
class Series:
    """The notifications of one person, in order; `identity` tells people apart (never stored as it is)."""

    identity: str
    notifications: tuple[Notification, ...]

    def __repr__(self) -> str:
        return f"Series({len(self.notifications)} notifications)"


def plan(member: Member, sequence: str = "activation") -> tuple[Notification, ...]:
    """The notifications that a member gets, in the order of the sequence."""
    return tuple(
        Notification(
            kind=kind,
            position=position,
            language=member.language,
            recipient=member.email,
            first_names=member.first_names,
            last_name=member.last_name,
            row=member.row,
            secret=_own_secret(member, kind),
        )
        for position, kind in enumerate(SEQUENCES[sequence])
    )


def _own_secret(member: Member, kind: NotificationKind) -> str:
    secrets = {NotificationKind.ACTIVATION_LINK: member.link, NotificationKind.ACTIVATION_CODE: member.code}
    return secrets.get(kind, "")


def series(member: Member, sequence: str = "activation") -> Series:
    """What a ledger plans for a member: the notifications of the sequence under the member's identity."""
    return Series(identity=member.number.digits, notifications=plan(member, sequence))
