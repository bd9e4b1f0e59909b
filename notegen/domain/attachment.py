"""A file that goes along with a mail."""

from __future__ import annotations

from dataclasses import dataclass
from mimetypes import MimeTypes

UNKNOWN = "application/octet-stream"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_KNOWN = MimeTypes()
for _ending, _type in (
    (".docx", f"{_OFFICE}.wordprocessingml.document"),
    (".xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    (".pptx", f"{_OFFICE}.presentationml.presentation"),
    (".odt", f"{_OPEN_DOCUMENT}.text"),
    (".ods", f"{_OPEN_DOCUMENT}.spreadsheet"),
    (".odp", f"{_OPEN_DOCUMENT}.presentation"),
):
    _KNOWN.add_type(_type, _ending)


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is what the reader sees; `media_type` such as `application/pdf` (RFC 6838)."""

    name: str
    media_type: str
    data: bytes

    def __repr__(self) -> str:
        return f"Attachment({self.name!r}, {len(self.data)} bytes)"


def media_type(name: str) -> str:
    """The media type of a file of that name, `application/octet-stream` where it is unknown or packed.

    Mails that go along are no messages of this one (RFC 2046 5.2.1 allows no base64 for them).
    """
    found, packed = _KNOWN.guess_type(name)
    return UNKNOWN if packed or not found or found.startswith(("message/", "multipart/")) else found
