"""One visit of a reader to the desk: in which language, to which page, with which wishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from notegen.domain.language import Language
from notegen.domain.problem import Place, Problem
from notegen.errors import NotegenError, RosterFileError
from notegen.preview.snapshot import Snapshot
from notegen.preview.trouble import Reason, reasons
from notegen.preview.words import DeskWords

Values = Mapping[str, object]
"""What a page's template is filled with."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`path` is the page without its language (`notes/1`); `query` the wishes, one value each."""

    snapshot: Snapshot
    words: DeskWords
    path: str
    query: Mapping[str, str]

    def href(self, path: str, **changed: str) -> str:
        """The address of a page in the reader's language; an empty value takes a wish away."""
        wishes = {key: value for key, value in changed.items() if value}
        return f"/{self.words.code}/{path}" + (f"?{urlencode(wishes)}" if wishes else "")

    def here(self, **changed: str) -> str:
        """This page with other wishes, the rest of them kept."""
        return self.href(self.path, **{**self.query, **changed})

    def reasons(self, error: NotegenError) -> tuple[Reason, ...]:
        """An error as the page shows it."""
        # Not the settings: what is wrong in them may be a secret that stands there.
        shown = (*self.snapshot.commission.files, *self.snapshot.companions, *self.snapshot.folders)
        found = reasons(error, shown)
        if isinstance(error, RosterFileError) and error.code:
            return tuple(replace(reason, tag=self.words.tag) for reason in found)
        return found

    @property
    def reader(self) -> Language:
        """The language that findings are worded in."""
        languages = self.snapshot.languages
        return languages.get(self.words.code) or next(iter(languages.values()))

    def shown(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the languages that the reader wants to see; all of them where none is named."""
        wanted = self.query.get("show", "").split(",")
        return tuple(code for code in languages if code in wanted) or languages


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from, as a link."""

    label: str
    href: str
    is_chosen: bool
    tag: str = ""
    title: str = ""


def language_choices(visit: Visit, languages: tuple[str, ...]) -> tuple[Choice, ...]:
    """A link for each language that shows or hides it; the last one shown stays."""
    shown = visit.shown(languages)
    known = visit.snapshot.house.languages
    choices = []
    for code in languages:
        others = [each for each in languages if (each in shown) != (each == code)] or [code]
        wish = "" if len(others) == len(languages) else ",".join(others)
        language = known.get(code)
        choices.append(
            Choice(
                label=language.name if language else code,
                href=visit.here(show=wish),
                is_chosen=code in shown,
                tag=language.tag if language else code,
            )
        )
    return tuple(choices)


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as a reader sees it; `anchor` is where it stands on the page, empty for no place."""

    number: int
    severity: str
    what: str
    do: str
    place: str
    language: str = ""
    anchor: str = ""
    others: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """The passage of another version that a finding was held against, and where the page shows it."""

    language: str
    place: str
    anchor: str


def remark(
    visit: Visit, number: int, problem: Problem, anchor: str = "", others: Sequence[str] = ()
) -> Remark:
    """A finding in the reader's language; `others` are the anchors of its counterparts, empty for none."""
    beside = list(zip(problem.others, others, strict=False))
    # A link leads to a counterpart on the page; of the others it is told where they stand.
    untold = tuple(other for other, there in beside if not there)
    worded = visit.reader.word(replace(problem, others=untold) if beside else problem)
    return Remark(
        number=number,
        severity=problem.severity.value,
        what=worded.what,
        do=worded.do,
        place=place_words(visit, problem.place),
        language=_name(visit, problem.language),
        anchor=anchor,
        others=tuple(
            Beside(_name(visit, other.language), place_words(visit, other.place), there)
            for other, there in beside
            if there
        ),
    )


def place_words(visit: Visit, place: Place | None) -> str:
    """A line, or the cell of a workbook, in the reader's words; empty where neither is known."""
    if place is None or not place.line:
        return ""
    if place.column.isalpha():
        return f"{place.column}{place.line}"
    return visit.words.say("line", number=place.line)


def _name(visit: Visit, code: str) -> str:
    known = visit.snapshot.languages
    return known[code].name if code in known else code
