"""The typographic habits of a language as a pure step, text to text: no-break spaces, quotes, ordinals.

Profile `be` (the default) follows Belgian practice; profile `eu` sets no space before `: ; ! ?` in French.
Never touched: web and mail addresses, references, clock times, code between backticks.

>>> typeset("Attention : le 1er juin 2021, « voir » !", "fr").replace("\u202f", "~").replace("\u00a0", "_")
'Attention_: le 1er_juin 2021, «_voir_»~!'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

MARK = "\ufdd0"
"""A noncharacter that callers put where markup stands inside a text; the rules look through it."""

_KEPT = "\ufdd1"
_SPACE = "[ \u00a0\u202f]"
_NB = "\u00a0"
_NNB = "\u202f"
_AFTER = rf"(?=[\s{MARK}»”’\")\]…!?]|$)"

PROFILES = ("be", "eu")

Rule = tuple[re.Pattern[str], "str | Callable[[re.Match[str]], str]"]

_PROTECTED = re.compile(
    rf"""
    {_KEPT}
    | `[^`\n]*`
    | \b(?:https?|ftp)://[^\s<>"«»“”„{MARK}]*[^\s<>"«»“”„{MARK}.,;:!?)\]'’]
    | \bmailto:[^\s<>"«»“”„{MARK}]*[^\s<>"«»“”„{MARK}.,;:!?)\]'’]
    | \bwww\.[^\s<>"«»“”„{MARK}]*[^\s<>"«»“”„{MARK}.,;:!?)\]'’]
    | (?<![^\s@<>()«»“”„"{MARK}:;,])[^\s@<>()«»“”„"{MARK}:;,]+@[^\s@<>()«»“”„"{MARK}:;,]*[\w]
    | (?<![^\s/{MARK}])[^\s/{MARK}]+/[^\s/{MARK}]+/\d{{2}}\.\d{{2}}\.\d{{4}}/[^\s/{MARK}]+/\d+
    | (?<![\d:.,])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\d)
    | (?<![\d:.,])\d{{1,2}}{_SPACE}?[hu](?:{_SPACE}?\d{{2}})?(?!\w)
    """,
    re.VERBOSE,
)

_MONTHS = MappingProxyType(
    {
        "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        "nl": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
        "en": "January|February|March|April|May|June|July|August|September|October|November|December",
        "de": "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    }
)
_NUMBERED = MappingProxyType(
    {
        "fr": r"[nN]°|§§?|[Aa]rt\.|[Aa]rticles?|pp?\.|[Aa]nnexes?",
        "nl": r"[nN]rs?\.|n°|§§?|[Aa]rt\.|[Aa]rtikel|blz\.|[Bb]ijlage",
        "en": r"Nos?\.?|§§?|[Aa]rt\.|[Aa]rticles?|pp?\.|[Aa]nnex",
        "de": r"Nrn?\.|§§?|[Aa]rt\.|[Aa]rtikel|Abs\.|S\.|[Aa]nlage",
    }
)
_TITLES = MappingProxyType(
    {
        "fr": r"MM?\.|Mmes?|Mlles?|Mgr|Dr|Pr|S\.E\.",
        "nl": r"[Dd]hr\.|[Mm]evr\.|[Dd]r\.|[Mm]r\.|H\.E\.|Z\.E\.",
        "en": r"Mrs?\.?|Ms\.?|Dr\.?|H\.E\.|HE",
        "de": r"Herrn?|Frau|Dr\.|S\.E\.|I\.E\.",
    }
)
_QUOTES = MappingProxyType(
    {"fr": f"«{_NB}\\1{_NB}»", "nl": r"“\1”", "en": r"“\1”", "de": r"„\1“"},
)


def typeset(text: str, language: str, profile: str = "be") -> str:
    """The text as that language sets it; a language without rules of its own only gets `’` and `…`.

    `language` is a code such as `fr`. Idempotent. Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"no typography profile {profile!r}; there are {', '.join(PROFILES)}")
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return _KEPT

    text = _PROTECTED.sub(keep, text)
    for pattern, replacement in _RULES.get((language, profile), _COMMON):
        text = pattern.sub(replacement, text)
    pieces = iter(kept)
    return re.sub(_KEPT, lambda _: next(pieces), text)


def raised(text: str, language: str) -> tuple[tuple[str, bool], ...]:
    """The text in runs, each with whether it is set as a superior: the endings of ordinals (FR 1er, EN 17th).

    >>> raised("le 1er juin", "fr")
    (('le 1', False), ('er', True), (' juin', False))
    """
    pattern = _RAISED.get(language)
    if pattern is None or not text:
        return ((text, False),)
    runs: list[tuple[str, bool]] = []
    start = 0
    for match in pattern.finditer(text):
        runs += [(text[start : match.start(1)], False), (match.group(1), True)]
        start = match.end(1)
    runs.append((text[start:], False))
    return tuple(run for run in runs if run[0])


_RAISED: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "fr": re.compile(r"(?:(?<![\w.,/-])\d{1,4}|(?<!\w)[IVX]{1,6})(ers?|res?|es?|nde?s?)(?![\w/])"),
        "en": re.compile(r"(?<![\w.,/-])\d{1,4}(st|nd|rd|th)(?![\w/])"),
    }
)


def _rule(pattern: str, replacement: str | Callable[[re.Match[str]], str], flags: int = 0) -> Rule:
    return re.compile(pattern, flags), replacement


_COMMON: tuple[Rule, ...] = (
    _rule(rf"(?<=[^\W\d_{MARK}])'(?=\w)|(?<=[^\W\d_{MARK}]{MARK})'(?=\w)|(?<=[^\W\d_])'(?={MARK}\w)", "’"),
    _rule(r"(?<!\.)\.\.\.(?!\.)", "…"),
)


def _binding_rules(language: str) -> tuple[Rule, ...]:
    """Spaces that never end a line: day and month, sign and number, title and name, figure and unit."""
    ordinal = rf"(?:{MARK}?(?:er|st|nd|rd|th|e){MARK}?|\.)?"
    return (
        _rule(
            rf"(?<!\d)(\d{{1,2}}{ordinal}){_SPACE}(?=(?:{_MONTHS[language]})\b)", rf"\1{_NB}", re.IGNORECASE
        ),
        _rule(rf"(?<!\w)({_NUMBERED[language]}){_SPACE}(?={MARK}?\d)", rf"\1{_NB}"),
        _rule(rf"(?<!\w)({_TITLES[language]}){_SPACE}(?={MARK}?[A-ZÀ-ÖØ-Þ])", rf"\1{_NB}"),
        _rule(rf"(?<=\d){_SPACE}(?=(?:%|€|EUR|USD|GBP|°C|km|kg|m²)(?!\w))", _NB),
    )


def _quote_rules(language: str) -> tuple[Rule, ...]:
    before = rf"(?<![^\s(\[{{«“„‘–—{MARK}-])"
    rules = [_rule(rf'{before}"([^\s"](?:[^"\n]*[^\s"])?)"(?!\w)', _QUOTES[language])]
    if language == "en":
        rules.append(_rule(rf"{before}'([^\s'](?:[^'\n]*[^\s'])?)'(?!\w)", r"‘\1’"))
        rules.append(_rule(rf"(?<=s)'(?=[\s{MARK}])", "’"))
    if language == "nl":
        rules.append(_rule(rf"(?<![^\s({MARK}])'(?=[snt](?:[\s-]))", "’"))
    return tuple(rules)


def _dash_rules() -> tuple[Rule, ...]:
    """An aside between two spaced en dashes holds together; a single one never begins a line."""
    pair = rf"(?<=\S){_SPACE}–{_SPACE}(?=\S)([^–\n]*?\S){_SPACE}–(?={_SPACE})"
    single = r"(?<=\S) –(?= \S)"
    return _rule(pair, rf" –{_NB}\1{_NB}–"), _rule(single, f"{_NB}–")


def _close_up(marks: str) -> Rule:
    """No space before the marks, except between two figures (1 : 5)."""
    return _rule(rf"(?<=[^\s«(\[–]){_SPACE}+(?=[{marks}]{_AFTER})(?!:{_SPACE}\d)", "")


def _french(profile: str) -> tuple[Rule, ...]:
    before = r"(?<=[^\s(\[!?;:«–])"
    spacing: tuple[Rule, ...] = (
        _rule(rf"{before}{_SPACE}*(?=[;!?]{_AFTER})", _NNB),
        _rule(rf"{before}{_SPACE}*(?=:(?:[\s{MARK}]|$))", _NB),
    )
    return (
        *_COMMON,
        _rule(rf"(?<!\w)(\d+|[IVX]+){_SPACE}?[eè]me(s?)(?!\w)", r"\1e\2"),
        _rule(r"(?<!\w)([1I])ère(s?)(?!\w)", r"\1re\2"),
        *_quote_rules("fr"),
        _rule(rf"«{_SPACE}*(?=\S)", f"«{_NB}"),
        _rule(rf"(?<=\S){_SPACE}*»", f"{_NB}»"),
        *(spacing if profile == "be" else (_close_up(";:!?"),)),
        *_binding_rules("fr"),
        _rule(
            rf"(?<![\d+])(?<!\d{_SPACE})(?<![\d+][.,])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)(?!{_SPACE}\d)(?![.]\d)",
            lambda match: re.sub(_SPACE, _NNB, match.group()),
        ),
        *_dash_rules(),
    )


def _germanic(language: str) -> tuple[Rule, ...]:
    """Dutch, English and German: no space before the high marks."""
    return (
        *_quote_rules(language),
        *_COMMON,
        _close_up(";:!?"),
        *_binding_rules(language),
        *_dash_rules(),
    )


_RULES: Mapping[tuple[str, str], tuple[Rule, ...]] = MappingProxyType(
    {("fr", profile): _french(profile) for profile in PROFILES}
    | {(language, profile): _germanic(language) for language in ("nl", "en", "de") for profile in PROFILES}
)
