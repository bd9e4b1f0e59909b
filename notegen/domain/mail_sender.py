"""Who sends the notifications: the profile service, as mail headers and texts name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notegen.domain.email_address import EmailAddress


@dataclass(frozen=True, slots=True)
class MailSender:
    """`address` stands in From; `contact` is whom people write to with questions.

    `name` is the service's name, `names` its names by language where they differ; it is the display name and
    the signature. `return_path` is the envelope sender (None: `address`). `valid_days` is how long link and
    code are said to be valid (0: nothing is said; a promise of one day is none).
    """

    address: EmailAddress
    name: str
    contact: EmailAddress
    names: Mapping[str, str] = field(default_factory=dict)
    reply_to: EmailAddress | None = None
    return_path: EmailAddress | None = None
    valid_days: int = 0

    def __post_init__(self) -> None:
        own = (self.address, self.contact, self.reply_to, self.return_path)
        if any(address is not None and address.needs_smtputf8 for address in own):
            raise ValueError(
                "the service's own addresses are written in ASCII, so that every server takes them"
            )
        if self.valid_days < 0 or self.valid_days == 1:
            raise ValueError("link and code are valid for two days at least, or for a time that is not told")

    def name_in(self, language: str) -> str:
        """The service's name in that language."""
        return self.names.get(language, self.name)
