"""Which passage of one text answers to which of another, where both keep the same order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import zip_longest

from notegen.domain.passage import Passage, PassageKind, protected, visible

Pair = tuple[Passage | None, Passage | None]
Likeness = Callable[[Passage, Passage], float]

_GAP = 1.2
_OTHER_KIND = 2.0
_OTHER_FIGURES = 0.8
_FIGURES = re.compile(r"\d+")
_MOST_PAIRS = 250_000


def translated_pairs(source: Sequence[Passage], translation: Sequence[Passage]) -> tuple[Pair, ...]:
    """The passages of two languages side by side, in the source's order; one without the other has None."""
    return _pairs(source, translation, _shape_likeness)


def version_pairs(one: Sequence[Passage], other: Sequence[Passage]) -> tuple[Pair, ...]:
    """The passages of two versions of one note side by side, though one may have a paragraph more.

    As in Gale & Church (1993), with what a note's paragraphs have in common in all languages: their kind,
    their figures, about their length. Texts of very many passages are paired by their number alone.
    """
    if len(one) * len(other) > _MOST_PAIRS:
        return tuple(zip_longest(one, other))
    return _pairs(one, other, _statement_likeness)


def changed_pairs(before: Sequence[Passage], now: Sequence[Passage]) -> tuple[Pair, ...]:
    """The passages of two states of one text side by side; a passage rewritten altogether stands alone."""
    return _pairs(before, now, _text_likeness)


def _pairs(one: Sequence[Passage], other: Sequence[Passage], likeness: Likeness) -> tuple[Pair, ...]:
    keyed = {passage.key: passage for passage in other if passage.is_keyed}
    found: list[Pair] = [(passage, keyed.pop(passage.key, None)) for passage in one if passage.is_keyed]
    ordered = _in_order(
        [passage for passage in one if not passage.is_keyed],
        [passage for passage in other if not passage.is_keyed],
        likeness,
    )
    return (*found, *((None, passage) for passage in keyed.values()), *ordered)


def _in_order(one: Sequence[Passage], other: Sequence[Passage], likeness: Likeness) -> list[Pair]:
    """The alignment of greatest likeness (Needleman and Wunsch 1970); a gap costs nothing."""
    best = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    alike = [[likeness(a, b) for b in other] for a in one]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            pair = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(one) and j < len(other):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((one[i], other[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((one[i], None))
            i += 1
        else:
            pairs.append((None, other[j]))
            j += 1
    pairs += [(passage, None) for passage in one[i:]]
    return pairs + [(None, passage) for passage in other[j:]]


def _shape_likeness(one: Passage, other: Passage) -> float:
    """Two languages share no words, so the shape decides: kind, variables, links, length."""
    if one.kind is not other.kind:
        silent = {PassageKind.SEPARATOR, PassageKind.CONDITION}
        return 0.0 if {one.kind, other.kind} & silent else 0.1
    if one.kind is PassageKind.CONDITION:
        return 2.0 if one.text.split() == other.text.split() else 0.5
    marks = _overlap(_marks(one), _marks(other))
    lengths = sorted((len(visible(one.text)) + 1, len(visible(other.text)) + 1))
    return 1.0 + marks + lengths[0] / lengths[1] + 0.2 * (one.depth == other.depth)


def _statement_likeness(one: Passage, other: Passage) -> float:
    """What two gaps would cost, less what the pair costs; nothing where the gaps are cheaper."""
    lengths = abs(math.log((len(one.text) + 12) / (len(other.text) + 12)))
    kinds = 0.0 if _is_alike(one.kind, other.kind) else _OTHER_KIND
    mine, yours = set(_FIGURES.findall(one.text)), set(_FIGURES.findall(other.text))
    figures = len(mine ^ yours) / len(mine | yours) if mine | yours else 0.0
    return max(0.0, 2 * _GAP - lengths - kinds - _OTHER_FIGURES * figures)


def _is_alike(one: PassageKind, other: PassageKind) -> bool:
    return one is other or {one, other} == {PassageKind.ITEM, PassageKind.STEP}


def _text_likeness(one: Passage, other: Passage) -> float:
    if one.kind is not other.kind:
        return 0.0
    if one.text.split() == other.text.split():
        return 2.0
    shared = _overlap(frozenset(one.text.split()), frozenset(other.text.split()))
    return shared if shared > 0.2 else 0.0


def _marks(passage: Passage) -> frozenset[str]:
    return frozenset(part.plain for part in protected(passage.text))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
