"""An .xlsx or .xlsm workbook beside its sheets (ISO/IEC 29500-1): their names, shared strings, styles."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notegen.reading.cell_text import column_index
from notegen.reading.container import Archive, UnreadableError
from notegen.reading.markup import (
    LONGEST_TEXT,
    Characters,
    Markup,
    attribute,
    cell_string,
    is_true,
    parse,
    plain_text,
)

_PLAIN_STRING = re.compile(r'\s*<si><t(?: xml:space="preserve")?>([^<]*)</t>')
_PLAIN_STRINGS = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_TAGS = 4
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_ZEROS = re.compile(r"(0{2,20})(?:;.*)?")
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_MOST_SPANNED = 200_000
_OTHER_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8)""", re.IGNORECASE)
SMALL = 1 << 24
"""Bytes that a part other than a sheet or the shared strings may have."""


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet as the workbook lists it; `part` is where its content lies."""

    name: str
    is_hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class XlsxBook:
    """What a sheet needs to know about its workbook; `dates` are the styles that show a number as a date,
    `zeros` those that fill it up with zeros, and to how many digits.
    """

    archive: Archive
    sheets: tuple[SheetName, ...]
    strings: list[str]
    dates: frozenset[int]
    is_1904: bool
    zeros: Mapping[int, int] = field(default_factory=dict)


def open_book(archive: Archive) -> XlsxBook:
    """Read everything but the sheets; UnreadableError where that cannot be done."""
    main = _target(archive, "", "officeDocument") or "xl/workbook.xml"
    listed: list[tuple[str, bool, str]] = []
    is_1904 = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_1904
        if name == "sheet":
            state = attributes.get("state", "visible") != "visible"
            listed.append((attributes.get("name", ""), state, attribute(attributes, "id")))
        elif name == "workbookPr":
            is_1904 = is_true(attributes.get("date1904", ""))

    parse(archive.stream(main, SMALL), start)
    targets = _relations(archive, main)
    sheets = tuple(
        SheetName(name, hidden, targets[key][1])
        for name, hidden, key in listed
        if key in targets and targets[key][0] == "worksheet"
    )
    if not sheets:
        raise UnreadableError("file-broken")
    strings = _strings(archive, _target(archive, main, "sharedStrings"))
    dates, zeros = _styles(archive, _target(archive, main, "styles"))
    return XlsxBook(archive, sheets, strings, dates, is_1904, zeros)


def is_tame(archive: Archive) -> bool:
    """Whether a reader that keeps every element may open the workbook, and make every cell of a merged or
    linked range.
    """
    left = _MOST_SPANNED

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal left
        if name in ("mergeCell", "hyperlink") and ":" in attributes.get("ref", ""):
            match = _RANGE.fullmatch(attributes["ref"])
            left -= _extent(*match.groups()) if match else _MOST_SPANNED

    try:
        for part in archive.names:
            if part.endswith((".xml", ".rels", ".vml")):
                parse(archive.stream(part, archive.bounds.part), start)
    except UnreadableError:
        return False
    return left > 0


def _extent(left: str, top: str, right: str, bottom: str) -> int:
    """Cells of a range."""
    across = abs(column_index(right) - column_index(left)) + 1
    return across * (abs(int(bottom) - int(top)) + 1)


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """The internal relations of a part: kind and target, by identifier."""
    folder, name = posixpath.split(part)
    relations: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = kind, target.lstrip("/")

    parse([archive.read(posixpath.join(folder, "_rels", f"{name}.rels"), SMALL)], start)
    return relations


def _target(archive: Archive, part: str, kind: str) -> str:
    found = (target for key, target in _relations(archive, part).values() if key == kind)
    return next((target for target in found if target in archive.names), "")


def _styles(archive: Archive, part: str) -> tuple[frozenset[int], dict[int, int]]:
    formats: dict[int, str] = {}
    styles: list[int] = []
    is_inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_inside
        if name == "numFmt":
            formats[_whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            is_inside = True
        elif name == "xf" and is_inside:
            styles.append(_whole(attributes.get("numFmtId", "")))

    def end(name: str) -> None:
        nonlocal is_inside
        is_inside = is_inside and name != "cellXfs"

    if part:
        parse(archive.stream(part, SMALL), start, end)
    dated = {key for key in {*styles} if _shows_date(key, formats.get(key))}
    filled = {key: len(match[1]) for key, code in formats.items() if (match := _ZEROS.fullmatch(code))}
    dates = frozenset(index for index, key in enumerate(styles) if key in dated)
    return dates, {index: filled[key] for index, key in enumerate(styles) if key in filled}


def _shows_date(key: int, code: str | None) -> bool:
    if code is None:
        return key in _DATE_FORMATS
    return _DATE_LETTERS.search(_NOT_LETTERS.sub("", code.split(";")[0])) is not None and "0" not in code


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def blocks(pieces: Iterator[bytes], close: bytes) -> Iterator[tuple[bytes, bool]]:
    """A stream cut after each last `close` of a piece, with whether the plain way of reading may be tried.

    It may not where the part is in another encoding than UTF-8, or where `close` does not turn up for long
    (as when the names of the elements have prefixes).
    """
    rest, is_plain, is_first = b"", True, True
    for piece in pieces:
        if is_first:
            is_plain = not piece.startswith((b"\xff", b"\xfe", b"\0")) and not _OTHER_ENCODING.match(piece)
            is_first = False
        rest += piece
        if not is_plain or len(rest) > 1 << 22:
            is_plain = False
            yield rest, False
            rest = b""
            continue
        cut = rest.rfind(close) + len(close)
        if cut >= len(close):
            yield rest[:cut], True
            rest = rest[cut:]
    yield rest, False


def _strings(archive: Archive, part: str) -> list[str]:
    """The shared strings; their pronunciation guides (rPh) are no part of them."""
    if not part:
        return []
    reader = _StringReader()
    for block, is_plain in blocks(archive.stream(part, archive.bounds.texts), b"</si>"):
        reader.read(block, is_plain=is_plain)
    reader.markup.close()
    return reader.strings


class _StringReader:
    """Plain strings by one expression each, everything else by the parser."""

    __slots__ = ("_has_begun", "_is_text", "_parts", "_skipped", "markup", "strings")

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.markup = Markup(self._start, self._end, self._text)
        self._parts = Characters()
        self._has_begun = self._is_text = self._skipped = False

    def read(self, block: bytes, *, is_plain: bool) -> None:
        if not is_plain or b"<!" in block or len(block) > LONGEST_TEXT:
            self.markup.feed(block)
            return
        if not self._has_begun:
            start = max(block.find(b"<si>"), 0)
            self.markup.feed(block[:start])
            block = block[start:]
            self._has_begun = True
        text = decoded(block)
        found = _PLAIN_STRINGS.findall(text)
        if text.count("<") == _TAGS * len(found):
            is_bare = "&" not in text and "_x" not in text
            self.strings.extend(found if is_bare else map(plain_text, found))
        else:
            self._read_one_by_one(text)

    def _read_one_by_one(self, text: str) -> None:
        for part in text.split("</si>")[:-1]:
            match = _PLAIN_STRING.fullmatch(part)
            if match:
                self.strings.append(plain_text(match[1]))
            else:
                self.markup.feed(f"{part}</si>".encode())

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            self._parts.clear()
        elif name == "rPh":
            self._skipped = True
        self._is_text = name == "t" and not self._skipped

    def _end(self, name: str) -> None:
        self._is_text = False
        if name == "si":
            self.strings.append(cell_string(self._parts.joined()))
        elif name == "rPh":
            self._skipped = False

    def _text(self, text: str) -> None:
        if self._is_text:
            self._parts.add(text)


def decoded(block: bytes) -> str:
    """UTF-8 or UnreadableError."""
    try:
        return block.decode()
    except UnicodeDecodeError as fault:
        raise UnreadableError("file-broken") from fault
