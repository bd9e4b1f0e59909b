"""What cannot stand in a mail: nothing, control characters, pictures, footnotes, dead links, open code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notegen.domain.hyperlink import hyperlinks, without_code
from notegen.domain.note import LanguageVersion
from notegen.reading.finding import Finding
from notegen.reading.note_link import dead

_FOOTNOTE = re.compile(r"(?<!\\)\[\^[^\]\s]+\](?!:)")
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029]")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def check_body(body: LanguageVersion) -> Iterator[Finding]:
    """The findings about one language's Markdown, each with its line and column in the author's file."""
    if not body.body.strip():
        yield Finding(body.place, "the text is empty.", "Write what is to be told.")
    for sign in _CONTROL.finditer(body.body):
        yield Finding(
            body.at_character(sign.start()), "a control character.", "Delete it, or write the line again."
        )
    for link in hyperlinks(body.body):
        place = body.at(link.line, link.column)
        if link.picture:
            what = f"a picture cannot stand in a mail ({link.target})."
            yield Finding(place, what, "Send it along as an attachment.")
        elif fault := dead(link.target):
            hint = "Write a whole address, https://… or mailto:name@…; a file goes along as an attachment."
            yield Finding(place, f"the link {link.text!r} {fault}.", hint)
    for call in _FOOTNOTE.finditer(without_code(body.body)):
        yield Finding(
            body.at_character(call.start()), f"a mail has no footnotes ({call[0]}).", "Write it in brackets."
        )
    if line := _open_code(body.body):
        what = "the code that begins here has no end, and the closing of the mail would become part of it."
        yield Finding(body.at(line), what, "Write the same marks on a line of their own below it.")


def _open_code(text: str) -> int:
    """The line (from 1) of a fence that nothing closes; 0 for none (CommonMark 4.5)."""
    opened, fence = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _FENCE.match(line)
        if match is None:
            continue
        if not opened:
            opened, fence = (number, match[1]) if "`" not in match[2] or match[1][0] == "~" else (0, "")
        elif match[1].startswith(fence) and not match[2].strip():
            opened = 0
    return opened
