"""The findings of `notegen note check` for a machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from notegen.cli.face import as_json

if TYPE_CHECKING:
    from notegen.domain.language import Language
    from notegen.domain.problem import Problem
    from notegen.flows import Checked


def checked_json(file: Path, outcome: Checked, words: Language) -> dict[str, Any]:
    """The findings of a file for a machine; `refused` are the lines that say why it cannot be used."""
    refused = [line for refusal in outcome.refusals for line in str(refusal).splitlines()]
    found = [_finding(problem, file, words) for problem in outcome.findings]
    return {"file": str(file), "findings": found, "refused": refused}


def _finding(problem: Problem, file: Path, words: Language) -> dict[str, Any]:
    """A finding for a machine; `file` is told of one in a text that the note keeps in a file of its own."""
    own = problem.place.file
    return as_json(problem, words) | ({} if own.startswith(str(file)) or not own else {"file": own})
