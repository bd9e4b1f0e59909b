"""Which passage of another version answers a place in one: what a difference is held against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from notegen.checking.section import Section
from notegen.domain.alignment import Pair, version_pairs
from notegen.domain.markdown_passages import markdown_passages
from notegen.domain.passage import Passage
from notegen.domain.problem import Counterpart


def counterpart(section: Section, start: int, other: Section) -> Counterpart:
    """The passage of the other section that answers the one at a character of this section."""
    mine = _at(section, start)
    answers = {one: yours for one, yours in _pairs(section, other) if one is not None}
    return _counterpart(other, answers.get(mine) if mine else None)


def parting(
    section: Section, starts: Sequence[int], other: Section, their_starts: Sequence[int]
) -> tuple[int, Counterpart]:
    """Where two sections with unlike numbers of a part part: the character here, the passage there.

    Where it is the other section that has the part, the passage before the gap stands for it here.
    """
    here, there = _counted(section, starts), _counted(other, their_starts)
    before = 0
    for mine, yours in _pairs(section, other):
        some = here.get(mine, ()) if mine else ()
        more = len(some) - (len(there.get(yours, ())) if yours else 0)
        if mine is not None:
            before = some[0] if some else mine.start
        if more and (more > 0) == (len(starts) > len(their_starts)):
            return before, _counterpart(other, yours)
    return 0, Counterpart(other.language)


def _counted(section: Section, starts: Sequence[int]) -> dict[Passage, tuple[int, ...]]:
    counted: dict[Passage, tuple[int, ...]] = {}
    for start in starts:
        passage = _at(section, start)
        if passage is not None:
            counted[passage] = (*counted.get(passage, ()), start)
    return counted


def _counterpart(section: Section, passage: Passage | None) -> Counterpart:
    if passage is None:
        return Counterpart(section.language)
    first = passage.text.partition("\n")[0]
    return Counterpart(section.language, section.version.at(passage.line), first)


def _at(section: Section, start: int) -> Passage | None:
    """The passage in whose lines a character stands; before the first one, that one."""
    passages = _passages(section)
    line = section.version.body.count("\n", 0, start) + 1
    at = bisect_right([passage.line for passage in passages], line)
    return passages[max(at - 1, 0)] if passages else None


@lru_cache(maxsize=32)
def _passages(section: Section) -> tuple[Passage, ...]:
    return markdown_passages(section.version.body)


@lru_cache(maxsize=32)
def _pairs(section: Section, other: Section) -> tuple[Pair, ...]:
    return version_pairs(_passages(section), _passages(other))
