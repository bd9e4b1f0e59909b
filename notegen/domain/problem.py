"""What is wrong with something a person wrote, as data: a code, a place, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the thing it is about; a warning is printed and work goes on; a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file name, 1-based line (a row number in a workbook), column or field."""

    file: str = ""
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The passage of another language version that a finding was held against, `text` being its first line.

    `place` is None where that version has no such passage.
    """

    language: str
    place: Place | None = None
    text: str = ""

    def __repr__(self) -> str:
        return f"Counterpart({self.language!r}, {str(self.place or '')!r})"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `code` names a sentence under [problems] of every language's messages.toml.

    `found` is what the person wrote (shown to that person only, never logged); `values` are further words
    that the sentence needs, as (name, value) pairs; `language` is the section of a note it concerns, and
    `others` are the passages of other sections that it was compared with.
    """

    code: str
    place: Place
    found: str = ""
    severity: Severity = Severity.ERROR
    values: tuple[tuple[str, str], ...] = ()
    language: str = ""
    others: tuple[Counterpart, ...] = ()

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {str(self.place)!r}, {self.severity.value})"
