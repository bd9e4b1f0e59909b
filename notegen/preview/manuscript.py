"""What notes and leaflets have in common at the desk: texts in several languages, to be laid side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notegen.domain.leaflet import Leaflet, Manuscript
from notegen.domain.note import LanguageVersion
from notegen.domain.reference import ReferenceNumber
from notegen.preview.alignment import Passage, Row, align
from notegen.preview.passage import passages
from notegen.preview.visit import Visit

Columns = Mapping[str, Sequence[Passage]]
"""The passages of each language that is shown."""


def side_by_side(manuscript: Manuscript, shown: Sequence[str]) -> tuple[Columns, tuple[Row, ...]]:
    """The passages by language, and the rows in which they stand; each text of a leaflet begins a row."""
    columns: dict[str, list[Passage]] = {code: [] for code in shown}
    rows: list[Row] = []
    for text in _texts(manuscript):
        beside = [passages(text[code]) if code in text else () for code in shown]
        rows.extend(align(beside))
        for code, found in zip(shown, beside, strict=True):
            columns[code].extend(found)
    return columns, tuple(rows)


def titles(manuscript: Manuscript) -> Mapping[str, str]:
    """The title in each language."""
    if isinstance(manuscript, Leaflet):
        return {code: version.body.strip() for code, version in manuscript.title.items()}
    return {version.language: version.title for version in manuscript.versions}


def title(visit: Visit, manuscript: Manuscript) -> str:
    """The title in the reader's language where there is one, else in the first."""
    known = titles(manuscript)
    return known.get(visit.words.code) or next(iter(known.values()), "") or manuscript.source_name


def reference(visit: Visit, manuscript: Manuscript) -> str:
    """The reference of a note, or that it has none yet; leaflets have none."""
    if isinstance(manuscript, Leaflet):
        return ""
    if isinstance(manuscript.reference, ReferenceNumber):
        return str(manuscript.reference)
    return visit.words.say("reference_open")


def _texts(manuscript: Manuscript) -> list[Mapping[str, LanguageVersion]]:
    if isinstance(manuscript, Leaflet):
        return sorted(manuscript.texts, key=_first_line)
    return [{version.language: version for version in manuscript.versions}]


def _first_line(text: Mapping[str, LanguageVersion]) -> int:
    return min(version.place.line or 0 for version in text.values())
