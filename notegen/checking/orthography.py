"""Slips that real notes show: spaces before marks, doubled marks and words, joined words, capitals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from notegen.checking.section import Section
from notegen.domain.problem import Problem

_SPACE = "[ \u00a0\u202f]"
_LETTER = "[^\\W\\d_]"
_BEFORE = re.compile(r"(?<=[\w»”)%*\]])(?:(?<![\d:])|(?=[;!?]))([:;!?])(?=[\s»*]|$)", re.MULTILINE)
_AFTER_SPACE = re.compile(rf"(?<=[\w”’)%*])({_SPACE}+(?:[:;!?,](?![\w)(/-])|\.(?=\s|\Z)))", re.MULTILINE)
_COMMA = re.compile(rf"(?<=[\w»)%*])({_SPACE}+[,.])(?=\s|\Z)")
_DOUBLED = re.compile(rf"::+|:{_SPACE}+:|;{_SPACE}*;|,{_SPACE}*,|(?<!\.)\.\.(?!\.)")
_TWICE = re.compile(rf"\b({_LETTER}{{2,}})[ \n]+\1\b")
_TWICE_RIGHT = frozenset({"nous", "vous", "die", "der", "das", "dat", "had", "that", "des"})
_NO_GAP = re.compile(
    rf"(?<![\w.@/])({_LETTER}{{2,}}[,;:!?]{_LETTER}{{2,}}|{_LETTER}{{3,}}\.[A-ZÀ-Ý][a-zà-ÿ]+)(?![\w@/])"
)
_HUMP = re.compile(r"\b([a-zà-ÿ]{3,}[A-ZÀ-Ý][a-zà-ÿ]{2,}|\d{1,4}[a-zà-ÿ]{4,})\b")
_ANYWHERE = (("note-mark-twice", _DOUBLED), ("note-words-joined", _NO_GAP), ("note-words-joined", _HUMP))
_WORD = re.compile(rf"{_LETTER}{{4,}}")
_JOINED_RIGHT = frozenset({"toutefois", "quelquefois", "autrefois", "therefore", "otherwise", "throughout"})
_LONGEST_WORD = 40
_COMPOUNDING = frozenset({"nl", "de"})
_CAPITALS = re.compile(
    r"\b(?:Etats?|Etrang(?:er|ers|ère|ères)|Economi\w+|Egal\w+|Ecoles?|Election\w*|Emission\w*|Energie\w*|Equipe\w*"
    r"|Etudes?|Ev[ée]nement\w*|Evaluation\w*|Eventuel\w*|Etapes?|Etant|Eta(?:it|ient)|Ecrit\w*|Edition\w*|Etabli\w*"
    r"|ETATS?|ETRANG(?:ER|ERS|ERES|ÈRES)|CREATION|FEDERALE?S?|GENERALE?S?|PRESIDEN\w+|MINISTERE|SECRETAI\w+"
    r"|COOPERATION|DEVELOPPEMENT|EUROPEEN\w*|REPUBLIQUE|DIPLOMES?|DELAIS?)\b"
    r"|(?:(?<=\. )|(?<=\n\n)|\A)A(?= (?:la|l['’]|partir|défaut|cet|cette|ce|compter|titre|savoir|noter)\b)"
)
_ORDINAL = re.compile(r"\b\d+\^?i?[èe]mes?\^?")
_ALWAYS_S = re.compile(
    "(?:advert|adv|ar|chast|circumc|compr|comprom|cru|dem|desp|dev|disgu|exc|exerc|exp|franch|improv|merchand|no"
    "|pra|prem|prev|prom|ra|rev|superv|surpr|telev|treat|enterpr|rehears|expert)is(?:es?|ed|ing)"
)
_ISE = re.compile(r"\b(\w{3,}?)(is|iz)(e|es|ed|ing|ation|ations|ational)\b", re.IGNORECASE)


def check_orthography(section: Section) -> Iterator[Problem]:
    """The findings about marks, spaces, words and capitals of one section."""
    yield from _spaces(section)
    for code, pattern in (
        ("note-mark-twice", _DOUBLED),
        ("note-words-joined", _NO_GAP),
        ("note-words-joined", _HUMP),
    ):
        for match in pattern.finditer(section.words):
            yield section.problem(code, match.start(), match[0])
    for match in _TWICE.finditer(section.words):
        if match[1].casefold() not in _TWICE_RIGHT:
            yield section.problem("note-word-twice", match.start(), match[1])
    yield from _joined(section)
    yield from _LANGUAGE_CHECKS.get(section.language, _nothing)(section)


def _spaces(section: Section) -> Iterator[Problem]:
    if section.language == "fr":
        for match in _BEFORE.finditer(section.words):
            found = _surroundings(section.words, match.start())
            yield section.problem("note-space-missing", match.start(), found, mark=match[1])
        wrong = _COMMA
    else:
        wrong = _AFTER_SPACE
    for match in wrong.finditer(section.words):
        found = _surroundings(section.words, match.end() - 1)
        yield section.problem("note-space-before", match.start(), found, mark=match[1].strip())


def _surroundings(text: str, position: int) -> str:
    line = text[text.rfind("\n", 0, position) + 1 : position + 1]
    return " ".join(line.split()[-2:])


def _joined(section: Section) -> Iterator[Problem]:
    """Words that are two other words of the same text; where compounds are written this proves nothing."""
    if section.language in _COMPOUNDING:
        return
    words = Counter(match[0].casefold() for match in _WORD.finditer(section.words))
    for match in _WORD.finditer(section.words):
        word = match[0].casefold()
        if words[word] > 1 or word in _JOINED_RIGHT or len(word) > _LONGEST_WORD:
            continue
        if any(word[:at] in words and word[at:] in words for at in range(4, len(word) - 3)):
            yield section.problem("note-words-joined", match.start(), match[0])


def _french(section: Section) -> Iterator[Problem]:
    for match in _CAPITALS.finditer(section.words):
        yield section.problem("note-capital-unaccented", match.start(), match[0])
    for match in _ORDINAL.finditer(section.words):
        yield section.problem("note-ordinal", match.start(), match[0])


def _english(section: Section) -> Iterator[Problem]:
    spelled: dict[str, list[re.Match[str]]] = {"is": [], "iz": []}
    for match in _ISE.finditer(section.words):
        if not _ALWAYS_S.fullmatch(match[0].casefold()):
            spelled[match[2].casefold()].append(match)
    if spelled["is"] and spelled["iz"]:
        for match in spelled["is"]:
            yield section.problem("note-spelling-mixed", match.start(), match[0], other=spelled["iz"][0][0])


def _nothing(_: Section) -> Iterator[Problem]:
    return iter(())


_LANGUAGE_CHECKS: Mapping[str, Callable[[Section], Iterator[Problem]]] = MappingProxyType(
    {"fr": _french, "en": _english}
)
