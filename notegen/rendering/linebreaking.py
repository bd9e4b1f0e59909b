"""What the page's line breaker has to be told: spaces, last words, short cells."""

from __future__ import annotations

import re
from typing import Any

_INLINE = frozenset({"a", "b", "cite", "code", "em", "i", "span", "strong", "sub", "sup"})
_ENDING = re.compile(r"(?<= )((?:[^ ]+ )?[^ ]{1,6}|[^ ]{7,})$")
_CLOCK = re.compile(
    r"(?<![\w.,])\d{1,2}(?:[.:]\d{2})? (?:h(?: \d{2})?|heures?|u|uur|Uhr|[ap]\.?m\.?|noon|midday)(?!\w)"
)
_NB = "\u00a0"
_ONE_LINE = 56
_SHORT_CELL = 18


def guide_lines(root: Any) -> None:
    """Prepare a parsed page for the line breaker: no hyphen in a last word, no runt, no broken short cell."""
    for element in list(root.iter()):
        element.text = _drawn(element.text)
        element.tail = _drawn(element.tail)
        if element.tag in ("p", "li", "dd") and len("".join(element.itertext())) > _ONE_LINE:
            _hold_ending(element)
            for parent in list(element.iter()):
                _detach_spaces(parent)
        elif element.tag in ("td", "th") and len("".join(element.itertext()).strip()) <= _SHORT_CELL:
            element.set("class", "short")


def _drawn(text: str | None) -> str | None:
    """The text as it is to be broken: no clock time is parted.

    The font has no no-break hyphen (U+2011): a hyphen and a word joiner stand for it.
    """
    if not text:
        return text
    whole = _CLOCK.sub(lambda match: match[0].replace(" ", _NB), text)
    return whole.replace("\u2011", "-\u2060")


def _hold_ending(element: Any) -> None:
    """A paragraph ends in one piece: a last word without hyphen, a short one with the word before."""
    children = list(element)
    last = children[-1] if children else None
    text = (element.text if last is None else last.tail) or ""
    match = _ENDING.search(text)
    if match is None:
        return
    whole = element.makeelement("whole", {})
    whole.text = match.group(1).replace(" ", _NB)
    if last is None:
        element.text = text[: match.start(1)]
    else:
        last.tail = text[: match.start(1)]
    element.append(whole)


def _detach_spaces(parent: Any) -> None:
    """Give the space before inline markup an element of its own.

    WeasyPrint 70 measures a run of text with the space at its end. Where the words fit on the line and that
    space does not, it takes the line for one that cannot be broken and hyphenates its first word, which then
    stands alone on its line. A space of its own simply hangs.
    """
    before = None
    for child in list(parent):
        if child.tag in _INLINE or child.tag == "whole":
            _detach(parent, before, child)
        before = child


def _detach(parent: Any, before: Any, child: Any) -> None:
    text = (parent.text if before is None else before.tail) or ""
    if not text.endswith(" ") or not text.strip():
        return
    if before is None:
        parent.text = text[:-1]
    else:
        before.tail = text[:-1]
    space = child.makeelement("space", {})
    space.text = " "
    parent.insert(list(parent).index(child), space)
