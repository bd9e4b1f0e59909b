"""The rows of the desk: which paragraphs of all languages stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notegen.domain import passage as domain
from notegen.domain.alignment import version_pairs


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of one language: its kind, its text, and the 1-based lines of the author's file.

    In a workbook, `first` is the row and `letters` are the column of its cell.
    """

    kind: str
    text: str
    first: int
    last: int
    column: int = 1
    letters: str = ""


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
    """What stands beside what, as pairs of positions; None stands for a gap."""
    pairs = version_pairs(_keyed(left), _keyed(right))
    return [(_position(one), _position(other)) for one, other in pairs]


def _keyed(passages: Sequence[Passage]) -> list[domain.Passage]:
    return [
        domain.Passage(str(at), domain.PassageKind(passage.kind), passage.text)
        for at, passage in enumerate(passages)
    ]


def _position(passage: domain.Passage | None) -> int | None:
    return None if passage is None else int(passage.key)
