"""A note file with the title or the body of one language in another wording; all else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from notegen.domain.note import LanguageVersion
from notegen.errors import NoteFileError
from notegen.reading.toml_passages import toml_string
from notegen.reading.yaml import loads

_PLAIN = re.compile(r"[^\W\d_][^:#\n\[\]{},&*!|>'\"%@`]*(?<! )")
_SCALAR = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|[^\n,{}\[\]#]*[^\s,{}\[\]#]")


def emended_note(
    path: Path, version: LanguageVersion, title: str, body: str, companions: Mapping[str, bytes]
) -> dict[Path, bytes]:
    """The files that change so that a version has this title and this body, with their new content.

    A body stands after `|` or in a file of its own (one of `companions`); otherwise NoteFileError.
    """
    lines = path.read_bytes().decode("utf-8-sig").split("\n")
    files: dict[Path, bytes] = {}
    if title != version.title:
        _set_title(lines, version, title)
    if body != version.body:
        own = Path(version.place.file)
        if own.name in {Path(name).name for name in companions} and own != path:
            files[own] = body.encode()
        else:
            _set_body(lines, version, body)
    text = "\n".join(lines)
    read = loads(text.encode(), str(path), NoteFileError).content
    told = read if isinstance(read, dict) else {}
    titles = told.get("title")
    if not isinstance(titles, dict) or titles.get(version.language) != title:
        raise NoteFileError("the title cannot be put in here.", where=str(version.title_place), hint=_HINT)
    if text.encode() != path.read_bytes().removeprefix(b"\xef\xbb\xbf"):
        files[path] = text.encode()
    return files


_HINT = "Write it on one line, as it is in the notes that `notegen note new` makes."


def _set_title(lines: list[str], version: LanguageVersion, title: str) -> None:
    place = version.title_place
    if place.line is None or not place.column.isdigit():
        raise NoteFileError("the title cannot be put in here.", where=str(place), hint=_HINT)
    line, column = lines[place.line - 1], int(place.column) - 1
    old = _SCALAR.match(line, column)
    if old is None:
        raise NoteFileError("the title cannot be put in here.", where=str(place), hint=_HINT)
    new = title if _PLAIN.fullmatch(title) and not old[0].startswith(('"', "'")) else toml_string(title)
    lines[place.line - 1] = line[:column] + new + line[old.end() :]


def _set_body(lines: list[str], version: LanguageVersion, body: str) -> None:
    place = version.place
    first = (place.line or 1) - 1
    margin = " " * (int(place.column) - 1 if place.column.isdigit() else 0)
    old = version.body.removesuffix("\n").split("\n")
    there = lines[first : first + len(old)]
    # Lengths, not letters: a reference with the letter O for a zero is read with the zero.
    same = [len(line.rstrip()) for line in there] == [len((margin + line).rstrip()) for line in old]
    if not margin or not same:
        hint = "Write the body after `|`, or in a file of its own."
        raise NoteFileError("the body cannot be put in here.", where=str(place), hint=hint)
    new = body.removesuffix("\n").split("\n")
    lines[first : first + len(old)] = [margin + line if line.strip() else "" for line in new]
