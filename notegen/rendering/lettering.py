"""The words of a note that the bundled font cannot print, each in its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from notegen.domain.note import LanguageVersion
from notegen.domain.problem import Place, Problem, Severity
from notegen.rendering.document import Document
from notegen.rendering.fonts import missing_glyphs, no_glyph

_WORD = re.compile(r"[^\s*_\[\]()|<>]+")


def check_lettering(versions: Iterable[LanguageVersion]) -> Iterator[Problem]:
    """An error for each line of a title or a body with words that have no glyph."""
    for version in versions:
        title = " ".join(_unprinted(version.title))
        if title:
            yield _problem(title, version.title_place, version.language)
        if not missing_glyphs(version.body):
            continue
        for number, line in enumerate(version.body.split("\n"), 1):
            words = tuple(_unprinted(line))
            if words:
                place = version.at(number, line.index(words[0]) + 1)
                yield _problem(" ".join(words), place, version.language)


def refuse_unprintable(document: Document) -> None:
    """RenderingError when a composed note has a character without a glyph, wherever it comes from."""
    missing = missing_glyphs("".join(section.html for section in document.sections))
    if missing:
        raise no_glyph(missing, document.subject)


def _unprinted(text: str) -> Iterator[str]:
    if missing_glyphs(text):
        yield from (word for word in _WORD.findall(text) if missing_glyphs(word))


def _problem(found: str, place: Place, language: str) -> Problem:
    return Problem("note-glyph-missing", place, found, Severity.ERROR, (), language)
