"""Why a file is no YAML, in words for those who write it and do not know YAML."""

from __future__ import annotations

import re

PLAIN = "Write the text in a plain text editor, and save it with the encoding UTF-8."
"""What to do about a file that is no text."""

_KINDS = (
    (b"PK\x03\x04", "a document of Word, Excel or LibreOffice, or an archive"),
    (b"\xd0\xcf\x11\xe0", "a document of an older Word or Excel"),
    (b"%PDF", "a PDF"),
    (b"\xff\xfe", "text with the encoding UTF-16"),
    (b"\xfe\xff", "text with the encoding UTF-16"),
)
_KEY = re.compile(r"[^\s:\"']+")


def no_text(source: bytes) -> str:
    """What a file is that is not UTF-8 text, where its first bytes tell; empty where they do not."""
    return next(
        (f"this is {kind}, not UTF-8 text." for start, kind in _KINDS if source.startswith(start)), ""
    )


def strange_key(key: str) -> tuple[str, str] | None:
    """What is wrong with a key that holds a character nobody sees, or is a sentence; None with any other."""
    if strange := next((letter for letter in key if letter != " " and not letter.isprintable()), ""):
        what = f"a character that cannot be seen (U+{ord(strange):04X}) stands in this key or before it."
        return what, "Delete it, and type plain spaces."
    if key.count(" ") > 1:
        hint = "Indent it like the lines of the text it belongs to, or put the text between double quotes."
        return "a sentence stands where a key is expected.", hint
    return None


def explained(problem: str, line: str, before: str) -> tuple[str, str]:
    """What is wrong with a line, and what to do; `problem` is in the parser's words.

    `before` is what stands in the line before the place that the parser names.
    """
    if "\\t" in problem or line.startswith("\t"):
        return "a tab stands here.", "Indent with spaces."
    if "mapping values" in problem and _KEY.fullmatch(before):
        hint = "Indent entries that belong together alike; put a text that holds a colon after |."
        return "this key is indented deeper than the entry above it.", hint
    if "mapping values" in problem:
        hint = "Put a text that holds a colon between double quotes or after |, or mend the indentation."
        return "a second colon makes a key where none can be.", hint
    if "expected ':'" in problem:
        hint = "Write `key: value`; indent a line of a text like the text it belongs to."
        return "this line has no key with a colon and a space after it.", hint
    if "end of stream" in problem or "<stream end>" in problem:
        return "a quotation mark or a bracket is opened and never closed.", "Close it."
    if "expected ',' or" in problem:
        return (
            "this bracket is not closed, or a comma is missing.",
            "Close it, or put a comma between its values.",
        )
    if "block end" in problem or "document start" in problem:
        return _misfit(before)
    if "cannot start any token" in problem:
        return "a value cannot begin with this character.", "Put the value between double quotes."
    return f"this is no YAML: {problem}.", "Write `key: value` on one line, and a longer text after |."


def _misfit(before: str) -> tuple[str, str]:
    if not before:
        hint = "Indent entries that belong together alike, and the lines of a text alike."
        return "this line does not fit the lines above it.", hint
    hint = "Put the whole text on a line of its own after |, or between single quotes, each apostrophe twice."
    return "the value ended before this, with its quotation mark or bracket.", hint
