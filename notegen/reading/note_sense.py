"""What the checks of one note share: where its values stand, its folder, and what was found so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.note import Acceptance
from notegen.domain.problem import Problem, Severity
from notegen.errors import NoteFileError
from notegen.reading.finding import Finding
from notegen.reading.yaml import Steps
from notegen.reading.yaml_form import Whereabouts

_MARKUP = re.compile(r"\*\*|\^[^\s^]+\^|\]\(|\[\^")


@dataclass(slots=True)
class Sense:
    """Collects findings (the note cannot be used) and warnings (it can), in whatever order they turn up.

    `archived`: the note comes out of its PDF, and what it names besides its texts need not be there any more.
    `refusals` are those of files that the note names.
    `unread`: steps to what cannot be read, about which nothing more is said.
    """

    where: Whereabouts
    folder: Path
    languages: Mapping[str, Language]
    archived: bool = False
    unread: frozenset[Steps] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    refusals: list[NoteFileError] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    companions: list[tuple[str, bytes]] = field(default_factory=list)

    def find(self, what: str, hint: str, *steps: str | int, key: bool = False) -> None:
        """Note one reason against the file."""
        if self.is_unread(*steps):
            return
        place = self.where.key_place(*steps) if key else self.where.place(*steps)
        self.findings.append(Finding(place, what, hint))

    def is_unread(self, *steps: str | int) -> bool:
        """Whether what the steps lead to, or what it stands in, cannot be read."""
        return any(steps[:length] in self.unread for length in range(1, len(steps) + 1))

    def warn(self, code: str, found: str, *steps: str | int, **values: str) -> None:
        """Note something that the author should know."""
        place = self.where.place(*steps)
        self.warnings.append(Problem(code, place, found, Severity.WARNING, tuple(values.items())))

    def plain(self, titles: Mapping[str, str], *steps: str | int) -> None:
        """Note titles with marks of Markdown, which are read in bodies only."""
        for code, title in titles.items():
            if _MARKUP.search(title):
                self.warn("note-title-markup", title, *steps, code)

    def without_met(self, accepted: Iterable[Acceptance]) -> tuple[Acceptance, ...]:
        """The acceptances that meet none of these warnings; the warnings that one meets are withdrawn."""
        told = tuple(accepted)
        met = [(each, problem) for each in told for problem in self.warnings if each.meets(problem)]
        self.warnings = [problem for problem in self.warnings if problem not in [other for _, other in met]]
        return tuple(each for each in told if each not in [other for other, _ in met])

    def beside(self, name: str, *steps: str | int) -> Path | None:
        """The file of that name in the note's folder or below; None, with a finding, when it is not there."""
        path = self.folder / name
        try:
            is_inside = path.resolve().is_relative_to(self.folder.resolve())
            is_file = path.is_file()
        except (OSError, ValueError, RuntimeError):  # too long, a null character, links in a circle
            is_inside, is_file = True, False
        if not is_inside:
            self.find(f"{name!r} lies outside the folder of the note.", "Put it beside the note.", *steps)
        elif not is_file and not self.archived:
            self.find(f"there is no file {name!r}.", "Names are relative to the folder of the note.", *steps)
        else:
            return path
        return None
