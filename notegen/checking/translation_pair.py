"""One passage and its translation side by side: what a translator must repeat, and what looks wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from notegen.checking.leftover import leftovers
from notegen.domain.passage import Passage, PassageKind, Protected, protected, visible
from notegen.domain.problem import Place, Problem, Severity

_CONDITION = re.compile(r"\{%-?\s*(?:if|elif|for)\b")
_SAME = re.compile(r"\{\{|mailto:|tel:")
_ENDS = ".?!:;…"
_CELLS = re.compile(r"(?<!\\)\|")
_SHORT = 40
_PROSE = frozenset({PassageKind.PARAGRAPH, PassageKind.ITEM, PassageKind.STEP, PassageKind.ENTRY})


@dataclass(frozen=True)
class TranslatedPair:
    """A passage of the source, its translation, both languages, and the file that the translation is in."""

    source: Passage
    translation: Passage
    source_language: str
    language: str
    path: str

    def problem(
        self, code: str, found: str, severity: Severity = Severity.ERROR, at: int = 0, **values: str
    ) -> Problem:
        """A finding in the translation, `at` a character of the passage."""
        line = self.translation.line + self.translation.text.count("\n", 0, at)
        told = (("source", self.source_language.upper()), *values.items())
        return Problem(code, Place(self.path, line), found, severity, told, self.language)

    def marks(self, *sorts: str) -> tuple[Counter[str], Counter[str]]:
        """The protected stretches of these sorts in the source and in the translation, counted."""
        one, other = self.stretches
        return _counted(one, sorts), _counted(other, sorts)

    @cached_property
    def stretches(self) -> tuple[tuple[Protected, ...], tuple[Protected, ...]]:
        """The protected stretches of the source and of the translation."""
        return protected(self.source.text), protected(self.translation.text)


def check_pair(pair: TranslatedPair) -> Iterator[Problem]:
    """The findings about a passage and its translation."""
    if not pair.translation.text.strip():
        if pair.source.text.strip():
            yield pair.problem("translation-empty", pair.translation.key)
        return
    for check in _CHECKS:
        yield from check(pair)


def _counted(stretches: Iterable[Protected], sorts: Iterable[str]) -> Counter[str]:
    return Counter(part.plain for part in stretches if part.sort in sorts)


def _place_of(pair: TranslatedPair, plain: str) -> int:
    parts: Iterator[Protected] = (part for part in pair.stretches[1] if part.plain == plain)
    return next((part.start for part in parts), 0)


def _kind(pair: TranslatedPair) -> Iterator[Problem]:
    if (pair.source.kind, pair.source.depth) != (pair.translation.kind, pair.translation.depth):
        yield pair.problem("translation-kind-differs", visible(pair.translation.text)[:60])


def _words(pair: TranslatedPair) -> Iterator[Problem]:
    for sorts in (("word",), ("slot",)):
        there, here = pair.marks(*sorts)
        for word in there.keys() - here.keys():
            yield pair.problem("translation-word-missing", word)
        for word in here.keys() - there.keys():
            if ".forms." not in word:
                yield pair.problem("translation-word-extra", word, at=_place_of(pair, word))


def _conditions(pair: TranslatedPair) -> Iterator[Problem]:
    there, here = pair.marks("tag")
    for tag in there.keys() - here.keys():
        if _CONDITION.match(tag):
            yield pair.problem("translation-condition-missing", tag)


def _links(pair: TranslatedPair) -> Iterator[Problem]:
    """An address on the web has its page in each language; one that holds a variable is the same in all."""
    there, here = pair.marks("target", "address")
    missing = sorted(target for target in there - here if _SAME.search(target))
    for target in missing:
        yield pair.problem("translation-link-missing", _address(target))
    for target in sorted(target for target in here - there if _SAME.search(target)):
        yield pair.problem("translation-link-extra", _address(target), at=_place_of(pair, target))
    if not missing and there.total() > here.total():
        yield pair.problem("translation-link-missing", _address(min(there - here)))


def _address(target: str) -> str:
    return target.lstrip("]").strip("()<>")


def _emphasis(pair: TranslatedPair) -> Iterator[Problem]:
    there, here = pair.marks("bold")
    if there != here:
        count, wanted = here.total(), there.total()
        yield pair.problem("translation-bold-differs", str(count // 2), count=str(wanted // 2))
    if pair.translation.kind is not PassageKind.ROW:
        return
    cells, wanted = (len(_CELLS.findall(p.text)) - 1 for p in (pair.translation, pair.source))
    if cells != wanted:
        yield pair.problem("translation-cells-differ", str(cells), count=str(wanted))


def _code(pair: TranslatedPair) -> Iterator[Problem]:
    for sorts in (("code",), ("markup",), ("note",)):
        there, here = pair.marks(*sorts)
        for code in sorted((there - here).keys()):
            yield pair.problem("translation-code-missing", code)
        for code in sorted((here - there).keys()):
            yield pair.problem("translation-code-extra", code, at=_place_of(pair, code))


def _length(pair: TranslatedPair) -> Iterator[Problem]:
    there, here = len(visible(pair.source.text)), len(visible(pair.translation.text))
    found = visible(pair.translation.text)[:60]
    if here > (2.2 * there if there >= _SHORT else 2 * there + _SHORT):
        yield pair.problem("translation-long", found, Severity.WARNING, length=str(here), count=str(there))
    elif there >= _SHORT and here < 0.4 * there:
        yield pair.problem("translation-short", found, Severity.WARNING, length=str(here), count=str(there))


def _leftovers(pair: TranslatedPair) -> Iterator[Problem]:
    languages = pair.source_language, pair.language
    for sentence in leftovers(pair.source.text, pair.translation.text, *languages):
        first = sentence.split()[0]
        at = max(0, pair.translation.text.find(first))
        yield pair.problem("translation-leftover", sentence[:80], Severity.WARNING, at)


def _ending(pair: TranslatedPair) -> Iterator[Problem]:
    if pair.source.kind not in _PROSE or len(visible(pair.source.text)) < _SHORT:
        return
    there, here = (_end(passage) for passage in (pair.source, pair.translation))
    if there and not here:
        found = visible(pair.translation.text)[-40:]
        yield pair.problem("translation-ending-missing", found, Severity.WARNING, mark=there)


def _end(passage: Passage) -> str:
    last = passage.text.rstrip("*_` )”»’\u00a0\u202f\n")[-1:]
    return last if last and last in _ENDS else ""


_CHECKS: tuple[Callable[[TranslatedPair], Iterator[Problem]], ...] = (
    _kind,
    _words,
    _conditions,
    _links,
    _emphasis,
    _code,
    _length,
    _leftovers,
    _ending,
)
