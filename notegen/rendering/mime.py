"""The MIME frame of a mail: built once by the `email` package, then filled in as bytes.

Headers follow RFC 5322 and RFC 2047, the body RFC 2045 and 2046; every line ends in CRLF, everything is 7-bit
unless an address needs RFC 6532.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

from notegen.domain.attachment import Attachment
from notegen.domain.email_address import EmailAddress
from notegen.errors import RenderingError

_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_SAFE_IN_Q = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_Q = tuple(bytes([b]) if b in _SAFE_IN_Q else b"_" if b == 32 else b"=%02X" % b for b in range(256))
_LONGEST_PLAIN = 66
_WORD_BYTES = 39

_SUBJECT = "slot-for-the-subject"
_SENDER = "slot-for-the-sender@slot.invalid"
_RECIPIENT = "slot-for-the-recipient@slot.invalid"
_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_ID = "<slot-for-the-id@slot.invalid>"
_TEXT = "slot-for-the-text"
_HTML = "slot-for-the-html"


@dataclass(frozen=True, slots=True)
class Frame:
    """A flattened message in seven pieces; subject, recipient, date, id, text and HTML go between them."""

    pieces: tuple[bytes, ...]

    def filled(
        self, subject: bytes, recipient: bytes, date: bytes, message_id: str, text: bytes, html: bytes
    ) -> bytes:
        """The whole message; header values and bodies come encoded.

        Raises RenderingError when the Message-ID is not one.
        """
        if not _MESSAGE_ID.fullmatch(message_id):
            raise RenderingError(
                "this is not a Message-ID", hint="It has the form <left@domain> (RFC 5322 3.6.4)."
            )
        a, b, c, d, e, f, g = self.pieces
        return b"".join((a, recipient, b, subject, c, date, d, message_id.encode(), e, text, f, html, g))


def frame(
    headers: Sequence[tuple[str, str]],
    sender: tuple[str, EmailAddress],
    attachments: Sequence[Attachment] = (),
) -> Frame:
    """The frame of a multipart/alternative message, text first; multipart/mixed round it for attachments.

    `headers` are those that its mails share; `sender` is a display name and an address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _SENDER
    message["To"] = _RECIPIENT
    message["Subject"] = _SUBJECT
    message["Date"] = _DATE
    message["Message-ID"] = _ID
    message.set_content(_TEXT, cte="quoted-printable")
    message.add_alternative(_HTML, subtype="html", cte="quoted-printable")
    # "=_" cannot occur in quoted-printable, so no part can hold the boundary (RFC 2045 6.7).
    message.set_boundary("=_notegen_alternative")
    for file in attachments:
        maintype, _, subtype = file.media_type.partition("/")
        name = checked(file.name, "the name of an attachment")
        params = {"charset": "utf-8"} if maintype == "text" and _is_utf8(file.data) else {}
        message.add_attachment(file.data, maintype=maintype, subtype=subtype, filename=name, params=params)
    if attachments:
        message.set_boundary("=_notegen_mixed")
    for part in list(message.walk())[1:]:
        del part["MIME-Version"]  # belongs to the top alone (RFC 2045 4)
    for name, value in headers:
        message[name] = checked(value, name)
    from_whom = mailbox(checked(sender[0], "the sender's name"), sender[1])
    flat = message.as_bytes().replace(_SENDER.encode(), from_whom, 1)
    marks = (_RECIPIENT, _SUBJECT, format_datetime(_DATE), _ID, f"{_TEXT}\r\n", f"{_HTML}\r\n")
    pieces: list[bytes] = []
    for mark in marks:
        before, found, flat = flat.partition(mark.encode())
        if not found:
            raise RenderingError("the frame of a mail lost a slot", hint="Please report this.")
        pieces.append(before)
    return Frame((*pieces, flat))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def goes_as_it_is(content: bytes) -> bool:
    """Whether nothing is to be done to a content for the wire: CRLF throughout, no line begins with a dot."""
    return content == b"\r\n".join((*content.splitlines(), b"")) and b"\n." not in b"\n" + content


def checked(value: str, what: str) -> str:
    """The value itself; RenderingError when it holds a control character, which could end a header."""
    if not value.isprintable() and _REFUSED.search(value):
        raise RenderingError(
            f"{what} holds a control character", hint="Remove it from the roster or the settings."
        )
    return value


def unstructured(value: str) -> bytes:
    """A Subject as its header carries it (RFC 2047), folded; the caller writes the name before it."""
    return _plain_or_words(value, plain="  " not in f" {value} ")


def mailbox(name: str, address: EmailAddress) -> bytes:
    """A display name and an address as To carries them (RFC 5322 3.4), folded."""
    spec = f"<{_spec(address)}>".encode()
    if not name:
        return spec
    if _ATOMS.fullmatch(name):
        phrase = _plain_or_words(name, plain="  " not in f" {name} ")
    else:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        plain = "=?" not in name and name.isascii() and len(quoted) <= _LONGEST_PLAIN
        phrase = f'"{quoted}"'.encode() if plain else encoded_words(name)
    last = len(phrase) - phrase.rfind(b"\n")
    return phrase + (b" " if last + len(spec) <= 70 else b"\r\n ") + spec


def date(moment: datetime) -> bytes:
    """The Date header's value, in UTC (RFC 5322 3.3)."""
    return format_datetime(moment.astimezone(UTC)).encode()


def encoded_words(value: str) -> bytes:
    """The value as UTF-8 encoded words of 75 characters at most, one a line (RFC 2047 2)."""
    data = value.encode()
    words = []
    while len(data) > _WORD_BYTES:
        end = _WORD_BYTES
        while data[end] & 0xC0 == 0x80:  # a character is never divided between two words (RFC 2047 5)
            end -= 1
        words.append(_word(data[:end]))
        data = data[end:]
    words.append(_word(data))
    return b"\r\n ".join(words)


def parts(content: bytes) -> tuple[tuple[tuple[str, str], ...], str, str]:
    """A message taken apart again: its headers, decoded, then its text and its HTML with LF line ends."""
    message = message_from_bytes(content, policy=default)
    bodies = (message.get_body(("plain",)), message.get_body(("html",)))
    text, html = (body.get_content().replace("\r\n", "\n") if body is not None else "" for body in bodies)
    # The policy above puts a space between two encoded words of a phrase, against RFC 2047 6.2.
    raw = message_from_bytes(content).items()
    return tuple((name, str(make_header(decode_header(_unfolded(value))))) for name, value in raw), text, html


def _unfolded(value: str) -> str:
    return value.replace("\r\n", "").replace("\n", "")


def _word(data: bytes) -> bytes:
    q = b"".join(map(_Q.__getitem__, data))
    b64 = base64.b64encode(data)
    return b"=?utf-8?q?" + q + b"?=" if len(q) <= len(b64) else b"=?utf-8?b?" + b64 + b"?="


def _plain_or_words(value: str, *, plain: bool) -> bytes:
    if plain and value.isascii() and "=?" not in value and len(value) <= _LONGEST_PLAIN:
        return value.encode()
    return encoded_words(value)


def _spec(address: EmailAddress) -> str:
    if _DOT_ATOM.fullmatch(address.local):
        return address.text
    quoted = address.local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"@{address.domain}'
