"""One language's body as the checks look at it: its words in their places, the rest blanked out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from notegen.domain.hyperlink import without_code
from notegen.domain.language import Language
from notegen.domain.note import LanguageVersion
from notegen.domain.problem import Problem, Severity
from notegen.domain.reference import citations

_MARKUP = (
    re.compile(r"^(?=[ \t:|]*-)[ \t:|-]+$", re.MULTILINE),
    re.compile(r"^ {0,3}\[\^[^\]\s]+\]:", re.MULTILINE),
    re.compile(r"^ {0,3}(?:[-*+]|\d+[.)])(?=\s)", re.MULTILINE),
    re.compile(r"^ {0,3}#{1,6}(?=\s)", re.MULTILINE),
    re.compile(r"^ {0,3}:(?=\s)", re.MULTILINE),
)
_INLINE = (
    re.compile(r"\{\{[^{}]*\}\}|\{%[^%]*%\}|\{#[^#]*#\}"),
    re.compile(r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"\[\^[^\]\s]+\]"),
    re.compile(r"(?:https?://|www\.)[^\s<>\]|)]+|mailto:[^\s<>\]|)]+", re.IGNORECASE),
    re.compile(r"(?<![^\s<>()\[\]|;,])[^\s<>()\[\]|;,@]+@[^\s<>()\[\]|;,]*\w"),
)
_FILLER = "\ufffc"
"""Stands for what is no word: no letter and no space, so that the marks around it keep their meaning."""


def section_of(version: LanguageVersion, languages: Mapping[str, Language]) -> Section:
    """A version as the checks look at it, with what its language knows."""
    language = languages.get(version.language)
    return Section(version, language.months, language.weekdays) if language else Section(version)


@dataclass(frozen=True)
class Section:
    """A version and its words; both texts are equally long, so that positions agree.

    `months` and `weekdays` are those of its language, besides the names that every check knows.
    """

    version: LanguageVersion
    months: tuple[tuple[str, ...], ...] = ()
    weekdays: tuple[tuple[str, ...], ...] = ()

    @property
    def language(self) -> str:
        """The code of its language."""
        return self.version.language

    @cached_property
    def words(self) -> str:
        """The body, all that is no word blanked out or filled in; marks of emphasis stand."""
        body = self.version.body
        code = without_code(body)
        text = "".join(_FILLER if a != b else b for a, b in zip(body, code, strict=True))
        for citation in citations(text):
            end = citation.start + len(citation.written)
            text = text[: citation.start] + _FILLER * len(citation.written) + text[end:]
        for pattern in _MARKUP:
            text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for pattern in _INLINE:
            text = pattern.sub(lambda match: re.sub(r"[^\n]", _FILLER, match[0]), text)
        return text

    @cached_property
    def _lines(self) -> tuple[int, ...]:
        """Where each line of the body begins."""
        return (0, *(match.end() for match in re.finditer("\n", self.version.body)))

    def problem(
        self, code: str, start: int, found: str = "", severity: Severity = Severity.WARNING, **values: str
    ) -> Problem:
        """A finding at a character of the body."""
        line = bisect_right(self._lines, start)
        place = self.version.at(line, start - self._lines[line - 1] + 1)
        return Problem(code, place, found, severity, tuple(values.items()), self.language)
