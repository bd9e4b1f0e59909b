"""A mail's Markdown tokens as plain text, for people and programs that show no HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notegen.rendering.mail_source import MailSource
from notegen.rendering.markdown import Token

RULE = "-" * 40
SEPARATOR = "* * *"


def plain_text(source: MailSource, tokens: Sequence[Token]) -> str:
    """The blocks with an empty line between them, slots left in place; one final newline."""
    blocks: list[str] = []
    prefixes: list[_Prefix] = []
    remaining = iter(tokens)
    for token in remaining:
        if token.type in ("ordered_list_open", "bullet_list_open", "blockquote_open"):
            prefixes.append(_Prefix(token.type, int(token.attrs.get("start", 1))))
        elif token.type in ("ordered_list_close", "bullet_list_close", "blockquote_close"):
            blocks.append("\n" if prefixes.pop().is_list and not _in_list(prefixes) else "")
        elif token.type == "list_item_open":
            prefixes[-1].begin()
        elif token.type == "inline":
            blocks.append(_block(source, token, prefixes))
        elif token.type == "hr":
            blocks.append(_prefixed(_across(token), prefixes) + "\n\n")
        elif token.type == "table_open":
            blocks.append("\n".join(_prefixed(row, prefixes) for row in _rows(remaining)) + "\n\n")
        elif token.type in ("fence", "code_block"):
            blocks.append(_prefixed(token.content.rstrip("\n"), prefixes) + "\n\n")
    return "".join(blocks).rstrip() + "\n"


def _across(token: Token) -> str:
    return RULE if token.markup.startswith("-") else SEPARATOR


def _rows(remaining: Iterator[Token]) -> Iterator[str]:
    """The rows of the table that was just opened, one a line."""
    cells: list[str] = []
    for token in remaining:
        if token.type == "inline":
            cells.append(_inline(token.children or []))
        elif token.type == "tr_close":
            yield " | ".join(cells).rstrip()
            cells = []
        elif token.type == "table_close":
            return


class _Prefix:
    """What stands before the lines of a list or a quotation."""

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.number = start - 1
        self.fresh = False

    @property
    def is_list(self) -> bool:
        return self.kind != "blockquote_open"

    def begin(self) -> None:
        self.number += 1
        self.fresh = True

    def take(self) -> tuple[str, str]:
        """The prefix of the next line and that of the lines after it."""
        if not self.is_list:
            return "> ", "> "
        mark = f"{self.number}. " if self.kind == "ordered_list_open" else "- "
        first, self.fresh = self.fresh, False
        return (mark if first else " " * len(mark)), " " * len(mark)


def _block(source: MailSource, token: Token, prefixes: Sequence[_Prefix]) -> str:
    text = _inline(token.children or [])
    if source.is_condition(text):
        return text
    return _prefixed(text, prefixes) + ("\n" if _in_list(prefixes) else "\n\n")


def _in_list(prefixes: Sequence[_Prefix]) -> bool:
    return any(prefix.is_list for prefix in prefixes)


def _prefixed(text: str, prefixes: Sequence[_Prefix]) -> str:
    taken = [prefix.take() for prefix in prefixes]
    first, later = "".join(pair[0] for pair in taken), "".join(pair[1] for pair in taken)
    return first + text.replace("\n", "\n" + later)


def _inline(children: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for child in children:
        if child.type == "link_open":
            links.append((len(parts), str(child.attrGet("href") or "")))
        elif child.type == "link_close":
            start, address = links.pop()
            if "".join(parts[start:]) not in (address, address.removeprefix("mailto:")):
                parts.append(f" ({address})")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n" if child.type == "hardbreak" else " ")
        else:
            parts.append(child.content)
    return "".join(parts)
