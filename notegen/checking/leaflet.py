"""Everything that can be known about a leaflet's texts before it is printed, each finding in its line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from notegen.checking.acceptance import without_accepted
from notegen.checking.calendar import check_calendar
from notegen.checking.concordance import check_concordance
from notegen.checking.markdown_slip import check_markdown
from notegen.checking.orthography import check_orthography
from notegen.checking.section import section_of
from notegen.checking.structure import check_lists
from notegen.domain.language import Language
from notegen.domain.leaflet import Leaflet
from notegen.domain.problem import Problem

NO_LANGUAGES: Mapping[str, Language] = MappingProxyType({})
_CHECKS = (check_orthography, check_lists, check_markdown, check_calendar)


def check_leaflet(leaflet: Leaflet, languages: Mapping[str, Language] = NO_LANGUAGES) -> tuple[Problem, ...]:
    """The findings about a leaflet, in the order of its file; formulas are a note's and not looked for.

    Each text is held against the same text in the other languages. What the leaflet accepts is left out.
    """
    found: list[Problem] = []
    for texts in leaflet.texts:
        sections = [section_of(texts[code], languages) for code in leaflet.languages if code in texts]
        found.extend(check_concordance(sections))
        for section in sections:
            for check in _CHECKS:
                found.extend(check(section))
    kept = without_accepted(leaflet.accepted, dict.fromkeys(found))
    return tuple(sorted(kept, key=_position))


def _position(problem: Problem) -> tuple[int, int, str]:
    column = problem.place.column
    return problem.place.line or 0, int(column) if column.isdigit() else 0, problem.code
