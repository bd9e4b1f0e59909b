"""What makes a file unusable, collected until the whole file was looked at, then raised as one error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from notegen.domain.problem import Place
from notegen.errors import InputError

Refusal = TypeVar("Refusal", bound=InputError)

MOST = 50
"""How many findings one error lists; more would bury the first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a file cannot be used: where, what is wrong, what to do."""

    place: Place
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.hint}".rstrip()


def refuse(findings: Sequence[Finding], error: type[InputError]) -> NoReturn:
    """Raise one error for all findings, as `refusal_of` words it."""
    raise refusal_of(findings, error)


def refusal_of(findings: Sequence[Finding], error: type[Refusal]) -> Refusal:
    """One error for all findings, in the order of the file, each on a line of its own."""
    ordered = sorted(dict.fromkeys(findings), key=_position)
    if len(ordered) == 1:
        return error(ordered[0].what, where=str(ordered[0].place), hint=ordered[0].hint)
    lines = [str(finding) for finding in ordered[:MOST]]
    if len(ordered) > MOST:
        lines.append(f"… and {len(ordered) - MOST} more.")
    return error("\n".join(lines))


def nearest(word: str, known: Iterable[str]) -> str:
    """The hint about an unknown word: the known one that looks most like it, or all of them."""
    names = sorted(known)
    match = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.7)
    return f"Did you mean {match[0]!r}?" if match else f"Known here: {', '.join(names)}."


def _position(finding: Finding) -> tuple[str, int, int]:
    column = finding.place.column
    return finding.place.file, finding.place.line or 0, int(column) if column.isdigit() else 0
