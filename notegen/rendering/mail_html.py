"""A mail's Markdown tokens as HTML whose looks travel with each element, as mail clients want it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from notegen.rendering.mail_source import MailSource
from notegen.rendering.markdown import Token, mail_html
from notegen.rendering.template import LAYOUT

_RULE = re.compile(r"([\w.-]+)\s*\{([^}]*)\}")
_BOXED = re.compile(r'<p class="(link|code)"[^>]*>(.*?)</p>', re.DOTALL)
_BOX = (
    '<table class="box" role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" '
    'style="{outer}"><tr><td class="{name}" style="{inner}">{content}</td></tr></table>'
)
_CONDITION = re.compile(r"<p[^>]*>((?:wordslot\d+x\s*)+)</p>\n?")


def read_looks() -> Mapping[str, str]:
    """The declarations of layout/email-inline.css by selector: `p`, `p.foot`, `td.code`, …"""
    css = re.sub(r"/\*.*?\*/", "", (LAYOUT / "email-inline.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return {selector: " ".join(body.split()) for selector, body in _RULE.findall(css)}


def html_body(source: MailSource, tokens: Sequence[Token], looks: Mapping[str, str]) -> str:
    """The body as HTML, slots left in place; everything after the first `---` is the foot."""
    selector = ""
    for index, token in enumerate(tokens):
        if token.nesting >= 0 and token.tag:
            selector = _selector(tokens, index)
            _dress(token, selector, looks)
        for child in token.children or []:
            if child.nesting >= 0 and child.tag:
                is_boxed = selector == "p.code" and child.tag == "code"
                _dress(child, "code.boxed" if is_boxed else child.tag, looks)
    html = mail_html(tokens).replace("<pre>", f'<pre style="{looks["pre"]}">')
    # A table that is wider than a phone is moved under the finger; its words are not cut in pieces.
    html = html.replace("<table", f'<div style="{looks["div"]}"><table').replace("</table>", "</table></div>")
    html = _BOXED.sub(lambda match: _box(match[1], match[2], looks), html)
    return _CONDITION.sub(lambda match: match[1].strip() if source.is_condition(match[1]) else match[0], html)


def _dress(token: Token, selector: str, looks: Mapping[str, str]) -> None:
    tag, _, name = selector.partition(".")
    if name:
        token.attrSet("class", name)
    style = looks.get(selector) or looks.get(tag)
    if style:
        own = token.attrGet("style")  # how a table's column is aligned
        token.attrSet("style", f"{style} {own};" if own else style)


def _box(name: str, content: str, looks: Mapping[str, str]) -> str:
    """A frame round a link or code; a table, because Outlook gives a paragraph neither padding nor ground."""
    inner = looks.get(f"td.{name}", "")
    return _BOX.format(outer=looks.get("table.box", ""), name=name, inner=inner, content=content)


def _selector(tokens: Sequence[Token], index: int) -> str:
    """`p.link` or `p.code` for a paragraph that is one link or code, `p.foot` after a rule, else the tag."""
    token = tokens[index]
    if token.type != "paragraph_open":
        return token.tag
    children = [child for child in tokens[index + 1].children or [] if child.type != "text" or child.content]
    if len(children) == 1 and children[0].type == "code_inline":
        return "p.code"
    if len(children) == 3 and children[0].type == "link_open":
        return "p.link"
    if any(earlier.type == "hr" and earlier.markup.startswith("-") for earlier in tokens[:index]):
        return "p.foot"
    return "p.item" if token.level > 1 else "p"
