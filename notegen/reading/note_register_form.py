"""The blank register of notes: four sheets, with drop-down lists and a word of help on every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from notegen.domain.language import Language, Message
from notegen.reading.workbook import Choice, ColumnGuide, FormSheet, write_form_book

VERSION = "1"
ROWS = 200
_NOTES = (
    ("key", 20, "register-key"),
    ("unit", 10, "register-unit"),
    ("file", 14, "register-file"),
    ("topic", 20, "register-topic"),
    ("number", 10, "register-number"),
    ("issued", 14, "register-issued"),
    ("updated", 14, "register-updated"),
    ("place", 16, "register-place"),
    ("addressee", 34, "register-addressee"),
    ("languages", 18, "register-languages"),
    ("authoritative", 18, "register-authoritative"),
)
_OBLIGATORY = frozenset({"key", "unit", "file", "topic", "issued", "place", "addressee"})
_TEXTS = (
    ("key", 20, "register-note"),
    ("language", 12, "register-language"),
    ("title", 40, "register-title"),
    ("body", 100, "register-body"),
)
_ADDRESSEES = (
    ("key", 24, "register-addressee-key"),
    ("languages", 18, "register-addressee-languages"),
    ("email", 34, "register-email"),
)
_CASES = ("dative", "accusative", "genitive")
_LACKING = 'AND(COUNTA($A2:$K2)>0,TRIM({cell}2)="")'
_STRAY = 'AND({cell}2<>"",COUNTIF(Notes!$A$2:$A${last},{cell}2)=0)'


def write_note_form(path: Path, languages: Mapping[str, Language], language: str = "en") -> None:
    """Write the form, its help in `language`; every language known has its columns."""
    words = languages[language].messages
    columns = {
        "Notes": _notes(words, languages),
        "Texts": _texts(words, languages),
        "Links": _links(words, languages),
        "Addressees": _addressees(words, languages),
    }
    tag = languages[language].tag or language
    write_form_book(path, [FormSheet(name, tuple(c), ROWS, tag, VERSION) for name, c in columns.items()])


def _guide(
    words: Mapping[str, Message],
    column: tuple[str, int, str],
    values: tuple[str, ...] = (),
    bad: tuple[str, ...] = (),
) -> ColumnGuide:
    header, width, code = column
    refused = words["register-refused"]
    choice = Choice(values, refused.what, refused.do) if values else None
    return ColumnGuide(header, width, words[code].what, words[code].do, choice, bad)


def _notes(words: Mapping[str, Message], languages: Mapping[str, Language]) -> Iterator[ColumnGuide]:
    places = tuple(dict.fromkeys(place for language in languages.values() for place in language.places))
    for column in _NOTES:
        bad = (_LACKING,) if column[0] in _OBLIGATORY else ()
        yield _guide(words, column, places if column[0] == "place" else (), bad)


def _texts(words: Mapping[str, Message], languages: Mapping[str, Language]) -> Iterator[ColumnGuide]:
    for column in _TEXTS:
        values = tuple(languages) if column[0] == "language" else ()
        yield _guide(words, column, values, (_STRAY,) if column[0] == "key" else ())


def _links(words: Mapping[str, Message], languages: Mapping[str, Language]) -> Iterator[ColumnGuide]:
    yield _guide(words, ("key", 20, "register-note"), (), (_STRAY,))
    yield _guide(words, ("link", 24, "register-link"))
    for code in languages:
        yield _guide(words, (code, 48, "register-address"))


def _addressees(words: Mapping[str, Message], languages: Mapping[str, Language]) -> Iterator[ColumnGuide]:
    for column in _ADDRESSEES:
        yield _guide(words, column)
    for code, language in languages.items():
        yield _guide(words, (f"{code} name", 44, "register-name"))
        yield from _grammar(words, code, language)


def _grammar(words: Mapping[str, Message], code: str, language: Language) -> Iterator[ColumnGuide]:
    """The columns that the language's patterns ask for, and no others."""
    keys = tuple(language.grammar["opening"])
    genders = tuple(key for key in keys if key in ("f", "m", "n"))
    if genders:
        yield _guide(words, (f"{code} gender", 12, "register-gender"), genders)
        yield _guide(words, (f"{code} number", 12, "register-plural"), ("singular", "plural"))
    elif len(keys) > 1:
        yield _guide(words, (f"{code} article", 12, "register-article"), keys)
    patterns = " ".join(pattern for slot in language.grammar.values() for pattern in slot.values())
    for case in _CASES:
        if f"{{{case}}}" in patterns:
            yield _guide(words, (f"{code} {case}", 44, "register-case"))
    if genders:
        yield _guide(words, (f"{code} of", 44, "register-of"))
