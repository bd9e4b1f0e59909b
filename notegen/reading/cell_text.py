"""The text of a cell: invisible characters taken out, odd spaces folded, and values as a person sees them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell without a value: an error such as `#REF!`, or (`text` empty) a formula never computed."""

    text: str


Value: TypeAlias = str | int | float | bool | date | CellFault
"""What a cell can hold; an empty cell is not there at all."""


class SheetRow(NamedTuple):
    """A row that is not blank: the number that Excel shows, and its values by column letter."""

    number: int
    cells: dict[str, Value]
    hidden: bool = False


PLAIN = r"[!-~\u00a1-\u00ac\u00ae-\u02af]+(?: [!-~\u00a1-\u00ac\u00ae-\u02af]+)*"
"""A text of Latin letters and signs in which there is nothing to clean."""
_PLAIN = re.compile(PLAIN)
_VISIBLE = re.compile(r"[!-~\u00a1-\u00ac\u00ae-\u02af]")
_BREAK = re.compile(r"[\n\v\f\r\x85\u2028\u2029]")
_SILENT = frozenset({"Cc", "Cf", "Cs", "Cn"})
SHOWN = 120
"""How many characters of a cell a message quotes."""
GLIMPSE = 1_500
"""How many characters of a cell are looked at where only a short text can be right."""


def clean(text: str) -> str:
    """One line in Unicode normal form C: controls, marks of direction and zero-width characters are gone,
    each run of spaces, tabs, line breaks and their Unicode kin is one space, none at the ends.
    """
    if _PLAIN.fullmatch(text):
        return text
    kept = "".join(map(_folded, text))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def is_blank(text: str) -> bool:
    """Whether nothing of the text would be seen."""
    return _VISIBLE.search(text) is None and not clean(text)


def has_line_break(text: str) -> bool:
    """Whether a line ends inside the text (not merely at its ends)."""
    return _BREAK.search(text.strip()) is not None


def glimpsed(value: Value) -> Value:
    """A text cut to what is looked at where only a short one can be right; any other value as it is."""
    return value[:GLIMPSE] if isinstance(value, str) else value


def shown(value: Value) -> str:
    """A value as the person who typed it sees it, on one line."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, CellFault):
        return clean(value.text)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y" if value.time() == datetime.min.time() else "%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def quoted(value: Value) -> str:
    """The same, cut to what a message can quote."""
    text = shown(value[: 4 * SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The reverse: A is 0."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


@lru_cache(maxsize=2048)
def _folded(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _SILENT else character
