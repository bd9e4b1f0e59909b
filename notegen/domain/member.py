"""A member of a mission's staff who is to get a user profile."""

from __future__ import annotations

from dataclasses import dataclass

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber


@dataclass(frozen=True, slots=True)
class Member:
    """One accepted roster line. `row` is the number that Excel shows; `language` a code such as `fr`.

    `link` and `code` are only set when the roster carries them in columns of its own.
    """

    row: int
    number: IdentificationNumber
    email: EmailAddress
    language: str
    first_names: str
    last_name: str
    protocol_card: str
    mission: str = ""
    link: str = ""
    code: str = ""

    @property
    def name(self) -> str:
        """First names, then last name, as mail headers and salutations show it."""
        return f"{self.first_names} {self.last_name}"

    def __repr__(self) -> str:
        return f"Member(row={self.row}, language={self.language!r})"
