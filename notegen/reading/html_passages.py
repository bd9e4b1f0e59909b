"""A document template cut into passages: its blocks, or the runs of words between its tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notegen.domain.passage import Passage, PassageKind

_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)[^%]*%\}(.*?)\{%-?\s*endblock[^%]*%\}", re.DOTALL)
_BORDER = re.compile(
    r"</?(?:html|head|body|main|div|section|article|header|footer|p|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody"
    r"|tr|td|th|figure|figcaption|title|br|hr|style|meta|link)\b[^>]*>|<!--.*?-->|\{#.*?#\}"
    r"|\{%-?\s*(?:block|endblock|extends|import|from|set|for|endfor|macro|endmacro|if|elif|else|endif)\b[^%]*%\}",
    re.DOTALL | re.IGNORECASE,
)


def html_passages(text: str) -> tuple[Passage, ...]:
    """The passages of a template: each block under its name; without blocks, its runs of words."""
    blocks = [_passage(text, match[1], PassageKind.BLOCK, *match.span(2)) for match in _BLOCK.finditer(text)]
    return tuple(blocks or _runs(text))


def _runs(text: str) -> Iterator[Passage]:
    start, number = 0, 0
    borders = [*((match.start(), match.end()) for match in _BORDER.finditer(text)), (len(text), len(text))]
    for border, after in borders:
        run = text[start:border]
        if re.search(r"[^\W\d_]", re.sub(r"\{\{.*?\}\}|<[^>]*>", "", run, flags=re.DOTALL)):
            number += 1
            begin = start + len(run) - len(run.lstrip())
            end = start + len(run.rstrip())
            yield _passage(text, f"paragraph {number}", PassageKind.PARAGRAPH, begin, end)
        start = after


def _passage(text: str, key: str, kind: PassageKind, start: int, end: int) -> Passage:
    return Passage(key, kind, text[start:end], text.count("\n", 0, start) + 1, start, end)
