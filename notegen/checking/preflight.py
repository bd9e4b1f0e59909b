"""Everything that can be known about a note's text before it is printed, each finding in its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from notegen.checking.acceptance import UNUSED, without_accepted
from notegen.checking.calendar import check_calendar
from notegen.checking.concordance import check_concordance
from notegen.checking.formula import check_formulas
from notegen.checking.invisible import check_invisible
from notegen.checking.markdown_slip import check_footnotes, check_markdown
from notegen.checking.orthography import check_orthography
from notegen.checking.section import Section, section_of
from notegen.checking.structure import check_lists
from notegen.domain.hyperlink import hyperlinks
from notegen.domain.language import Language
from notegen.domain.note import Fragment, LanguageVersion, VerbalNote
from notegen.domain.problem import Place, Problem, Severity

_SECTION_CHECKS: tuple[Callable[[Section], Iterator[Problem]], ...] = (
    check_formulas,
    check_orthography,
    check_invisible,
    check_lists,
    check_markdown,
    check_footnotes,
    check_calendar,
)
_GENITIVE = re.compile(r"\{\{\s*addressee\.of\b")
_TITLE_CHECKS = (check_orthography, check_invisible, check_calendar)


def check_note(note: VerbalNote, languages: Mapping[str, Language]) -> tuple[Problem, ...]:
    """The findings about a note, by section and by line; an error keeps it from being issued.

    What the note accepts is left out; an acceptance that meets nothing is a finding.
    """
    sections = [section_of(version, languages) for version in note.versions]
    found = [*_completeness(note, languages), *_links(note, sections), *_of_texts(sections)]
    kept = without_accepted(note.accepted, dict.fromkeys(found))
    return _in_order(kept, note.versions)


def check_fragment(fragment: Fragment, languages: Mapping[str, Language]) -> tuple[Problem, ...]:
    """What is found in the texts of a note that cannot be used as it stands.

    An acceptance that meets nothing may do so because of what cannot be read, and is no finding here.
    """
    sections = [section_of(version, languages) for version in fragment.versions]
    kept = without_accepted(fragment.accepted, dict.fromkeys(_of_texts(sections)))
    return _in_order((each for each in kept if each.code != UNUSED), fragment.versions)


def _of_texts(sections: list[Section]) -> Iterator[Problem]:
    yield from check_concordance(sections)
    for section in sections:
        for check in _SECTION_CHECKS:
            yield from check(section)
        title = _title(section)
        for check in _TITLE_CHECKS:
            yield from check(title)


def _in_order(found: Iterable[Problem], versions: Sequence[LanguageVersion]) -> tuple[Problem, ...]:
    order = {version.language: position for position, version in enumerate(versions)}
    return tuple(sorted(found, key=lambda problem: _position(problem, order)))


def _title(section: Section) -> Section:
    version = section.version
    return replace(section, version=replace(version, body=version.title, place=version.title_place))


def _position(problem: Problem, order: Mapping[str, int]) -> tuple[int, int, int, str]:
    column = problem.place.column
    column_number = int(column) if column.isdigit() else 0
    return order.get(problem.language, -1), problem.place.line or 0, column_number, problem.code


def _completeness(note: VerbalNote, languages: Mapping[str, Language]) -> Iterator[Problem]:
    for version in note.versions:
        language = languages.get(version.language)
        lacking = {
            "note-language-unknown": language is None,
            "note-title-missing": not version.title.strip(),
            "note-body-missing": not version.body.strip(),
            "note-place-missing": language is not None and note.place not in language.places,
            "note-addressee-missing": version.language not in note.addressee.forms,
        }
        for code, is_lacking in lacking.items():
            if is_lacking:
                yield Problem(code, version.place, version.language, Severity.ERROR, (), version.language)
        forms = note.addressee.forms.get(version.language)
        mention = _GENITIVE.search(version.body)
        if mention and forms and not forms.of:
            yield Section(version).problem(
                "note-genitive-missing", mention.start(), forms.name, Severity.ERROR
            )
    for number, enclosure in enumerate(note.enclosures, 1):
        for code in note.languages:
            if not enclosure.title.get(code):
                place = Place(note.source_name, None, f"enclosures {number}")
                yield Problem("note-enclosure-untitled", place, enclosure.file, Severity.ERROR, (), code)


def _links(note: VerbalNote, sections: list[Section]) -> Iterator[Problem]:
    registry = note.links or {}
    for section in sections:
        for link in hyperlinks(section.version.body):
            target = registry.get(link.key, {}).get(section.language, "") if link.key else link.target
            if not target.strip() or target.startswith("#") or link.target == "link:":
                place = section.version.at(link.line, link.column)
                found = link.text or link.target
                yield Problem("note-link-dead", place, found, Severity.ERROR, (), section.language)
