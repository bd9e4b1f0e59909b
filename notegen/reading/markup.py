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


class Markup:
    """A parser that is fed piece by piece; names come without their prefix."""

    __slots__ = ("_parser",)

    def __init__(
        self,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], object] | None = None,
    ) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        if end is not None:
            self._parser.EndElementHandler = lambda name: end(_local(name))
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


@lru_cache(maxsize=4096)
def plain_text(text: str) -> str:
    """Character data as it stands between two tags, references resolved; UnreadableError for others."""
    if "&" in text:
        if text.count("&") != len(_ENTITY.findall(text)):
            raise UnreadableError("file-entities")
        text = unescape(text)
    return cell_string(text)


def cell_string(text: str) -> str:
    """A string of a workbook with its `_x000D_` resolved (ISO/IEC 29500-1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: object) -> NoReturn:
    raise UnreadableError("file-entities")
