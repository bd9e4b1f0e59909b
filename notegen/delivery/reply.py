"""SMTP replies (RFC 5321 4.2): read from a stream of bytes, judged, put into words that are safe to keep."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt

LONGEST_REPLY = 65_536
"""Bytes; RFC 5321 4.5.3.1.5 allows 512 a line, servers that greet at length need more."""

LONGEST_WORDS = 500
"""Characters of a server's words that are kept."""

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_SPACES = re.compile(r"\s+")
_OUTCOMES = {2: Outcome.ACCEPTED, 4: Outcome.DEFERRED, 5: Outcome.REFUSED}
_REPLIES_KEPT = 64


class GarbledReplyError(Exception):
    """What arrived is not an SMTP reply; the argument quotes its beginning."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code, and its lines joined by a space, as they came."""

    code: int
    text: bytes

    @property
    def words(self) -> str:
        """The text, fit for a ledger and a terminal."""
        return plain_words(self.text)


class ReplyReader:
    """Puts replies together however the network has cut them."""

    def __init__(self) -> None:
        self._rest = b""
        self._known: dict[bytes, Reply] = {}
        self._code = b""
        self._lines: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that `data` completes, in order. GarbledReplyError when it cannot be SMTP."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest
        replies = []
        for line in lines:
            # A server says the same few things again and again.
            reply = None if self._lines else self._known.get(line)
            if reply is None:
                reply = self._read_line(line)
            if reply is not None:
                replies.append(reply)
        if self._size + len(rest) > LONGEST_REPLY:
            raise GarbledReplyError("a reply without end")
        return replies

    def _read_line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line.removesuffix(b"\r"))
        if match is None or (self._code and match[1] != self._code):
            raise GarbledReplyError(plain_words(line[:80]))
        self._lines.append(match[3] or b"")
        self._size += len(line)
        if match[2] == b"-":
            self._code = match[1]
            return None if self._size <= LONGEST_REPLY else self._overflow()
        reply = Reply(int(match[1]), b" ".join(self._lines))
        if len(self._lines) == 1 and len(self._known) < _REPLIES_KEPT and len(line) < LONGEST_WORDS:
            self._known[line] = reply
        self._code, self._lines, self._size = b"", [], 0
        return reply

    def _overflow(self) -> Reply:
        raise GarbledReplyError("a reply without end")


def plain_words(raw: bytes) -> str:
    """A server's words without control, direction or line characters, in at most LONGEST_WORDS characters."""
    text = raw[: 4 * LONGEST_WORDS].decode("utf-8", "replace")
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return text.strip()[:LONGEST_WORDS]


def receipt(reply: Reply, mail: Mail) -> Receipt | None:
    """What a reply means for a mail, its address masked in the words; None for 3xx, which ends nothing."""
    words = _without_address(reply.words, mail)
    if reply.code == 421:
        return Receipt(Outcome.DEFERRED, reply.code, words, relay_fault=True)
    outcome = _OUTCOMES.get(reply.code // 100)
    return None if outcome is None else Receipt(outcome, reply.code, words)


def _without_address(words: str, mail: Mail) -> str:
    if "@" not in words:
        return words
    address = mail.recipient.text
    if address.casefold() not in words.casefold():
        return words
    return re.sub(re.escape(address), lambda _: str(mail.recipient), words, flags=re.IGNORECASE)
