"""XML inside a workbook, parsed without a document type: no entity is ever declared, none can grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import unescape
from typing import NoReturn
from xml.parsers import expat

from notegen.reading.container import UnreadableError

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
DEEPEST = 200
"""Elements within each other; a workbook has some twenty, and each costs the parser memory until it ends."""
MOST_ELEMENTS = 5_000_000
LONGEST_TAG = 1 << 20
"""Bytes of a tag or a comment: the parser begins it anew with every piece until its end is there."""
LONGEST_TEXT = 1 << 20
"""Characters of a cell; a spreadsheet program allows 32 767."""
_CACHED = 200


class Markup:
    """A parser that is fed piece by piece; names come without their prefix.

    UnreadableError where elements are more than `most`, too deep, or a tag too long.
    """

    __slots__ = ("_begin", "_depth", "_fed", "_finish", "_left", "_parser")

    def __init__(
        self,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], object] | None = None,
        most: int = MOST_ELEMENTS,
    ) -> None:
        self._begin, self._finish = start, end
        self._depth, self._left, self._fed = 0, most, 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        if text is not None:
            self._parser.CharacterDataHandler = text

    def feed(self, piece: bytes) -> None:
        """Parse a piece; UnreadableError where it is no XML."""
        self._parse(piece, is_last=False)

    def close(self) -> None:
        """Say that this was all; UnreadableError where something was left open."""
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as fault:
            raise UnreadableError("file-broken") from fault
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_TAG:
            raise UnreadableError("file-swollen")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._left -= 1
        if self._depth > DEEPEST or self._left < 0:
            raise UnreadableError("file-swollen")
        self._begin(_local(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._finish is not None:
            self._finish(_local(name))


class Characters:
    """The text of one cell as a parser hands it out; UnreadableError where it is longer than any can be."""

    __slots__ = ("_length", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Take in what comes next."""
        self._length += len(text) + 1
        if self._length > LONGEST_TEXT:
            raise UnreadableError("file-swollen")
        self._parts.append(text)

    def clear(self) -> None:
        """Begin the next text."""
        self._parts.clear()
        self._length = 0

    def joined(self, between: str = "") -> str:
        """What came so far."""
        return between.join(self._parts)


def parse(
    pieces: Iterable[bytes],
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Parse a whole part; an empty one counts as no part at all."""
    markup = Markup(start, end, text)
    is_empty = True
    for piece in pieces:
        is_empty = False
        markup.feed(piece)
    if not is_empty:
        markup.close()


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """An attribute by its name without prefix, "" where it is missing."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def is_true(text: str) -> bool:
    """A truth value of XML Schema."""
    return text in ("1", "true", "on")


def plain_text(text: str) -> str:
    """Character data as it stands between two tags, references resolved; UnreadableError for others."""
    return _cached(text) if len(text) <= _CACHED else _resolved(text)


def _resolved(text: str) -> str:
    if "&" in text:
        if text.count("&") != len(_ENTITY.findall(text)):
            raise UnreadableError("file-entities")
        text = unescape(text)
    return cell_string(text)


_cached = lru_cache(maxsize=4096)(_resolved)


def cell_string(text: str) -> str:
    """A string of a workbook with its `_x000D_` resolved (ISO/IEC 29500-1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: object) -> NoReturn:
    raise UnreadableError("file-entities")
