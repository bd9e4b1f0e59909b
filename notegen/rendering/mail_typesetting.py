"""The typographic step on a mail: its running text is set in the habits of its language, as a note's is.

It is done once, with the text of a kind and language, before the person's words are put in: those stay as
they were given.
"""

from __future__ import annotations

from collections.abc import Sequence

from notegen.domain.typography import MARK, typeset
from notegen.rendering.markdown import Token

_STANDS_FOR_CODE = "\ufdd1"
_LINE_END = "\n"


def typeset_tokens(tokens: Sequence[Token], language: str, profile: str = "be") -> None:
    """Set the texts of Markdown tokens by `typography.typeset`, whatever markup stands between them.

    Code and addresses between angle brackets stay as they are. A line end within a paragraph becomes a space,
    so that a mark which an author put at the start of a line is bound to the word before it.
    """
    for token in tokens:
        if token.type == "inline":
            token.children = _joined(token.children or [])
            _set(token.children, language, profile)


def _joined(children: Sequence[Token]) -> list[Token]:
    """The same with one text where texts followed each other."""
    joined: list[Token] = []
    for child in children:
        if child.type == "softbreak":
            child.type, child.tag, child.content = "text", "", " "
        if child.type == "text" and joined and joined[-1].type == "text":
            joined[-1].content += child.content
        else:
            joined.append(child)
    return joined


def _set(children: Sequence[Token], language: str, profile: str) -> None:
    texts = {at: text for at in range(len(children)) if (text := _as_set(children, at))}
    if not texts:
        return
    done = typeset(MARK.join(texts.values()), language, profile).split(MARK)
    for at, text in zip(texts, done, strict=True):
        if texts[at] not in (_STANDS_FOR_CODE, _LINE_END):
            children[at].content = text


def _as_set(children: Sequence[Token], at: int) -> str:
    """The text of a child; a sign that no rule touches where it is code or an address."""
    child = children[at]
    if child.type == "hardbreak":
        return _LINE_END
    before = children[at - 1] if at else None
    if child.type == "code_inline" or (before and (before.type, before.markup) == ("link_open", "autolink")):
        return _STANDS_FOR_CODE
    return child.content.replace(MARK, "") if child.type == "text" else ""
