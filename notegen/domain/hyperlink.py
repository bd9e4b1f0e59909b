"""The links of a Markdown text, by line and column, found without rendering it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CODE = re.compile(
    r"^ {0,3}(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(?<!`)(`{1,8}+)(?!`).+?(?<!`)\2(?!`)",
    re.MULTILINE | re.DOTALL,
)
_TARGET = (
    r"\(\s*(?P<target><[^<>\n]*>|\{\{[^{}\n]*\}\}|(?:[^\s()]|\([^\s()]*\))*)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_INLINE = re.compile(r"(?<!\\)(?P<picture>!?)\[(?P<text>(?:\\.|[^\[\]\\]|\[[^\[\]]*\])*)\]" + _TARGET)
_AUTOMATIC = re.compile(r"<(?P<target>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_ADDRESS = re.compile(r"<(?P<target>[^\s<>@:/]+@[^\s<>@:/]+)>")
_DEFINED = re.compile(r"^ {0,3}\[(?P<text>[^\]\^][^\]]*)\]:\s*(?P<target><[^<>\n]*>|\S*)", re.MULTILINE)

REGISTRY = "link:"
"""A target that begins so names an entry of the note's `links`."""


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """One link as written; `line` and `column` are 1-based within the text; `target` may be empty."""

    text: str
    target: str
    line: int
    column: int
    picture: bool = False

    @property
    def key(self) -> str:
        """The entry of the note's `links` that it names; empty for a link with an address of its own."""
        return self.target[len(REGISTRY) :] if self.target.startswith(REGISTRY) else ""


def hyperlinks(markdown: str) -> tuple[Hyperlink, ...]:
    """All links of a text in its order, those within code left out."""
    text = without_code(markdown)
    return tuple(sorted(_found(text), key=lambda link: (link.line, link.column)))


def without_code(markdown: str) -> str:
    """The text with code blanked out, every other character in its place."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), markdown)


def _found(text: str) -> Iterator[Hyperlink]:
    for pattern in (_INLINE, _AUTOMATIC, _ADDRESS, _DEFINED):
        for match in pattern.finditer(text):
            words = match.groupdict()
            target = words["target"].strip("<>").strip()
            if pattern is _ADDRESS:
                target = f"mailto:{target}"
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            yield Hyperlink(words.get("text") or target, target, line, column, bool(words.get("picture")))
