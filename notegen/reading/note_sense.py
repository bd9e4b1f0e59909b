"""What the checks of one note share: where its values stand, its folder, and what was found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.problem import Problem, Severity
from notegen.reading.finding import Finding
from notegen.reading.yaml_form import Whereabouts


@dataclass(slots=True)
class Sense:
    """Collects findings (the note cannot be used) and warnings (it can), in whatever order they turn up.

    `archived`: the note comes out of its PDF, and what it names besides its texts need not be there any more.
    """

    where: Whereabouts
    folder: Path
    languages: Mapping[str, Language]
    archived: bool = False
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    companions: list[tuple[str, bytes]] = field(default_factory=list)

    def find(self, what: str, hint: str, *steps: str | int, key: bool = False) -> None:
        """Note one reason against the file."""
        place = self.where.key_place(*steps) if key else self.where.place(*steps)
        self.findings.append(Finding(place, what, hint))

    def warn(self, code: str, found: str, *steps: str | int, **values: str) -> None:
        """Note something that the author should know."""
        place = self.where.place(*steps)
        self.warnings.append(Problem(code, place, found, Severity.WARNING, tuple(values.items())))

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
