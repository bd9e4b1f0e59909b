"""A text with slots for a person's words: all else is settled once, a value is only put in between."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from notegen.rendering.template import Markup

_MARK = "\x01"
_SOFT = b"=\r\n"
_LINE = 75


@dataclass(frozen=True, slots=True)
class SlottedText:
    """`pieces` alternates text and the names of words: text, word, text, …, text."""

    pieces: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The names of its words, in the order of the text."""
        return self.pieces[1::2]

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with the values as they are; KeyError for a word without a value."""
        return "".join(values[piece] if index & 1 else piece for index, piece in enumerate(self.pieces))


def mark(word: str) -> Markup:
    """What stands for a word while a template is rendered; `slotted` finds it again."""
    return Markup(f"{_MARK}{word}{_MARK}")


def slotted(text: str) -> SlottedText:
    """The rendered text, cut at its marks."""
    return SlottedText(tuple(text.split(_MARK)))


def encoded(text: SlottedText) -> tuple[bytes, ...]:
    """The text between the slots in quoted-printable (RFC 2045 6.7); `encoded_value` goes in the slots."""
    return tuple(_without_dots_in_front(_open_ended(piece)) for piece in text.pieces[::2])


def encoded_value(value: str) -> bytes:
    """A value in quoted-printable between two soft line breaks, so that it fits wherever a slot is."""
    data = value.encode()
    short = binascii.b2a_qp(data)
    if len(short) <= _LINE:
        whole = _SOFT + short + _SOFT
        return _without_dots_in_front(whole) if short.startswith(b".") else whole
    third = _LINE // 3
    chunks = (binascii.b2a_qp(data[start : start + third]) for start in range(0, len(data), third))
    return _without_dots_in_front(_SOFT + _SOFT.join(chunks) + _SOFT)


def _open_ended(text: str) -> bytes:
    """Encoded, with room for a soft line break after the last line."""
    data = binascii.b2a_qp(text.encode()).replace(b"\n", b"\r\n")
    if len(data) - data.rfind(b"\n") - 1 <= _LINE:
        return data
    return _open_ended(text[:-6]) + _SOFT + binascii.b2a_qp(text[-6:].encode())


def _without_dots_in_front(data: bytes) -> bytes:
    """The same, each dot at the start of a line encoded, with a soft line break after it (RFC 2045 6.7)."""
    lines = b"\r\n" + data
    while b"\r\n." in lines:
        lines = lines.replace(b"\r\n.", b"\r\n=2E=\r\n")
    return lines[2:]
