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


SEQUENCES: Mapping[str, tuple[NotificationKind, ...]] = MappingProxyType(
    {
        "activation": (
            NotificationKind.PROFILE_CREATED,
            NotificationKind.ACTIVATION_LINK,
            NotificationKind.ACTIVATION_CODE,
        ),
    }
)
"""What one person gets, in order: mail n+1 goes only after the server accepted mail n."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One mail to one person, before it has words. `position` counts from 0 within its sequence."""

    kind: NotificationKind
    position: int
    language: str
    recipient: EmailAddress
    first_names: str
    last_name: str
    row: int

    @property
    def name(self) -> str:
        """First names, then last name."""
        return f"{self.first_names} {self.last_name}"

    def __repr__(self) -> str:
        return f"Notification({self.kind.value!r}, row={self.row})"


def plan(member: Member, sequence: str = "activation") -> tuple[Notification, ...]:
    """The notifications that a member gets, in the order of the sequence."""
    return tuple(
        Notification(kind, n, member.language, member.email, member.first_names, member.last_name, member.row)
        for n, kind in enumerate(SEQUENCES[sequence])
    )
