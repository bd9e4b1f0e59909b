"""A Markdown text cut into passages: headings, paragraphs, items, rows, lines of a mail's head."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from notegen.domain.passage import Passage, PassageKind

_HEAD = re.compile(r"([A-Z][a-z]+):[ \t]*")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+")
_ITEM = re.compile(r"([ ]*)(?:[-*+]|(\d+)[.)])[ \t]+(?=\S)")
_SEPARATOR = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_CONDITION = re.compile(r"[ \t]*(\{%.*%\})[ \t]*$")
_COMMENT = re.compile(r"[ \t]*\{#.*#\}[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_BARE_CODE = re.compile(r"[ \t]*`[^`]+`[ \t]*$")


def markdown_passages(text: str, *, has_head: bool = False) -> tuple[Passage, ...]:
    """The passages of a text in its order; `has_head`: it begins with `Subject: …` and an empty line."""
    cutter = _Cutter(text)
    in_head = has_head
    fence = ""
    start = 0
    for line in text.splitlines(keepends=True):
        content = line.rstrip("\r\n")
        if fence:
            cutter.go_on(start, content)
            fence = "" if content.strip() == fence else fence
        elif in_head:
            in_head = cutter.head(start, content)
        elif match := _FENCE.match(content):
            cutter.begin(PassageKind.CODE, start, start, content)
            fence = match[1]
        else:
            cutter.line(start, content)
        start += len(line)
    cutter.close()
    return tuple(cutter.passages)


@dataclass(slots=True)
class _Cutter:
    """The passages so far, and the one that goes on; its lines are known when the next one begins."""

    text: str
    passages: list[Passage] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    kind: PassageKind | None = None
    depth: int = 0
    start: int = 0
    end: int = 0

    def head(self, start: int, content: str) -> bool:
        """A line of the head; an empty one ends it."""
        match = _HEAD.match(content)
        if match:
            key = match[1] if match[1] != "Attachment" else self.numbered("Attachment")
            self.add(key, PassageKind.HEAD, start + match.end(), start + len(content.rstrip()))
        return bool(content.strip())

    def line(self, start: int, content: str) -> None:
        """A line of the body."""
        if not content.strip() or _COMMENT.match(content):
            self.close()
        elif match := _CONDITION.match(content):
            self.alone(PassageKind.CONDITION, start + match.start(1), start + match.end(1))
        elif _SEPARATOR.match(content):
            self.alone(PassageKind.SEPARATOR, start, start + len(content))
        elif match := _HEADING.match(content):
            self.alone(PassageKind.HEADING, start + match.end(), start + len(content.rstrip()), len(match[1]))
        elif _ROW.match(content):
            self.alone(PassageKind.ROW, start, start + len(content.rstrip()))
        elif match := _ITEM.match(content):
            kind = PassageKind.STEP if match[2] else PassageKind.ITEM
            self.begin(kind, start + match.end(), start, content, len(match[1]))
        elif self.kind is not None:
            self.go_on(start, content)
        elif _BARE_CODE.match(content):
            self.alone(PassageKind.CODE, start, start + len(content.rstrip()))
        else:
            indentation = len(content) - len(content.lstrip())
            self.begin(PassageKind.PARAGRAPH, start + indentation, start, content, indentation)

    def alone(self, kind: PassageKind, start: int, end: int, depth: int = 0) -> None:
        """A passage of one line."""
        self.close()
        self.kind, self.depth, self.start, self.end = kind, depth, start, end
        self.close()

    def begin(self, kind: PassageKind, start: int, line: int, content: str, depth: int = 0) -> None:
        """A passage that may go on in the next line."""
        self.close()
        self.kind, self.depth, self.start, self.end = kind, depth, start, line + len(content.rstrip())

    def go_on(self, start: int, content: str) -> None:
        """One more line of the same passage."""
        self.end = start + len(content.rstrip())

    def close(self) -> None:
        """End the passage that goes on, if one does."""
        if self.kind is not None:
            self.add(self.numbered(self.kind.value), self.kind, self.start, self.end)
            self.kind = None

    def numbered(self, name: str) -> str:
        self.counts[name] += 1
        return f"{name} {self.counts[name]}"

    def add(self, key: str, kind: PassageKind, start: int, end: int) -> None:
        line = self.text.count("\n", 0, start) + 1
        end = max(start, end)
        self.passages.append(Passage(key, kind, self.text[start:end], line, start, end, self.depth))
        self.depth = 0
