"""Findings about a note that its author accepts on purpose, with a reason that stays in the note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from notegen.domain.note import Acceptance
from notegen.domain.problem import Problem, Severity

_NEVER = frozenset(
    {
        "note-language-unknown",
        "note-title-missing",
        "note-body-missing",
        "note-place-missing",
        "note-addressee-missing",
        "note-enclosure-untitled",
        "note-genitive-missing",
        "note-link-dead",
        "note-too-long",
    }
)
"""What is missing stays missing, whatever the reason."""


UNUSED = "note-acceptance-unused"
"""The code of an acceptance that meets no finding."""


def without_accepted(accepted: Sequence[Acceptance], found: Iterable[Problem]) -> Iterator[Problem]:
    """The findings that nobody accepted; an acceptance that meets no finding is itself one."""
    idle = list(accepted)
    for problem in found:
        accepting = [acceptance for acceptance in accepted if acceptance.meets(problem)]
        idle = [acceptance for acceptance in idle if acceptance not in accepting]
        if not accepting:
            yield problem
        elif problem.code in _NEVER:
            yield problem
            yield _told(accepting[0], "note-acceptance-refused", Severity.ERROR)
    for acceptance in idle:
        yield _told(acceptance, UNUSED, Severity.WARNING)


def _told(acceptance: Acceptance, code: str, severity: Severity) -> Problem:
    return Problem(code, acceptance.place, acceptance.finding, severity, (("text", acceptance.found),))
