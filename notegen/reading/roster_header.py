"""The header row of a roster: which column is which, in any of the languages, however it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from notegen.domain.language import Language
from notegen.domain.roster import FIELDS
from notegen.reading.cell_text import SheetRow, column_index, column_letters, glimpsed, quoted, shown
from notegen.reading.container import UnreadableError

_BRACKETS = re.compile(r"\([^)]*\)?|\[[^]]*\]?")
_NUMBER_SIGN = re.compile(r"№|\bn\s*[°º]|\b(?:no|nr|n)\b\.?")
_NEAR = 0.72
_PART = 4
_LONGEST = 200
_MOST_LISTED = 8
FIRST_ROWS = 50
"""Among how many rows that hold something the headers are looked for."""
_FEWEST = 2
_AGAIN = 4
_NEAR_HEADERS = 3
_NEAR_ROWS = 10
_NEAR_CELLS = 20
_NEAR_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about the file as a whole: the code of a sentence, and what fills its slots."""

    code: str
    found: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands: column letters and the header as written; row 0 means that there is none.

    `faults` make the file unusable; `notes` are worth saying. `language` is that of most headers.
    """

    row: int
    letters: Mapping[str, str]
    headers: Mapping[str, str]
    language: str
    faults: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    def place(self, field: str) -> tuple[tuple[str, str], ...]:
        """What a problem says of the column: its `letters`, and its name (`B (Adresse email)`)."""
        letters, header = self.letters.get(field, ""), self.headers.get(field, "")
        return ("column", f"{letters} ({header})" if header else letters or field), ("letters", letters)


class HeaderWords:
    """The headers of all languages, folded: `exact` gives field and languages, `spellings` the other way."""

    __slots__ = ("exact", "languages", "spellings")

    def __init__(self, languages: Mapping[str, Language]) -> None:
        self.languages = languages
        self.exact: dict[str, tuple[str, list[str]]] = {}
        self.spellings: dict[str, list[str]] = {}
        for code, language in languages.items():
            named = {**dict(zip(FIELDS, language.headers, strict=True)), **language.optional_headers}
            for field, header in named.items():
                for key in {fold(header), fold(header.partition(":")[0])}:
                    self.exact.setdefault(key, (field, []))[1].append(code)
                    self.spellings.setdefault(field, []).append(key)


def spoken(languages: Mapping[str, Language], code: str) -> Language:
    """The language of that code; where there is none, English, or the first."""
    return languages.get(code) or languages.get("en") or next(iter(languages.values()))


def fold(header: str) -> str:
    """What all spellings of a header have in common: no case, accents, spaces, signs, brackets, `n°`."""
    text = _BRACKETS.sub(" ", header[:_LONGEST].casefold()) or header[:_LONGEST].casefold()
    text = unicodedata.normalize("NFKD", _NUMBER_SIGN.sub(" ", text))
    return "".join(character for character in text if character.isalnum())


def find_header(rows: Sequence[SheetRow], words: HeaderWords, language: str) -> Columns | None:
    """The columns by the header among the first rows; None where no row looks like one."""
    best = max(rows[:FIRST_ROWS], key=lambda row: len(_matches(row, words)), default=None)
    if best is None or len(_matches(best, words)) < _FEWEST:
        return None
    return _columns(best, words, language)


def stands_again(row: SheetRow, columns: Columns, words: HeaderWords) -> bool:
    """Whether a row further down is the headers once more (of the next page, or in a second language).

    Raises UnreadableError where they stand over other columns: what follows would be misread.
    """
    found = _matches(row, words)
    if not columns.row or len(found) < _AGAIN:
        return False
    if any(columns.letters.get(field) not in letters for field, letters in found.items()):
        raise UnreadableError("headers-again", row=str(row.number))
    return True


def near_header(rows: Sequence[SheetRow], words: HeaderWords, language: str) -> Columns | None:
    """The columns by a row of headers of which nearly all are misspelt or cut short, with faults that say
    which is which; None where no row looks like one.
    """
    scored = [(_resemblance(row, words), row) for row in rows[:_NEAR_ROWS]]
    likeness, best = max(scored, key=lambda one: max(one[0].values()), default=({}, None))
    if best is None or max(likeness.values()) < _NEAR_HEADERS:
        return None
    return _columns(best, words, language or max(likeness, key=lambda code: likeness[code]))


def _resemblance(row: SheetRow, words: HeaderWords) -> dict[str, int]:
    """How many of the headers of each language a row comes near to."""
    texts = [value for value in islice(row.cells.values(), _NEAR_CELLS) if isinstance(value, str)]
    folded = [fold(text) for text in texts if len(text) <= _NEAR_LENGTH]
    return {
        code: sum(
            any(
                _likeness(text, fold(key)) >= _NEAR
                for text in folded
                for key in (header, header.partition(":")[0])
            )
            for header in language.headers
        )
        for code, language in words.languages.items()
    }


def positional(rows: Sequence[SheetRow], words: HeaderWords, language: str) -> Columns:
    """The six columns A to F in the order of the form; a first row without an address is a header."""
    code = spoken(words.languages, language).code
    letters = {field: column_letters(index) for index, field in enumerate(FIELDS)}
    headers = dict(zip(FIELDS, words.languages[code].headers, strict=True))
    first = rows[0]
    row = 0 if looks_positional(first) else first.number
    return Columns(row, letters, headers, code, notes=(Remark("note-positional"),))


def looks_positional(row: SheetRow) -> bool:
    """Whether the row could be a person: digits in the first column, an address in the second."""
    digits = sum(character.isdigit() for character in shown(glimpsed(row.cells.get("A", ""))))
    return digits >= 6 and "@" in shown(glimpsed(row.cells.get("B", "")))


def _matches(row: SheetRow, words: HeaderWords) -> dict[str, list[str]]:
    """The columns of each field whose header is there in one of the spellings."""
    found: dict[str, list[str]] = {}
    for letters, value in row.cells.items():
        if isinstance(value, str) and len(value) <= _LONGEST:
            match = words.exact.get(fold(value))
            if match is not None:
                found.setdefault(match[0], []).append(letters)
    return found


def _columns(row: SheetRow, words: HeaderWords, language: str) -> Columns:
    found = _matches(row, words)
    headers = {field: quoted(row.cells[columns[0]]) for field, columns in found.items()}
    code = _language(headers.values(), words) if headers else language
    letters = {field: columns[0] for field, columns in found.items()}
    taken = {column for columns in found.values() for column in columns}
    unknown = [column for column in row.cells if column not in taken and quoted(row.cells[column])]
    expected = dict(zip(FIELDS, words.languages[code].headers, strict=True))
    faults = _lacking([field for field in FIELDS if field not in found], expected, row, unknown, words)
    faults += [_doubled(headers[field], columns) for field, columns in found.items() if len(columns) > 1]
    return Columns(row.number, letters, headers, code, tuple(faults), tuple(_notes(letters, row, unknown)))


def _language(headers: Iterable[str], words: HeaderWords) -> str:
    votes = Counter(code for header in headers for code in words.exact[fold(header)][1])
    return max(words.languages, key=lambda code: votes[code])


def _lacking(
    fields: Sequence[str], expected: Mapping[str, str], row: SheetRow, unknown: list[str], words: HeaderWords
) -> list[Remark]:
    """The headers that are missing, those misspelt beyond recognition with the column that comes nearest; a
    column is only near to the header that it resembles most.
    """
    nearest: dict[str, tuple[float, str, str]] = {}
    for column in unknown[:50] if fields else ():
        text = shown(glimpsed(row.cells[column]))
        if len(text) > _LONGEST:
            continue
        folded = fold(text)
        field = max(fields, key=lambda name: max(_ratio(folded, key) for key in words.spellings[name]))
        likeness = max(_likeness(folded, key) for key in words.spellings[field])
        nearest[field] = max(nearest.get(field, (_NEAR, "", "")), (likeness, column, text))
    remarks = []
    for field in fields:
        _, column, text = nearest.get(field, (0.0, "", ""))
        header = ("header", expected[field])
        remarks.append(
            Remark("header-near", text, (header, ("column", column)))
            if column
            else Remark("header-lacking", values=(header,))
        )
    return remarks


def _likeness(text: str, key: str) -> float:
    """From 0 to 1; likely where one is a part of the other, as `E-mail` of `E-mail address`."""
    ratio = _ratio(text, key)
    is_part = min(len(text), len(key)) >= _PART and (text in key or key in text)
    return 0.8 + 0.2 * ratio if is_part else ratio


def _ratio(text: str, key: str) -> float:
    return SequenceMatcher(None, text, key).ratio()


def _doubled(header: str, columns: list[str]) -> Remark:
    return Remark("header-twice", header, (("columns", ", ".join(columns)),))


def _notes(letters: Mapping[str, str], row: SheetRow, unknown: list[str]) -> Iterable[Remark]:
    order = [column_index(letters[field]) for field in FIELDS if field in letters]
    if order != sorted(order):
        yield Remark("note-order")
    if unknown:
        listed = [quoted(row.cells[column]) for column in unknown[:_MOST_LISTED]]
        more = len(unknown) - len(listed)
        yield Remark("note-ignored", ", ".join(listed) + (f" … (+{more})" if more else ""))
