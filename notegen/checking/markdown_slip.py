"""Slips of Markdown: marks that would be printed as they stand, and text that would not be printed at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notegen.checking.section import Section
from notegen.domain.hyperlink import without_code
from notegen.domain.problem import Problem, Severity

_PARAGRAPHS = re.compile(r"(\n[ \t]*\n)")
_SEPARATOR = re.compile(r"^ {0,3}(?:\*[ \t]*){3,}$", re.MULTILINE)
_BOLD = re.compile(r"(?<![\\*])\*{2,3}(?!\*)")
_OPEN_LINK = re.compile(r"(?<!\\)\[[^\[\]\n]+\]\((?![^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))[^\s)]*")
_PARTED_LINK = re.compile(
    r"(?<!\\)(?:\([^()\n]+\)\[|\[[^\[\]\n]+\] \(|\[[^\[\]()\n]+\()(?:https?:|link:|mailto:)[^\])\n]*[\])]?"
)
_HTML = re.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|i|li|ol|p|span|strong|su[bp]|table|t[dr]|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_CALL = re.compile(r"(?<!\\)\[\^([^\]\s]+)\](?!:)")
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_TIGHT_ITEM = re.compile(r"^ {0,3}[-•](?=[^\W\d_])[^\n]*|^ {0,3}•[ \t][^\n]*", re.MULTILINE)
_LETTERED = re.compile(
    r"(?:(?<=\n)|\A) {0,3}(?:\(\w{1,4}\)|[a-z]{1,3}[).])[ \t][^\n]*\n {0,3}"
    r"(?=(?P<next>(?:\(\w{1,4}\)|[a-z]{1,3}[).])[ \t][^\n]*))"
)
_ROW = re.compile(r"^ {0,3}\|.*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PRINTED = (
    ("note-link-open", _OPEN_LINK),
    ("note-link-open", _PARTED_LINK),
    ("note-html", _HTML),
    ("note-item-mark", _TIGHT_ITEM),
)
_QUOTED = 40


def check_markdown(section: Section) -> Iterator[Problem]:
    """The findings about marks of Markdown that do not do what they were written for."""
    text = without_code(section.version.body)
    yield from _bold(section, text)
    for code, pattern in _PRINTED:
        for match in pattern.finditer(text):
            yield section.problem(code, match.start(), _short(match[0]))
    for match in _LETTERED.finditer(text):
        yield section.problem("note-line-joined", match.start("next"), _short(match["next"]))
    yield from _tables(section, text)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED].rpartition(' ')[0] or words[:_QUOTED]}…"


def _bold(section: Section, text: str) -> Iterator[Problem]:
    start = 0
    for paragraph in _PARAGRAPHS.split(_SEPARATOR.sub(lambda match: " " * len(match[0]), text)):
        marks = list(_BOLD.finditer(paragraph))
        if len(marks) % 2:
            last = marks[-1]
            yield section.problem("note-bold-open", start + last.start(), _short(paragraph[last.start() :]))
        start += len(paragraph)


def check_footnotes(section: Section) -> Iterator[Problem]:
    """The findings about marks without a footnote, and footnotes without a mark, which are not printed."""
    text = without_code(section.version.body)
    called = {match[1].casefold(): match for match in _CALL.finditer(text)}
    written = {match[1].casefold(): match for match in _FOOTNOTE.finditer(text)}
    for name in called.keys() - written.keys():
        yield section.problem("note-footnote-missing", called[name].start(), called[name][0])
    for name in written.keys() - called.keys():
        mark = f"[^{written[name][1]}]"
        yield section.problem("note-footnote-uncalled", written[name].start(), mark, Severity.ERROR)


def _tables(section: Section, text: str) -> Iterator[Problem]:
    rows = list(_ROW.finditer(text))
    cells = 0
    for number, row in enumerate(rows):
        begins = number == 0 or rows[number - 1].end() + 1 != row.start()
        if begins:
            cells = _cells(row[0])
            following = text[row.end() + 1 :].partition("\n")[0]
            if not _RULE.match(following) or _cells(following) != cells:
                yield section.problem("note-table-broken", row.start(), _short(row[0]), cells=str(cells))
                cells = 0
        elif cells and not _RULE.match(row[0]) and _cells(row[0]) != cells:
            found = str(_cells(row[0]))
            severity = Severity.ERROR if _cells(row[0]) > cells else Severity.WARNING
            yield section.problem("note-row-cells", row.start(), found, severity, cells=str(cells))


def _cells(row: str) -> int:
    return row.strip().removeprefix("|").removesuffix("|").replace(r"\|", "").count("|") + 1
