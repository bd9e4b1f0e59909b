"""A verbal note: one document in one or more languages, from a sender to an addressee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from notegen.domain.addressee import Addressee
from notegen.domain.member import Member
from notegen.domain.problem import Place, Problem
from notegen.domain.reference import ReferenceNumber, ReferenceRequest

_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class LanguageVersion:
    """Title and body (Markdown) of one language; `place` is where the body's first line stands."""

    language: str
    title: str
    body: str
    place: Place
    title_place: Place = _NOWHERE

    def at(self, line: int, column: int = 1) -> Place:
        """Where a line and column of the body (both from 1) stand in the author's file."""
        if self.place.line is None or not self.place.column.isdigit():
            return self.place
        indentation = int(self.place.column) - 1
        return Place(self.place.file, self.place.line + line - 1, str(indentation + column))

    def at_character(self, start: int) -> Place:
        """Where a character of the body (counted from 0) stands in the author's file."""
        before = self.body[:start]
        return self.at(before.count("\n") + 1, start - before.rfind("\n"))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Something sent along: a title per language; `languages` it exists in (empty: any)."""

    file: str
    title: Mapping[str, str]
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that the author accepts: its code, what it is about as written, and why.

    `language` is the section it is in (any when empty), `place` where the author says so.
    """

    finding: str
    found: str
    reason: str
    language: str
    place: Place

    def meets(self, problem: Problem) -> bool:
        """Whether that finding is the accepted one."""
        is_same = self.finding == problem.code and self.found.split() == problem.found.split()
        return is_same and self.language in ("", problem.language)


@dataclass(frozen=True, slots=True)
class Fragment:
    """The texts that can be read of a note which cannot be used as it stands, and what its author accepts."""

    versions: tuple[LanguageVersion, ...]
    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True)
class VerbalNote:
    """A note as its author wrote it, checked at the border.

    `reference` is a request while no number is allotted. `links` maps a key to targets per language.
    `versions` stand in document order. `authoritative` is empty when all versions are. `source` holds the
    author's file byte for byte, to be embedded, `companions` the body files it names. `annex` holds the
    members listed on the annex's pages, once the roster was read. `accepted` are the findings that the author
    knows and keeps. `done` is the date beside the place: update
    or first issue.
    """

    document: str
    reference: ReferenceNumber | ReferenceRequest
    issued: date
    updated: date | None
    place: str
    addressee: Addressee
    versions: tuple[LanguageVersion, ...]
    authoritative: tuple[str, ...] = ()
    links: Mapping[str, Mapping[str, str]] | None = None
    enclosures: tuple[Enclosure, ...] = ()
    annex_roster: str = ""
    source_name: str = ""
    source: bytes = b""
    companions: tuple[tuple[str, bytes], ...] = ()
    annex: tuple[Member, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the sections, in document order."""
        return tuple(version.language for version in self.versions)

    @property
    def done(self) -> date:
        """The date of the done-at line."""
        return self.updated or self.issued

    def is_courtesy(self, language: str) -> bool:
        """Whether that version is a courtesy version, other versions being authoritative."""
        return bool(self.authoritative) and language not in self.authoritative
