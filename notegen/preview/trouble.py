"""What stopped something, as the desk shows it: where, what, what to do, and the lines round the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from notegen.errors import NotegenError

_PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?(?:: (?P<rest>.*))?$")
_AROUND = 2
_LARGEST = 2**20
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file that a person mends; `is_hit` marks the one that is meant."""

    number: int
    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to mend, in words of the language `tag`."""

    where: str
    what: str
    hint: str
    lines: tuple[SourceLine, ...] = ()
    tag: str = "en"


def reasons(error: NotegenError, files: Sequence[Path]) -> tuple[Reason, ...]:
    """Everything that an error says, each reason with its lines where it names one of these files.

    `files` are those that the desk shows, and the folders of the templates.
    """
    if error.where or "\n" not in error.what:
        return (Reason(error.where, error.what, error.hint, _excerpt(error.where, files)),)
    return tuple(_reason(line, error.hint, files) for line in error.what.splitlines())


def _reason(line: str, hint: str, files: Sequence[Path]) -> Reason:
    match = _PLACE.match(line)
    if match is None or match["rest"] is None:
        return Reason("", line, hint)
    where = line[: match.start("rest") - 2]
    return Reason(where, match["rest"], hint, _excerpt(where, files))


def _excerpt(where: str, files: Sequence[Path]) -> tuple[SourceLine, ...]:
    match = _PLACE.match(where)
    path = _file(match["file"], files) if match else None
    if match is None or path is None:
        return ()
    try:
        with path.open(encoding="utf-8") as file:
            lines = file.read(_LARGEST).splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    hit = int(match["line"])
    shown = range(max(1, hit - _AROUND), min(len(lines), hit + _AROUND) + 1)
    return tuple(SourceLine(n, lines[n - 1][:_LONGEST], n == hit) for n in shown)


def _file(name: str, files: Sequence[Path]) -> Path | None:
    """The file of that name, if it is one that may be shown."""
    for known in files:
        candidate = known / name if known.is_dir() else known
        if candidate.is_file() and (known.is_dir() or str(known) == name or known.name == name):
            if known.is_dir() and not candidate.resolve().is_relative_to(known.resolve()):
                continue
            return candidate
    return None
