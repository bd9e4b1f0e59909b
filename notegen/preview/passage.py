"""The passages of a body, cut into spans: Markdown's signs, bold words, what a finding is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from notegen.domain.note import LanguageVersion
from notegen.domain.problem import Problem
from notegen.preview.alignment import Passage
from notegen.rendering.markdown import blocks

_SIGNS = re.compile(
    r"^\s*#{1,6} |^\s*(?:[-*+]|\d+[.)]) |^\s*(?:\* ?){3,}$"
    r"|\*\*|(?<!\*)\*(?!\*)|\]\([^)\s]*\)|\[\^[^\]]+\]:?|\[|\^|\|",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some characters alike. `finding` is the number of the finding that they are about, 0 for none."""

    text: str
    is_sign: bool
    is_bold: bool
    finding: int


def passages(version: LanguageVersion) -> tuple[Passage, ...]:
    """The paragraphs of a body with the lines of the author's file in which they stand."""
    lines = version.body.split("\n")
    found = []
    for block in blocks(version.body):
        start, end = version.at(block.first), version.at(block.last)
        column = int(start.column) if start.column.isdigit() else 1
        letters = start.column if start.column.isalpha() else ""
        text = "\n".join(lines[block.first - 1 : block.last]).rstrip()
        found.append(Passage(block.kind, text, start.line or 0, end.line or 0, column, letters))
    return tuple(found)


def holder(problem: Problem, column: Sequence[Passage]) -> int | None:
    """Which passage a finding belongs to: the last one that begins no later than its line (None: no one)."""
    line = problem.place.line
    begun = [n for n, passage in enumerate(column) if line is not None and passage.first <= line]
    if line is None or not begun or line > max(passage.last for passage in column):
        return None
    last = max(begun, key=lambda n: (column[n].first, n))
    # In a workbook all passages of a cell stand in one place: then the words decide.
    alike = [n for n, passage in enumerate(column) if passage.first == column[last].first]
    quoting = [n for n in alike if problem.found and problem.found in column[n].text]
    return last if len(alike) == 1 else (quoting or alike)[0]


def spans(passage: Passage, found: Sequence[tuple[int, Problem]]) -> tuple[Span, ...]:
    """A passage cut up; `found` are the findings about it, by number."""
    text = passage.text
    signs, bold = [False] * len(text), [False] * len(text)
    about = [0] * len(text)
    for match in _SIGNS.finditer(text):
        signs[match.start() : match.end()] = [True] * len(match[0])
    for match in re.finditer(r"\*\*(.+?)\*\*", text, re.DOTALL):
        bold[match.start() : match.end()] = [True] * len(match[0])
    for number, problem in found:
        start, end = _extent(passage, problem)
        about[start:end] = [number] * (end - start)
    marks = zip(signs, bold, about, strict=True)
    return tuple(_spans(text, list(marks)))


def _spans(text: str, marks: Sequence[tuple[bool, bool, int]]) -> Iterator[Span]:
    at = 0
    for mark, group in groupby(marks):
        length = sum(1 for _ in group)
        yield Span(text[at : at + length], *mark)
        at += length


def _extent(passage: Passage, problem: Problem) -> tuple[int, int]:
    """From where to where the words stand that a finding quotes; an empty extent where they do not."""
    place, found = problem.place, problem.found
    if not found or place.line is None:
        return 0, 0
    lines = passage.text.split("\n")
    before = sum(len(line) + 1 for line in lines[: place.line - passage.first])
    column = int(place.column) - passage.column if place.column.isdigit() else 0
    start = before + max(column, 0)
    if not passage.text.startswith(found, start):
        start = passage.text.find(found, before)
    return (start, start + len(found)) if start >= 0 else (0, 0)
