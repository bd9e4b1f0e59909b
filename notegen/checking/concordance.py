"""Whether the sections of a note state the same, and where the passages stand that do not agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from notegen.checking.counterpart import counterpart, parting
from notegen.checking.figures import Figure, figures
from notegen.checking.section import Section
from notegen.checking.structure import Shape, shape
from notegen.domain.hyperlink import hyperlinks, without_code
from notegen.domain.problem import Problem, Severity
from notegen.domain.reference import citations

_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FULL_HOUR = re.compile(r"\d\d:00")
_FOLLOWED = re.compile(r"^(?:link:|tel:)")

Reader = Callable[[Section], Sequence[Figure]]


def check_concordance(sections: Sequence[Section]) -> Iterator[Problem]:
    """One finding a value that some sections state and others lack, at the first place where it stands.

    It names the passage of each other section that it was compared with, or that there is none.
    """
    if len(sections) < 2:
        return
    for code, severity, read in _READERS:
        yield from _differences(sections, code, severity, read)
    for section in sections[1:]:
        yield from _shapes(sections[0], section)


def _differences(
    sections: Sequence[Section], code: str, severity: Severity, read: Reader
) -> Iterator[Problem]:
    present = {section.language: _spellings(section, read) for section in sections}
    reported: set[str] = set()
    for section in sections:
        for figure in read(section):
            lacking = [each for each in sections if not _is_in(figure.value, present[each.language])]
            if lacking and figure.value not in reported:
                reported.add(figure.value)
                written = " ".join(figure.written.split())
                there = ", ".join(each.language.upper() for each in lacking)
                problem = section.problem(code, figure.start, written, severity, there=there)
                others = tuple(counterpart(section, figure.start, each) for each in lacking)
                yield replace(problem, others=others)


def _spellings(section: Section, read: Reader) -> frozenset[str]:
    """What a section states, also as another section may put it: a date without its year, `24 h` as 24."""
    values = {figure.value for figure in read(section)}
    if read in (_dates, _times, _numbers):
        values |= {figure.value for kind in figures(section) for figure in kind}
    days = {value[5:] for value in values if _WHOLE_DATE.fullmatch(value)}
    hours = {str(int(value[:2])) for value in values if _FULL_HOUR.fullmatch(value)}
    return frozenset(values | days | hours)


def _is_in(value: str, values: frozenset[str]) -> bool:
    shorter = value[5:] if _WHOLE_DATE.fullmatch(value) else value
    hour = str(int(value[:2])) if _FULL_HOUR.fullmatch(value) else value
    dayless = shorter != value and shorter in values and not any(v.endswith(f"-{shorter}") for v in values)
    return value in values or hour in values or dayless


def _shapes(one: Section, other: Section) -> Iterator[Problem]:
    first, second = shape(one), shape(other)
    for code, part in _PARTS:
        here, there = part(second), part(first)
        if len(here) != len(there):
            start, beside = parting(other, here, one, there)
            named = one.language.upper()
            problem = other.problem(code, start, str(len(here)), count=str(len(there)), there=named)
            yield replace(problem, others=(beside,))


def _references(section: Section) -> Sequence[Figure]:
    return [
        Figure(str(citation.reference), citation.written, citation.start)
        for citation in citations(section.version.body)
        if citation.reference is not None
    ]


def _dates(section: Section) -> Sequence[Figure]:
    return figures(section)[0]


def _times(section: Section) -> Sequence[Figure]:
    return figures(section)[1]


def _numbers(section: Section) -> Sequence[Figure]:
    return figures(section)[2]


def _addresses(section: Section) -> Sequence[Figure]:
    text = without_code(section.version.body)
    return [Figure(match[0].casefold(), match[0], match.start()) for match in _ADDRESS.finditer(text)]


def _links(section: Section) -> Sequence[Figure]:
    starts = [0]
    for line in section.version.body.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [
        Figure(link.target, link.target, starts[link.line - 1] + link.column - 1)
        for link in hyperlinks(section.version.body)
        if _FOLLOWED.match(link.target)
    ]


_PARTS: tuple[tuple[str, Callable[[Shape], Sequence[int]]], ...] = (
    ("note-lists-differ", lambda parts: parts.lists),
    ("note-items-differ", lambda parts: parts.items),
    ("note-headings-differ", lambda parts: parts.headings),
    ("note-separators-differ", lambda parts: parts.separators),
    ("note-rows-differ", lambda parts: parts.rows),
    ("note-footnotes-differ", lambda parts: parts.footnotes),
    ("note-bold-differs", lambda parts: parts.bold),
    ("note-paragraphs-differ", lambda parts: parts.paragraphs),
)
_READERS: tuple[tuple[str, Severity, Reader], ...] = (
    ("note-reference-differs", Severity.ERROR, _references),
    ("note-date-differs", Severity.ERROR, _dates),
    ("note-time-differs", Severity.WARNING, _times),
    ("note-number-differs", Severity.WARNING, _numbers),
    ("note-address-differs", Severity.WARNING, _addresses),
    ("note-link-differs", Severity.WARNING, _links),
)
