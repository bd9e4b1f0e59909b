"""A file that goes along with a mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is what the reader sees; `media_type` such as `application/pdf` (RFC 6838)."""

    name: str
    media_type: str
    data: bytes

    def __repr__(self) -> str:
        return f"Attachment({self.name!r}, {len(self.data)} bytes)"
