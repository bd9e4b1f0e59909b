"""Sentences of a translation that were left in the language of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from notegen.domain.passage import visible

_SENTENCE = re.compile(r"[^.!?:;\n]+[.!?:;]?")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 4
"""How many words a sentence needs before its language can be told."""
_SHARE = 0.3

_SMALL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "en": "the and of to this that with you your will not for from has have been it its by as at be are"
        " or which who our we us does do can if no one there they their these those only into about how yours"
        " dear please any all another",
        "fr": "le la les l un une des du de d au aux et ou que qui ne pas n est sont ce cette ces se s dans"
        " sur pour par avec vous votre vos il elle ils leur leurs son sa ses a à en y plus nous",
        "nl": "de het een en van op te dat die niet is zijn met voor aan in om bij er u uw wij ons of als dan"
        " wordt worden werd naar uit ook deze dit geen kan hebt heeft moet",
        "de": "der die das den dem des ein eine einen einem einer und oder nicht ist sind mit auf für von zu"
        " zum zur im in an am sie ihr ihre ihren ihrem wir uns es wird werden wurde wie dass kein keine bei",
    }
)
_COMMON: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
)
"""The commonest small words of a language: the share they have tells what language a sentence is in."""


def leftovers(source: str, translation: str, source_language: str, language: str) -> Iterator[str]:
    """The sentences of a translation that repeat one of the source, or read like its language."""
    told = {_folded(sentence) for sentence in _sentences(source)}
    for sentence in _sentences(translation):
        words = _WORD.findall(sentence.casefold())
        repeated = _folded(sentence) in told and _is_prose(words, source_language)
        if repeated or (len(words) >= _FEWEST and _reads_like(words, source_language, language)):
            yield sentence


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(visible(text)):
        if len(_WORD.findall(match[0])) > 1:
            yield match[0].strip()


def _folded(sentence: str) -> str:
    return " ".join(_WORD.findall(sentence.casefold()))


def _is_prose(words: list[str], source_language: str) -> bool:
    """Whether these are words of a sentence, and not names or a command, which are the same everywhere."""
    common = _COMMON.get(source_language)
    return any(word in common for word in words) if common else len(words) >= _FEWEST


def _reads_like(words: list[str], source_language: str, language: str) -> bool:
    theirs, own = _COMMON.get(source_language, frozenset()), _COMMON.get(language, frozenset())
    foreign = sum(word in theirs for word in words)
    return foreign >= _SHARE * len(words) and foreign > 2 * sum(word in own for word in words)
