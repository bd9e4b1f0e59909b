"""Every text in every language: what is complete, missing, to be reviewed or inconsistent, as a matrix.

Pure: `check_templates` is handed the texts and origins that were read, and touches no file, so that a
terminal and a browser can show the same matrix.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from notegen.checking.staleness import Revision, revisions
from notegen.checking.translation_pair import TranslatedPair, check_pair
from notegen.checking.word_diff import marked
from notegen.domain.alignment import Pair, translated_pairs
from notegen.domain.passage import Origin, Origins, Passage, PassageKind, TemplateText, visible
from notegen.domain.problem import Place, Problem, Severity

DEFAULT_SOURCE = "en"


class CellState(StrEnum):
    """What is to be said first about a text in a language; each value is the code of its words."""

    SOURCE = "translation-state-source"
    COMPLETE = "translation-state-complete"
    UNREVIEWED = "translation-state-unreviewed"
    STALE = "translation-state-stale"
    FAULTY = "translation-state-faulty"
    INCOMPLETE = "translation-state-incomplete"
    MISSING = "translation-state-missing"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a text may ask for (none told: those of its source), and those that it must use."""

    known: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cell:
    """One text in one language: `name` is its path in the language's folder, `source` what it translates.

    `pairs` are the passages side by side, the source's first.
    """

    name: str
    language: str
    path: str
    source: str
    state: CellState
    findings: tuple[Problem, ...] = ()
    revisions: tuple[Revision, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def __repr__(self) -> str:
        return f"Cell({self.name!r}, {self.language!r}, {self.state.name})"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All texts and all languages, by name and language; `names` and `languages` are in order of alphabet."""

    names: tuple[str, ...]
    languages: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    texts: Mapping[tuple[str, str], TemplateText]

    @property
    def findings(self) -> tuple[Problem, ...]:
        """Every finding, by text and language."""
        return tuple(
            found
            for name in self.names
            for code in self.languages
            for found in self.cells[name, code].findings
        )


@dataclass(frozen=True)
class _Case:
    """A text, its source, and what is known about both."""

    source: TemplateText
    text: TemplateText
    origin: Origin | None
    pairs: tuple[Pair, ...] = field(default=())

    def problem(
        self, code: str, found: str, line: int | None = None, severity: Severity = Severity.ERROR, **more: str
    ) -> Problem:
        values = {"source": self.source.language.upper(), "name": self.text.name, "code": self.text.language}
        place = Place(self.text.path, line)
        return Problem(code, place, found, severity, tuple({**values, **more}.items()), self.text.language)


def check_templates(
    texts: Sequence[TemplateText],
    origins: Mapping[str, Origins],
    vocabularies: Mapping[str, Vocabulary],
    source_language: str = DEFAULT_SOURCE,
) -> Matrix:
    """The matrix of all texts; `origins` by language, `vocabularies` by name.

    A text is held against the language that its origin names; without one, against `source_language`; where
    that language does not have the text, against the first one that does.
    """
    known = {(text.name, text.language): text for text in texts}
    names = tuple(sorted({text.name for text in texts}))
    languages = tuple(sorted({text.language for text in texts}))
    cells = {
        (name, code): _cell(name, code, known, origins, vocabularies.get(name, Vocabulary()), source_language)
        for name in names
        for code in languages
    }
    return Matrix(names, languages, cells, known)


def source_of(language: str, having: Sequence[str], origin: Origin | None, default: str) -> str:
    """The language that a text is a translation from; its own when it is a source itself."""
    if origin is not None and origin.source in having and origin.source != language:
        return origin.source
    if default in having:
        return default
    return language if language in having else having[0]


def _cell(
    name: str,
    code: str,
    known: Mapping[tuple[str, str], TemplateText],
    origins: Mapping[str, Origins],
    vocabulary: Vocabulary,
    default: str,
) -> Cell:
    own = origins.get(code, Origins(code, ""))
    origin = own.files.get(name)
    having = sorted(language for other, language in known if other == name)
    source = known[name, source_of(code, having, origin, default)]
    text = known.get((name, code))
    if text is None:
        missing = TemplateText(code, name, source.path, "")
        problem = _Case(source, missing, None).problem("translation-file-missing", name)
        return Cell(name, code, "", source.language, CellState.MISSING, (problem,))
    broken = (*text.faults, *(own.faults if name == "language.toml" else ()))
    findings = [*broken, *_vocabulary(text, source, vocabulary)]
    if source.language == code:
        state = CellState.FAULTY if findings else CellState.SOURCE
        return Cell(name, code, text.path, code, state, tuple(findings))
    case = _Case(source, text, origin, translated_pairs(source.passages, text.passages))
    if text.passages or not text.faults:
        findings += _findings(case)
    changed = tuple(revisions(case.pairs, origin)) if origin else ()
    findings += [*_stale(case, changed), *_unreviewed(case)]
    findings.sort(key=lambda problem: problem.place.line or 0)
    return Cell(
        name, code, text.path, source.language, _state(findings), tuple(findings), changed, case.pairs
    )


def _findings(case: _Case) -> Iterator[Problem]:
    line = 1
    for source, translation in case.pairs:
        if translation is not None and source is not None:
            line = translation.line
            if not source.own and not translation.own:
                pair = TranslatedPair(
                    source, translation, case.source.language, case.text.language, case.text.path
                )
                yield from check_pair(pair)
        elif source is not None:
            if _is_needed(source):
                yield case.problem("translation-missing", _named(source), line)
        elif translation is not None and _is_needed(translation):
            yield case.problem("translation-extra", _named(translation), translation.line)


def _is_needed(passage: Passage) -> bool:
    """Whether each language must have it: not its own entries, and not the lines of a list of any length."""
    if passage.kind is PassageKind.KEY:
        return True
    return not passage.own and not (passage.kind is PassageKind.LINE and not passage.key.endswith(".0"))


def _named(passage: Passage) -> str:
    words = visible(passage.text)[:60] or passage.text[:60]
    return f"{passage.key}: {words}" if words else passage.key


def _vocabulary(text: TemplateText, source: TemplateText, vocabulary: Vocabulary) -> Iterator[Problem]:
    case = _Case(text, text, None)
    used = {word for word, _ in text.words}
    known = vocabulary.known or {word for word, _ in source.words}
    for word, line in text.words:
        if known and word not in known:
            near = difflib.get_close_matches(word, known, 1, 0)
            yield case.problem("translation-word-unknown", word, line, near=near[0])
    for word in sorted(vocabulary.needed - used):
        if text.passages:
            yield case.problem("translation-word-unused", word, 1)


def _stale(case: _Case, changed: Sequence[Revision]) -> Iterator[Problem]:
    for revision in changed:
        code = "translation-stale" if revision.before else "translation-unknown"
        found = marked(revision.stretches) if revision.before else visible(revision.translation)[:60]
        yield case.problem(code, found, revision.line, Severity.WARNING)


def _unreviewed(case: _Case) -> Iterator[Problem]:
    if case.origin is None and any(passage.is_words for passage in case.source.passages):
        yield case.problem("translation-unreviewed", case.text.name, None, Severity.WARNING)


_STATES: tuple[tuple[CellState, frozenset[str]], ...] = (
    (CellState.INCOMPLETE, frozenset({"translation-missing", "translation-empty"})),
    (CellState.STALE, frozenset({"translation-stale", "translation-unknown"})),
    (CellState.UNREVIEWED, frozenset({"translation-unreviewed"})),
)


def _state(findings: Sequence[Problem]) -> CellState:
    codes = {problem.code for problem in findings}
    reviews = frozenset[str]().union(*(told for _, told in _STATES))
    if codes & _STATES[0][1]:
        return CellState.INCOMPLETE
    if codes - reviews:
        return CellState.FAULTY
    return next((state for state, told in _STATES if codes & told), CellState.COMPLETE)
