"""Rich text in cells (ISO/IEC 29500-1, 18.4): bold, italics and superscript, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from notegen.reading.cell_text import column_letters
from notegen.reading.markup import cell_string, is_true, parse
from notegen.reading.xlsx_book import XlsxBook

_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_LETTERS = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a cell's text in one format."""

    text: str
    bold: bool = False
    italic: bool = False
    superscript: bool = False

    @property
    def emphasis(self) -> str:
        """What Markdown writes before and after it, apart from superscript."""
        return "*" * (2 * self.bold + self.italic)


def as_markdown(runs: Sequence[Run]) -> str:
    """The runs as Markdown; marks hug the words, superscript stands inside emphasis, and no mark is opened
    on one line and closed on another.
    """
    lines: list[list[Run]] = [[]]
    for run in runs:
        for number, line in enumerate(run.text.split("\n")):
            if number:
                lines.append([])
            lines[-1].append(replace(run, text=line))
    return "\n".join(_line(line) for line in lines)


def rich_strings(book: XlsxBook) -> list[str]:
    """The shared strings of a workbook, those in several formats as Markdown."""
    part = next((name for name in book.archive.names if name.casefold().endswith("sharedstrings.xml")), "")
    strings: list[str] = []
    if part:
        reader = _RunReader("si", lambda runs, _: strings.append(as_markdown(runs)))
        parse(book.archive.stream(part, book.archive.bounds.texts), reader.start, reader.end, reader.text)
    return strings


def rich_cells(book: XlsxBook, part: str) -> dict[tuple[int, str], str]:
    """The texts of a sheet that stand in their cells themselves, by row and column letters, as Markdown."""
    cells: dict[tuple[int, str], str] = {}

    def keep(runs: Sequence[Run], cell: tuple[int, str]) -> None:
        cells[cell] = as_markdown(runs)

    reader = _RunReader("is", keep)
    parse(book.archive.stream(part, book.archive.bounds.part), reader.start, reader.end, reader.text)
    return cells


def _line(runs: Sequence[Run]) -> str:
    written = []
    for emphasis, group in groupby((run for run in runs if run.text), key=lambda run: run.emphasis):
        pieces = groupby(group, key=lambda run: run.superscript)
        inner = "".join(_hugged("".join(run.text for run in piece), "^" * raised) for raised, piece in pieces)
        written.append(_hugged(inner, emphasis))
    return "".join(written)


def _hugged(text: str, mark: str) -> str:
    match = _EDGES.fullmatch(text)
    before, words, after = match.groups() if match else ("", text, "")
    return f"{before}{mark}{words}{mark}{after}" if words else text


class _RunReader:
    """Follows `<r>`, `<rPr>` and `<t>` within each string; pronunciation guides (`<rPh>`) are no text."""

    __slots__ = ("_cell", "_column", "_done", "_format", "_is_text", "_row", "_runs", "_skipped", "_string")

    def __init__(self, string: str, done: Callable[[Sequence[Run], tuple[int, str]], None]) -> None:
        self._string = string
        self._done = done
        self._runs: list[Run] = []
        self._format: dict[str, bool] = {}
        self._is_text = self._skipped = False
        self._row = self._column = 0
        self._cell = (0, "")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get("val", "1")
        if name == self._string:
            self._runs = []
            self._format = {}
        elif name == "r":
            self._format = {}
        elif name in ("b", "i"):
            self._format[{"b": "bold", "i": "italic"}[name]] = is_true(value)
        elif name == "vertAlign":
            self._format["superscript"] = value == "superscript"
        elif name == "rPh":
            self._skipped = True
        elif name in ("row", "c"):
            self._move(name, attributes.get("r", ""))
        self._is_text = name == "t" and not self._skipped

    def end(self, name: str) -> None:
        self._is_text = False
        if name == "rPh":
            self._skipped = False
        elif name == self._string:
            self._done(self._runs, self._cell)

    def text(self, text: str) -> None:
        if self._is_text:
            self._runs.append(Run(cell_string(text), **self._format))

    def _move(self, name: str, given: str) -> None:
        if name == "row":
            self._row = int(given) if given.isdigit() and len(given) < 8 else self._row + 1
            self._column = 0
        else:
            match = _LETTERS.match(given)
            self._cell = self._row, match[0] if match else column_letters(self._column)
            self._column += 1
