"""The Markdown door: a note's body, CommonMark with tables, footnotes, ^superscript^, definition lists.

Raw HTML is shown as text. The first paragraph is kept apart, because it ends the opening sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.superscript import superscript_plugin

__all__ = ["Block", "Body", "BodyLink", "Resolve", "Token", "blocks", "mail_html", "mail_tokens", "read_body"]

Resolve = Callable[[str], str]
"""From a link's target as written to the address that it stands for."""


_ADDRESS = re.compile(r"\S@\S|\w://|^www\.")


@dataclass(frozen=True, slots=True)
class BodyLink:
    """A link as written: its target, the words that carry it, and its 1-based line within the text."""

    target: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Body:
    """A body as HTML: `lead` is the inline HTML of the first paragraph (empty where there is none).

    `rest` is all that follows; `text` is the lead without markup, for what grammar has to know of it.
    """

    lead: str
    text: str
    rest: str
    links: tuple[BodyLink, ...]
    images: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a body in the widest sense: `first` to `last` are its 1-based lines within the text.

    `kind` is heading, paragraph, item, row (of a table), separator or code.
    """

    kind: str
    first: int
    last: int


_BLOCKS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "tr_open": "row",
    "dt_open": "item",
    "hr": "separator",
    "fence": "code",
    "code_block": "code",
}


def blocks(source: str) -> tuple[Block, ...]:
    """What a body is made of, in the order of its lines."""
    found: list[Block] = []
    lists = 0
    for token in _PARSER.parse(source):
        lists += token.nesting if token.type.endswith(("list_open", "list_close")) else 0
        if token.type in _BLOCKS and token.map:
            kind = "item" if lists and token.type == "paragraph_open" else _BLOCKS[token.type]
            found.append(Block(kind, token.map[0] + 1, max(token.map[1], token.map[0] + 1)))
    return tuple(sorted(found, key=lambda block: block.first))


def read_body(source: str, resolve: Resolve = lambda target: target) -> Body:
    """The Markdown of a body, its links resolved; an ellipsis before the first word is left out."""
    env: dict[str, Any] = {}
    tokens = _PARSER.parse(source, env)
    links = tuple(_links(tokens))
    images = tuple(
        _line(token) for token in tokens for child in token.children or () if child.type == "image"
    )
    _resolve(tokens, resolve)
    _inset_footnotes(tokens)
    _level_headings(tokens)
    lead, rest = _split(tokens)
    text = _text_of(lead[0].children or ()) if lead else ""
    render = _PARSER.renderer.render
    return Body(render(lead, _PARSER.options, env), text, render(rest, _PARSER.options, env), links, images)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _links(tokens: Sequence[Token]) -> Iterator[BodyLink]:
    for token in tokens:
        children = token.children or []
        for at, child in enumerate(children):
            if child.type == "link_open":
                breaks = sum(c.type in ("softbreak", "hardbreak") for c in children[:at])
                words = _text_of(children[at : _end_of_link(children, at)])
                yield BodyLink(str(child.attrGet("href") or ""), words, _line(token) + breaks)


def _end_of_link(children: Sequence[Token], start: int) -> int:
    return next(n for n in range(start, len(children)) if children[n].type == "link_close")


def _resolve(tokens: Sequence[Token], resolve: Resolve) -> None:
    for token in tokens:
        children = token.children or []
        for at, child in enumerate(children):
            if child.type == "link_open":
                child.attrSet("href", resolve(str(child.attrGet("href") or "")))
                if child.markup == "autolink":
                    children[at + 1].content = children[at + 1].content.removeprefix("mailto:")
                if _ADDRESS.search(_text_of(children[at : _end_of_link(children, at)])):
                    child.attrSet("class", "address")


def _text_of(tokens: Sequence[Token]) -> str:
    breaks = ("softbreak", "hardbreak")
    return "".join(
        " " if token.type in breaks else token.content
        for token in tokens
        if token.type in (*breaks, "text", "text_special", "code_inline")
    )


def _split(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The inline token of the first paragraph, and everything after that paragraph."""
    if not tokens or tokens[0].type != "paragraph_open":
        return [], tokens
    inline = tokens[1]
    for child in inline.children or ():
        if child.type == "text":
            child.content = re.sub(r"^\s*(?:…|\.\.\.)\s*", "", child.content)
            break
    return [inline], tokens[3:]


def _level_headings(tokens: Sequence[Token], top: int = 1) -> None:
    """Headings count from `top` and skip no level, as PDF/UA-1 (ISO 14289-1, 7.4.2) asks."""
    stack: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while stack and stack[-1] >= written:
                stack.pop()
            stack.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(len(stack) + top - 1, 6)}"


def _inset_footnotes(tokens: list[Token]) -> None:
    """Put each footnote where it is called, and drop the block at the end: the page sets it at its foot."""
    start = next((n for n, token in enumerate(tokens) if token.type == "footnote_block_open"), None)
    if start is None:
        return
    notes: dict[int, list[Token]] = {}
    current = 0
    for token in tokens[start:]:
        if token.type == "footnote_open":
            current = int(token.meta["id"])
        elif token.type == "inline":
            notes.setdefault(current, []).append(token)
    del tokens[start:]
    for token in tokens:
        for child in token.children or ():
            if child.type == "footnote_ref":
                child.meta = {**child.meta, "notes": notes.get(int(child.meta["id"]), [])}


def _footnote(_: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    meta = tokens[at].meta
    if meta.get("subId", 0) > 0:
        return f"<sup>{meta['id'] + 1}</sup>"
    paragraphs = [_PARSER.renderer.render([note], options, env) for note in meta.get("notes", ())]
    return f'<span class="footnote">{" ".join(paragraphs)}</span>'


def _asterism(*_: Any) -> str:
    return '<p class="asterism">* * *</p>\n'


def _no_image(*_: Any) -> str:
    return ""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(footnote_plugin, inline=False).use(deflist_plugin).use(superscript_plugin)
    parser.disable(["html_block", "html_inline"])
    parser.add_render_rule("footnote_ref", _footnote)
    parser.add_render_rule("hr", _asterism)
    parser.add_render_rule("image", _no_image)
    return parser


_PARSER = _parser()


def mail_tokens(text: str) -> list[Token]:
    """The block tokens of a mail's text: CommonMark with tables and ^superscript^, headings from h2 down.

    Without pictures, because a mail fetches nothing.
    """
    tokens = _MAIL_PARSER.parse(text)
    _level_headings(tokens, top=2)
    return tokens


def mail_html(tokens: Sequence[Token]) -> str:
    """A mail's tokens as HTML."""
    return str(_MAIL_PARSER.renderer.render(tokens, _MAIL_PARSER.options, {}))


_MAIL_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .use(superscript_plugin)
    .disable(["image", "html_block", "html_inline"])
)
