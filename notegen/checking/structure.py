"""The shape of a section: lists, tables, headings, separators and footnotes, counted; and how lists end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from notegen.checking.section import Section
from notegen.domain.hyperlink import without_code
from notegen.domain.problem import Problem

_ITEM = re.compile(
    r"^( {0,3})(?:[-*+]|\d+[.)])[ \t]+(?=\S)(?!(?:\*[ \t]*){2,}$)(?!(?:-[ \t]*){2,}$)", re.MULTILINE
)
_DEEP = re.compile(r"^ {4,}(?:[-*+]|\d+[.)])[ \t]+\S")
_SEPARATOR = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_NOTE = re.compile(r"\[\^[^\]\s]+\](?!:)")
_ENDS_ITEM = ";"
_ENDS_LIST = "."
_ENDS_ITSELF = ".:!?…"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: where it begins, its indentation and words, and how many items it holds."""

    start: int
    indentation: int
    words: str
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a section counts; two versions of one note count the same."""

    lists: int
    items: int
    headings: int
    separators: int
    rows: int
    footnotes: int


def shape(section: Section) -> Shape:
    """The counts of a section."""
    text = without_code(section.version.body)
    lists = item_lists(section)
    return Shape(
        lists=len(lists),
        items=sum(1 + item.inner for items in lists for item in items),
        headings=len(_HEADING.findall(text)),
        separators=len(_SEPARATOR.findall(text)),
        rows=len(_ROW.findall(text)),
        footnotes=len(_NOTE.findall(text)),
    )


def check_lists(section: Section) -> Iterator[Problem]:
    """One finding a list whose items do not end in a semicolon, the last in a full stop."""
    for items in item_lists(section):
        ends = [item.words.rstrip("*_^ »”’)\ufffc")[-1:] for item in items]
        if len(items) < 2 or all(end in _ENDS_ITSELF for end in ends):
            continue
        for item, end in zip(items, ends, strict=True):
            wanted = _ENDS_LIST if item is items[-1] else _ENDS_ITEM
            if end != wanted and not item.inner:
                yield section.problem("note-list-ending", item.start, item.words[-40:], mark=wanted)
                break


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
                lists[-1][-1] = replace(
                    last, words=whole, inner=last.inner + bool(match or _DEEP.match(line))
                )
        blank_before = not line.strip()
        start += len(line)
    return tuple(tuple(items) for items in lists)
