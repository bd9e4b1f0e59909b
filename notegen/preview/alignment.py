"""Which paragraph of one language answers which of another, though one of them may have a paragraph more.

Dynamic programming over pairs of blocks, as in Gale & Church (1993), with what a note's paragraphs have in
common in all languages: their kind, their figures, about their length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_GAP = 1.2
_OTHER_KIND = 2.0
_OTHER_FIGURES = 0.8
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of one language: its kind, its text, and the 1-based lines of the author's file."""

    kind: str
    text: str
    first: int
    last: int
    column: int = 1


Row = tuple[Passage | None, ...]
"""What stands side by side: one passage a language, or none."""


def align(columns: Sequence[Sequence[Passage]]) -> tuple[Row, ...]:
    """Rows that hold every passage once and keep the order of every language; the first one leads."""
    if not columns:
        return ()
    rows: list[list[Passage | None]] = [[passage] for passage in columns[0]]
    for width, column in enumerate(columns[1:], 1):
        rows = _joined(rows, column, width)
    return tuple(tuple(row) for row in rows)


def _joined(
    rows: list[list[Passage | None]], column: Sequence[Passage], width: int
) -> list[list[Passage | None]]:
    """The rows with one more column; `width` is how many they have."""
    leads = [next(passage for passage in row if passage is not None) for row in rows]
    joined: list[list[Passage | None]] = []
    for left, right in _path(leads, column):
        own: list[Passage | None] = [None] * width if left is None else rows[left]
        joined.append([*own, None if right is None else column[right]])
    return joined


def _path(left: Sequence[Passage], right: Sequence[Passage]) -> list[tuple[int | None, int | None]]:
    """The cheapest way through both, as pairs of positions; None stands for a gap."""
    costs = _costs(left, right)
    i, j = len(left), len(right)
    path: list[tuple[int | None, int | None]] = []
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + _distance(left[i - 1], right[j - 1]):
            i, j = i - 1, j - 1
            path.append((i, j))
        elif j and (not i or costs[i][j] == costs[i][j - 1] + _GAP):
            j -= 1
            path.append((None, j))
        else:
            i -= 1
            path.append((i, None))
    return path[::-1]


def _costs(left: Sequence[Passage], right: Sequence[Passage]) -> list[list[float]]:
    costs = [[_GAP * j for j in range(len(right) + 1)]]
    for i, mine in enumerate(left, 1):
        row = [_GAP * i]
        above = costs[-1]
        for j, yours in enumerate(right, 1):
            pair = above[j - 1] + _distance(mine, yours)
            row.append(min(pair, above[j] + _GAP, row[j - 1] + _GAP))
        costs.append(row)
    return costs


def _distance(mine: Passage, yours: Passage) -> float:
    lengths = abs(math.log((len(mine.text) + 12) / (len(yours.text) + 12)))
    kinds = 0.0 if mine.kind == yours.kind else _OTHER_KIND
    a, b = set(_FIGURES.findall(mine.text)), set(_FIGURES.findall(yours.text))
    figures = len(a ^ b) / len(a | b) if a | b else 0.0
    return lengths + kinds + _OTHER_FIGURES * figures
