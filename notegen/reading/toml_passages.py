"""A TOML file cut into passages: every text of it, with the characters between which it stands.

Only what holds texts is followed (tables, keys, strings, arrays, inline tables; TOML 1.0). What was found is
held against tomllib, so that a text in a form not foreseen here is told instead of passed over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from notegen.domain.passage import Passage, PassageKind

_STRING = r"\"\"\"(?:\\.|[^\\])*?\"\"\"(?!\")|'''.*?'''(?!')|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
_TOKEN = re.compile(
    rf"(?P<space>[ \t\r]+|\#[^\n]*)|(?P<newline>\n)|(?P<string>{_STRING})|(?P<mark>[\[\]{{}},=.])"
    r"|(?P<bare>[^\s\[\]{},=.\"'#]+)",
    re.DOTALL,
)
_OWN = re.compile(
    r"(?:code|locale|tag|direction|name)|(?:grammar|elision|declension|hyphenation)\..*"
    r"|letterheads\.[^.]+\.forms\..*|roster\.(?:code|names\..*)"
)


def toml_passages(text: str, *, is_language: bool = False) -> tuple[Passage, ...]:
    """The texts of a TOML file by dotted key, in its order; a text of an array has its number last.

    `is_language`: the file is language.toml, some of whose entries are no translations. Raises
    tomllib.TOMLDecodeError, and ValueError when a text cannot be located.
    """
    content = tomllib.loads(text)
    found = tuple(_Reader(text, is_language).passages())
    if sorted((p.key, p.text) for p in found) != sorted(_texts(content, ())):
        raise ValueError("a text stands in a form that is not followed here (dotted keys, arrays of tables)")
    return found


def toml_string(text: str) -> str:
    """A text as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + re.sub("[\x00-\x1f\x7f]", lambda sign: f"\\u{ord(sign[0]):04X}", escaped) + '"'


def _texts(content: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield ".".join(path), content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _texts(value, (*path, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _texts(value, (*path, str(number)))


@dataclass(slots=True)
class _Reader:
    """Follows the tokens of a file that tomllib has found to be right."""

    text: str
    is_language: bool
    tokens: list[re.Match[str]] = field(init=False)
    at: int = 0

    def __post_init__(self) -> None:
        self.tokens = [match for match in _TOKEN.finditer(self.text) if match.lastgroup != "space"]

    def passages(self) -> Iterator[Passage]:
        table: tuple[str, ...] = ()
        while self.at < len(self.tokens):
            if self.peek() == "\n":
                self.at += 1
            elif self.peek() == "[":
                self.at += 1
                table = self.key()
                self.at += 1
            else:
                path = (*table, *self.key())
                self.at += 1
                yield from self.value(path, PassageKind.ENTRY)

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self.peek() not in ("=", "]", ""):
            token = self.tokens[self.at]
            if token[0] != ".":
                parts.append(_plain(token[0]) if token.lastgroup == "string" else token[0])
            self.at += 1
        return tuple(parts)

    def value(self, path: tuple[str, ...], kind: PassageKind) -> Iterator[Passage]:
        token = self.tokens[self.at]
        self.at += 1
        if token.lastgroup == "string":
            yield self.passage(token, path, kind)
        elif token[0] == "[":
            yield from self.array(path)
        elif token[0] == "{":
            yield from self.inline(path)
        else:
            while self.peek() not in ("\n", ",", "]", "}", ""):
                self.at += 1

    def array(self, path: tuple[str, ...]) -> Iterator[Passage]:
        number = 0
        while self.peek() not in ("]", ""):
            if self.peek() in ("\n", ","):
                self.at += 1
                continue
            yield from self.value((*path, str(number)), PassageKind.LINE)
            number += 1
        self.at += 1

    def inline(self, path: tuple[str, ...]) -> Iterator[Passage]:
        while self.peek() not in ("}", ""):
            if self.peek() == ",":
                self.at += 1
                continue
            key = self.key()
            self.at += 1
            yield from self.value((*path, *key), PassageKind.ENTRY)
        self.at += 1

    def passage(self, token: re.Match[str], path: tuple[str, ...], kind: PassageKind) -> Passage:
        key = ".".join(path)
        own = self.is_language and _OWN.fullmatch(key) is not None
        line = self.text.count("\n", 0, token.start()) + 1
        return Passage(key, kind, _plain(token[0]), line, token.start(), token.end(), own=own)


def _plain(literal: str) -> str:
    return str(tomllib.loads(f"text = {literal}")["text"])
