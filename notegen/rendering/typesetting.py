"""The typographic step on HTML: the running text of each block is set in the habits of its own language."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from notegen.domain.typography import MARK, raised, typeset

_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_LANG = re.compile(r'\slang="([a-zA-Z]+)')
_INLINE = frozenset(
    {"a", "abbr", "b", "cite", "code", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup"}
)
_VOID = frozenset({"br", "hr", "img", "link", "meta", "wbr", "col"})
_AS_IS = frozenset({"code", "pre", "style", "script"})
_STANDS_FOR_CODE = "\ufdd1"


@dataclass(slots=True)
class _Block:
    """The text pieces of one block, until its end is reached."""

    places: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    as_is: list[bool] = field(default_factory=list)
    in_superior: list[bool] = field(default_factory=list)


def typeset_html(source: str, language: str, profile: str = "be") -> str:
    """The same HTML, its text set by `typography.typeset`; tags, code and attributes stay as they are.

    An element with a `lang` of its own is set in that language. Markup inside a block does not hide what
    stands on its two sides; ordinals become superiors (`1<sup>er</sup>`).
    """
    pieces = _TAG.split(source)
    open_elements: list[tuple[str, str, bool]] = [("", language, False)]
    block = _Block()
    for place, piece in enumerate(pieces):
        if place % 2:
            name = _name(piece)
            changed = _follow(piece, name, open_elements)
            if changed or name not in _INLINE:
                _set(block, pieces, changed or open_elements[-1][1], profile)
                block = _Block()
        elif piece:
            block.places.append(place)
            block.texts.append(html.unescape(piece))
            block.as_is.append(open_elements[-1][2])
            block.in_superior.append(open_elements[-1][0] == "sup")
    _set(block, pieces, language, profile)
    return "".join(pieces)


def _name(tag: str) -> str:
    match = _NAME.match(tag)
    return match.group(1).lower() if match else ""


def _follow(tag: str, name: str, open_elements: list[tuple[str, str, bool]]) -> str:
    """Keep the stack of open elements; gives the language up to here when it changes with this tag."""
    before = open_elements[-1][1]
    if tag.startswith("</"):
        if len(open_elements) > 1 and open_elements[-1][0] == name:
            open_elements.pop()
    elif name and name not in _VOID and not tag.endswith("/>"):
        lang = _LANG.search(tag)
        own = lang.group(1).lower() if lang else before
        open_elements.append((name, own, open_elements[-1][2] or name in _AS_IS))
    return before if open_elements[-1][1] != before else ""


def _set(block: _Block, pieces: list[str], language: str, profile: str) -> None:
    if not any(text.strip() for text in block.texts):
        return
    texts = [
        _STANDS_FOR_CODE if as_is else text.replace(MARK, "").replace("\n", " ")
        for text, as_is in zip(block.texts, block.as_is, strict=True)
    ]
    done = typeset(MARK.join(texts), language, profile).split(MARK)
    for place, text, as_is, superior in zip(block.places, done, block.as_is, block.in_superior, strict=True):
        if not as_is:
            pieces[place] = html.escape(text, quote=False) if superior else _with_superiors(text, language)


def _with_superiors(text: str, language: str) -> str:
    return "".join(
        f"<sup>{html.escape(run, quote=False)}</sup>" if high else html.escape(run, quote=False)
        for run, high in raised(text, language)
    )
