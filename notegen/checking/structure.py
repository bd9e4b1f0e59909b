"""The shape of a section: where its lists, headings, rows, footnotes and bold words begin; how lists end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from notegen.checking.section import Section
from notegen.domain.hyperlink import without_code
from notegen.domain.markdown_passages import markdown_passages
from notegen.domain.passage import PassageKind
from notegen.domain.problem import Problem

_ITEM = re.compile(
    r"^( {0,3})(?:[-*+]|\d+[.)])[ \t]+(?=\S)(?!(?:\*[ \t]*){2,}$)(?!(?:-[ \t]*){2,}$)", re.MULTILINE
)
_DEEP = re.compile(r"^ {4,}(?:[-*+]|\d+[.)])[ \t]+\S")
_SEPARATOR = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"(?<![\\*])\*{2,3}(?!\*)")
_PARAGRAPHS = re.compile(r"(\n[ \t]*\n)")
_NOTE = re.compile(r"\[\^[^\]\s]+\](?!:)")
_ENDS_ITEM = ";"
_QUOTED = 48
_ENDS_LIST = "."
_ENDS_ITSELF = ".:!?…"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: where it begins, its indentation and words, and where the items in it begin."""

    start: int
    indentation: int
    words: str
    inner: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of a section begin; two versions of one note have as many of each."""

    lists: tuple[int, ...]
    items: tuple[int, ...]
    headings: tuple[int, ...]
    separators: tuple[int, ...]
    rows: tuple[int, ...]
    footnotes: tuple[int, ...]
    bold: tuple[int, ...]
    paragraphs: tuple[int, ...]


@lru_cache(maxsize=32)
def shape(section: Section) -> Shape:
    """The parts of a section."""
    text = without_code(section.version.body)
    lists = item_lists(section)
    return Shape(
        lists=tuple(items[0].start for items in lists),
        items=tuple(start for items in lists for item in items for start in (item.start, *item.inner)),
        headings=_starts(_HEADING, text),
        separators=_starts(_SEPARATOR, text),
        rows=_starts(_ROW, text),
        footnotes=_starts(_NOTE, text),
        bold=tuple(_bold(text)),
        paragraphs=tuple(_paragraphs(section)),
    )


def _starts(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in pattern.finditer(text))


def _bold(text: str) -> Iterator[int]:
    """Where bold words begin: every other mark of a paragraph, for marks come in pairs."""
    start = 0
    for paragraph in _PARAGRAPHS.split(_SEPARATOR.sub(lambda match: " " * len(match[0]), text)):
        marks = _starts(_BOLD, paragraph)
        yield from (start + mark for mark in marks[: len(marks) // 2 * 2 : 2])
        start += len(paragraph)


def _paragraphs(section: Section) -> Iterator[int]:
    """Where paragraphs begin, but for the texts of footnotes, which are counted by their marks."""
    for passage in markdown_passages(section.version.body):
        if passage.kind is PassageKind.PARAGRAPH and not passage.text.startswith("[^"):
            yield passage.start


def check_lists(section: Section) -> Iterator[Problem]:
    """One finding a list whose items do not end in a semicolon, the last in a full stop."""
    for items in item_lists(section):
        ends = [item.words.rstrip("*_^ »”’)\ufffc")[-1:] for item in items]
        if len(items) < 2 or all(end in _ENDS_ITSELF for end in ends):
            continue
        for item, end in zip(items, ends, strict=True):
            wanted = _ENDS_LIST if item is items[-1] else _ENDS_ITEM
            if end != wanted and not item.inner:
                yield section.problem("note-list-ending", item.start, _last_words(item.words), mark=wanted)
                break


def _last_words(words: str) -> str:
    """The end of an item, from a whole word on."""
    return words if len(words) <= _QUOTED else f"…{words[-_QUOTED:].partition(' ')[2]}"


def item_lists(section: Section) -> tuple[tuple[Item, ...], ...]:
    """The lists of a section; a line of text that neither begins nor continues an item ends one."""
    lists: list[list[Item]] = []
    inside = blank_before = False
    start = 0
    for line in without_code(section.version.body).splitlines(keepends=True):
        words = section.words[start : start + len(line)]
        match = _ITEM.match(line)
        if match and not (inside and len(match[1]) >= lists[-1][0].indentation + 2):
            if not inside:
                lists.append([])
            lists[-1].append(Item(start, len(match[1]), " ".join(words.split())))
            inside = True
        elif inside and line.strip():
            inside = not blank_before or line.startswith("  ")
            if inside:
                last = lists[-1][-1]
                whole = " ".join(f"{last.words} {words}".split())
                is_item = match or _DEEP.match(line)
                lists[-1][-1] = replace(
                    last, words=whole, inner=(*last.inner, start) if is_item else last.inner
                )
        blank_before = not line.strip()
        start += len(line)
    return tuple(tuple(items) for items in lists)
