"""How far a section goes beyond the pages that it may take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

ENDLESS = "@page { size: 210mm 20000mm }"
"""A page on which everything has room, to be measured."""
_PX_TO_MM = 25.4 / 96


@dataclass(frozen=True, slots=True)
class Overflow:
    """A section that is too long for its `pages`: by how many millimetres, and lines of its text."""

    language: str
    tag: str
    title: str
    pages: int
    millimetres: int
    lines: int

    def __str__(self) -> str:
        room = "one page" if self.pages == 1 else f"{self.pages} pages"
        lines = "one line" if self.lines == 1 else f"{self.lines} lines"
        return f"the section in {self.tag} is {self.millimetres} mm ({lines}) too long for {room}"


def excess(pages: Sequence[Any], endless: Any, allowed: int) -> tuple[int, int]:
    """Millimetres and lines that are too many; `endless` is the page box of the same on an endless page.

    On one page nothing is lost at page breaks and the figure is exact; on several it is the least that
    has to go.
    """
    line = _line_height(endless)
    room = sum(page.height for page in pages[:allowed])
    over = max(_used(endless) - room, line)
    return ceil(over * _PX_TO_MM), ceil(over / line - 0.01)


def _used(page: Any) -> float:
    """The height of a page's text and its footnotes, in CSS pixels."""
    body = page.children[0].children[0]
    areas = (child for child in page.children if type(child).__name__ == "FootnoteAreaBox")
    used: float = body.height + sum(area.margin_height() for area in areas)
    return used


def _line_height(page: Any) -> float:
    """The height of most lines."""
    heights: Iterator[float] = (box.height for box in page.descendants() if type(box).__name__ == "LineBox")
    counted = Counter(round(height, 2) for height in heights)
    return max(counted, key=lambda height: (counted[height], height))
