"""A commented YAML file cut into passages: its comments, each under the key that follows, and its keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from notegen.domain.passage import Passage, PassageKind

_KEY = re.compile(r"(# )?([a-z_]+):(?:\s|$)")
_PROSE = re.compile(r"#(?! yaml-language-server)( .*|$)")


def comment_passages(text: str) -> tuple[Passage, ...]:
    """The comments that stand together and the top-level keys, also those that are commented out."""
    return tuple(_passages(text))


def _passages(text: str) -> Iterator[Passage]:
    counts: Counter[str] = Counter()
    waiting: list[list[tuple[int, int]]] = [[]]
    shown_key = False
    for start, line in [*_lines(text), (len(text), "end:")]:
        match = _KEY.match(line)
        if match:
            for lines in filter(None, waiting):
                yield _comment(text, lines, counts, match[2])
            waiting = [[]]
            shown_key = match[1] is not None
            if start < len(text):
                number = text.count("\n", 0, start) + 1
                yield Passage(f"key {match[2]}", PassageKind.KEY, match[2], number, start, start, own=True)
        elif _PROSE.match(line) and not (shown_key and line.startswith("#  ")):
            shown_key = False
            waiting[-1].append((start + 2, start + len(line)))
        else:
            shown_key = shown_key and bool(line.strip())
            waiting.append([])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line.rstrip("\r\n")
        start += len(line)


def _comment(text: str, lines: list[tuple[int, int]], counts: Counter[str], key: str) -> Passage:
    counts[key] += 1
    name = f"comment {key}" if counts[key] == 1 else f"comment {key} {counts[key]}"
    start, end = lines[0][0], lines[-1][1]
    return Passage(name, PassageKind.COMMENT, text[start:end], text.count("\n", 0, start) + 1, start, end)
