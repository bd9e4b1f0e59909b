"""An e-mail address (RFC 5321 mailbox) that was checked at the border."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOCAL_PART = re.compile(r"[^\s<>@]+@")
_FORBIDDEN = re.compile("[\x00-\x20\x7f<>@]")


@dataclass(frozen=True, slots=True, order=True)
class EmailAddress:
    """`local` part as written; `domain` in lower case and in its ASCII form (IDNA 2008, RFC 5891)."""

    local: str
    domain: str

    def __post_init__(self) -> None:
        if not self.local or not self.domain or not self.domain.isascii():
            raise ValueError("an address has a local part and a domain in its ASCII form")
        if _FORBIDDEN.search(self.local + self.domain):
            raise ValueError("an address holds no control character, space, bracket or second @")

    @property
    def text(self) -> str:
        """The address as the envelope and the header carry it."""
        return f"{self.local}@{self.domain}"

    @property
    def folded(self) -> str:
        """What two spellings of one mailbox have in common in practice: lower case throughout."""
        return self.text.casefold()

    @property
    def needs_smtputf8(self) -> bool:
        """Whether a server must offer SMTPUTF8 (RFC 6531) to take it."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local[:1]}…@{self.domain}"

    def __repr__(self) -> str:
        return f"EmailAddress({str(self)!r})"


def without_addresses(words: str) -> str:
    """The same words; every address in them has lost what stands before its @."""
    return _LOCAL_PART.sub("…@", words) if "@" in words else words
