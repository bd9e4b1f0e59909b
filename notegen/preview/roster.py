"""The page about the roster: which rows are accepted, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from notegen.domain.problem import Problem
from notegen.domain.roster import Roster, RowStatus
from notegen.errors import NotegenError
from notegen.preview.visit import Choice, Values, Visit

PAGE = 200
"""How many rows a page holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the roster as the page shows it."""

    row: int
    status: str
    name: str
    href: str
    remarks: tuple[tuple[str, str, str], ...]

    def __repr__(self) -> str:
        return f"Line({self.row}, {self.status!r})"


def show_roster(visit: Visit) -> Values:
    """The roster's rows, those that get no mails first unless one status is chosen."""
    path = visit.snapshot.commission.roster
    if path is None:
        return {"file": ""}
    try:
        roster = visit.snapshot.roster_for(visit.words.code)
    except NotegenError as error:
        return {"file": str(path), "sheet": "", "reasons": visit.reasons(error)}
    if roster is None:
        return {"file": ""}
    counts = _counts(roster)
    chosen = visit.query.get("status", "")
    total = counts.get(chosen, sum(counts.values()))
    first = _page(visit, total)
    lines = islice(_lines(visit, roster, chosen), first * PAGE, (first + 1) * PAGE)
    return {
        "file": str(path),
        "sheet": roster.sheet,
        "reader": visit.reader,
        "warnings": [_words(visit, problem) for problem in roster.warnings],
        "statuses": _statuses(visit, counts, chosen),
        "lines": list(lines),
        "earlier": visit.here(page=str(first)) if first else "",
        "later": visit.here(page=str(first + 2)) if (first + 1) * PAGE < total else "",
        "page": first + 1,
        "pages": max(1, -(-total // PAGE)),
    }


def _page(visit: Visit, total: int) -> int:
    wish = visit.query.get("page", "1")
    number = int(wish) if wish.isdecimal() and len(wish) < 8 else 1
    return min(max(number - 1, 0), max(total - 1, 0) // PAGE)


def _counts(roster: Roster) -> dict[str, int]:
    counts = {status.value: 0 for status in RowStatus}
    counts["accepted"] = len(roster.accepted)
    for row in roster.rejected:
        counts[row.status.value] += 1
    return counts


def _statuses(visit: Visit, counts: dict[str, int], chosen: str) -> list[Choice]:
    every = f"{visit.words.say('all_rows')} ({sum(counts.values())})"
    choices = [Choice(every, visit.here(status="", page=""), chosen not in counts)]
    for status, count in counts.items():
        label = f"{visit.words.say('row_' + status)} ({count})"
        choices.append(Choice(label, visit.here(status=status, page=""), chosen == status))
    return choices


def _lines(visit: Visit, roster: Roster, chosen: str) -> Iterator[Line]:
    for refused in roster.rejected:
        if chosen in ("", refused.status.value):
            problems = (*refused.problems, *refused.warnings)
            remarks = tuple(_words(visit, problem) for problem in problems)
            yield Line(refused.row, refused.status.value, "", "", remarks)
    if chosen not in ("", RowStatus.ACCEPTED):
        return
    for row in roster.accepted:
        remarks = tuple(_words(visit, problem) for problem in row.warnings)
        href = visit.href("mails/profile-created", row=str(row.row), show=row.member.language)
        yield Line(row.row, RowStatus.ACCEPTED.value, row.member.name, href, remarks)


def _words(visit: Visit, problem: Problem) -> tuple[str, str, str]:
    worded = visit.reader.word(problem)
    return problem.severity.value, worded.what, worded.do
