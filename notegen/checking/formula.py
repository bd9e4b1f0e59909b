"""Whether a body goes on where the opening formula ends, and leaves the formulas to the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from notegen.checking.section import Section
from notegen.domain.problem import Problem, Severity

_OPENING: Mapping[str, str] = MappingProxyType(
    {
        "fr": r"\bl['’]honneur d(?:e\b|['’])|\bprésente(?:nt)? ses compliments",
        "nl": r"\bheeft de eer\b|\bbiedt\b[^.]{0,200}\bcomplimenten aan\b",
        "en": r"\bhas the hono[u]?r to\b|\bpresents its compliments\b",
        "de": r"\bbeehrt sich\b|\bhat die Ehre\b|\bentbietet\b",
    }
)
_CLOSING: Mapping[str, str] = MappingProxyType(
    {
        "fr": r"\bsaisit (?:cette|l['’])\s?occasion|\bassurances? de sa (?:très )?haute considération",
        "nl": r"\bmaakt van deze gelegenheid gebruik\b|\bverzekering van \w+\b[^.]{0,20}hoogachting",
        "en": r"\bavails itself of th(?:is|e) opportunity\b|\bassurances of its highest consideration\b",
        "de": r"\bbenutzt diese[nr]? (?:Anlass|Gelegenheit)\b|\bausgezeichneten Hochachtung\b",
    }
)
_PERSONS: Mapping[str, str] = MappingProxyType(
    {
        "fr": r"(?i:\b(?:je|nous|notre(?![- ]Dame)|nos(?!\s?\d)|mon|mes|(?<!rendez-)vous|votre|vos)\b)"
        r"|(?i:\bj['’](?=\w))",
        "nl": r"(?i:\b(?:ik|wij|we|ons|onze(?!-Lieve)|mijn|jullie|uw)\b)"
        r"|(?<!\d )(?<!\d\u00a0)(?<!\w)[uU](?= \w)",
        "en": r"(?i:\b(?:we|ours?(?! Lady)|my|yours?|you)\b)|\bus\b|\bI(?= (?:am|have|would|should|wish)\b)",
        "de": r"(?i:\b(?:ich|wir|uns|unser\w*|mein(?:e[nmrs]?)?)\b)"
        r"|(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihr(?:e[nmrs]?)?)\b"
        r"(?! (?:Majestät|(?:Königlich|Kaiserlich)e|Hoheit|Exzellenz|Durchlaucht))",
    }
)
_LEADING: Mapping[str, str] = MappingProxyType({"fr": r"de\b|d['’]", "en": r"to\b", "nl": r"de eer\b"})
"""What the formula ends in, and the text must not begin with."""
_QUOTATION = re.compile("(?P<begin>\\n\\n)?[> ]*(?P<mark>[«»“”„])")
_OPENING_MARKS = MappingProxyType({"de": "„«"})
_STARTS_LOW = frozenset({"fr", "nl", "en"})
_NO_PARAGRAPH = re.compile(
    r" {0,3}(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||>|(?:\*\s*){3,}$|(?:-\s*){3,}$)", re.MULTILINE
)


def check_formulas(section: Section) -> Iterator[Problem]:
    """The findings about where the body meets the formulas, and about first and second persons."""
    yield from _check_lead(section)
    yield from _repeated(section, _OPENING, "note-opening-repeated")
    yield from _repeated(section, _CLOSING, "note-closing-repeated")
    for match in re.finditer(_PERSONS.get(section.language, r"(?!)"), section.words):
        yield section.problem("note-person", match.start(), match[0])


def _check_lead(section: Section) -> Iterator[Problem]:
    body = section.version.body
    start = len(body) - len(body.lstrip())
    if _NO_PARAGRAPH.match(body, start):
        line = body[start:].splitlines()[0]
        yield section.problem("note-lead-missing", start, line, Severity.ERROR)
        return
    again = re.match(_LEADING.get(section.language, r"(?!)"), body[start:], re.IGNORECASE)
    if again:
        yield section.problem("note-opening-repeated", start, again[0], Severity.ERROR)
        return
    first = re.match(r"[\W_]*(\w+)", section.words[start:])
    if first is None or section.language not in _STARTS_LOW:
        return
    word = first[1]
    if word[:1].isupper() and (len(word) == 1 or not word.isupper()):
        yield section.problem("note-lead-capital", start + first.start(1), word)


def _repeated(section: Section, formulas: Mapping[str, str], code: str) -> Iterator[Problem]:
    for match in re.finditer(formulas.get(section.language, r"(?!)"), section.words, re.IGNORECASE):
        if not _is_quoted(section, match.start()):
            yield section.problem(code, match.start(), match[0], Severity.ERROR)
            return


def _is_quoted(section: Section, start: int) -> bool:
    """Whether another note is quoted there, as a reply does: in a block quotation or between marks.

    A quotation of several paragraphs may open each of them with a mark, and is closed once.
    """
    before = section.version.body[:start]
    if before.rpartition("\n")[2].lstrip().startswith(">"):
        return True
    depth = 0
    for match in _QUOTATION.finditer(before):
        if match["mark"] not in _OPENING_MARKS.get(section.language, "«“"):
            depth = max(0, depth - 1)
        elif not (depth and match["begin"]):
            depth += 1
    return depth > 0
