"""The straight lines: how one note becomes a PDF, how one roster becomes e-mails. Read this file first.

note.yaml → read_note → VerbalNote → compose (HTML, one section a language) → PdfWriter → bytes → save
roster row → read_roster → Member → series (3 notifications) → Ledger: planned, on disk
    → dispatch: intent on disk → EmailComposer → Delivery → Receipt → Ledger
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language
from notegen.domain.member import Member
from notegen.domain.notification import Series, series
from notegen.domain.problem import Problem
from notegen.domain.sender import Sender
from notegen.errors import InputError, NoteFileError

if TYPE_CHECKING:
    # What is heavy is loaded by the line that needs it.
    from notegen.domain.addressee import Addressee
    from notegen.domain.note import VerbalNote
    from notegen.domain.roster import Roster
    from notegen.reading.roster_file import RosterOptions
    from notegen.records.ledger import Ledger
    from notegen.records.planning import Planned
    from notegen.rendering.document import Document
    from notegen.rendering.template import Templates


@dataclass(frozen=True, slots=True)
class House:
    """What every line needs: the languages, their templates, who sends, and the typographic profile."""

    languages: Mapping[str, Language]
    templates: Templates
    sender: Sender
    profile: str = "be"


def read_note_file(
    path: Path, house: House, addressees: Path | None = None
) -> tuple[VerbalNote, tuple[Problem, ...]]:
    """A note with the warnings about it; `addressees` is a list to find its addressee in."""
    from notegen.reading.addressee_file import read_addressees
    from notegen.reading.note_file import read_note

    known = read_addressees(addressees, house.languages) if addressees else {}
    return read_note(path, house.languages, addressees=known)


def check_note_file(path: Path, house: House, addressees: Path | None = None) -> tuple[Problem, ...]:
    """Everything about a note that can be known before printing; NoteFileError when it cannot be read."""
    from notegen.checking.preflight import check_note

    note, warnings = read_note_file(path, house, addressees)
    compose_note(note, house, draft=True)
    return (*warnings, *check_note(note, house.languages))


def compose_note(note: VerbalNote, house: House, *, draft: bool, only: Sequence[str] = ()) -> Document:
    """The note as HTML sections; a note without a number is always a draft."""
    from notegen.rendering.document import compose

    return compose(
        note, house.languages, house.templates, house.sender, draft=draft, only=only, profile=house.profile
    )


@dataclass(frozen=True, slots=True)
class PrintWishes:
    """How notes are to be printed: `only` these languages, `separate` files for them, HTML beside the PDF."""

    draft: bool = False
    html: bool = False
    only: tuple[str, ...] = ()
    separate: bool = False


def print_notes(
    notes: Iterable[VerbalNote], house: House, folder: Path, wishes: PrintWishes, jobs: int = 1
) -> Iterator[Path]:
    """Write the PDFs of notes (one a language if `separate`), and their HTML if wanted; gives each path.

    All notes are composed before anything is written: one with a fault leaves no file behind.
    """
    from notegen.rendering.pdf import PdfWriter
    from notegen.rendering.press import write_all

    named = [part for note in notes for part in _parts(note, house, wishes)]
    pdfs = write_all((document for _, document in named), jobs)
    for (stem, document), pdf in zip(named, pdfs, strict=True):
        yield save(folder / f"{stem}.pdf", pdf)
        if wishes.html:
            yield save(folder / f"{stem}.html", PdfWriter().html(document).encode())


def _parts(note: VerbalNote, house: House, wishes: PrintWishes) -> Iterator[tuple[str, Document]]:
    parts = [(code,) for code in wishes.only or note.languages] if wishes.separate else [()]
    for part in parts:
        document = compose_note(note, house, draft=wishes.draft, only=part or wishes.only)
        yield "-".join((note_stem(note, wishes.draft), *part)), document


def merge_note(
    note: VerbalNote, addressees: Sequence[Addressee], house: House, *, draft: bool = False, jobs: int = 1
) -> Iterator[tuple[Addressee, bytes]]:
    """One PDF per mission, in that mission's languages, in the order of the list.

    This is the seam of every merge: how the copies are made is its own business. Raises NoteFileError before
    the first copy when the note lacks a mission's language.
    """
    from notegen.rendering.press import write_all

    notes = [addressed(note, addressee) for addressee in addressees]
    documents = (compose_note(each, house, draft=draft) for each in notes)
    yield from zip(addressees, write_all(documents, jobs), strict=True)


def addressed(note: VerbalNote, addressee: Addressee) -> VerbalNote:
    """The note to one mission, its sections those of the mission, in its order."""
    versions = {version.language: version for version in note.versions}
    wanted = addressee.languages or note.languages
    missing = [code for code in wanted if code not in versions]
    if missing:
        what = f"{addressee.key} is written to in {', '.join(missing)}, the note is not"
        raise NoteFileError(
            what, where=note.source_name, hint="Add the section, or mend the mission's languages."
        )
    chosen = tuple(versions[code] for code in wanted)
    authoritative = tuple(code for code in note.authoritative if code in wanted)
    return replace(note, addressee=addressee, versions=chosen, authoritative=authoritative)


def note_stem(note: VerbalNote, draft: bool) -> str:
    """What the files of a note are called: by its reference, a draft by its source."""
    from notegen.domain.reference import ReferenceNumber

    if draft or not isinstance(note.reference, ReferenceNumber):
        return f"{Path(note.source_name).stem}-draft"
    return note.reference.slug


def save(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; an issued note (a read-only file) is never written over.

    Raises InputError that says what stands in the way.
    """
    if path.exists() and not path.stat().st_mode & 0o222:
        if path.read_bytes() == content:
            return path
        raise InputError(
            "this note was issued; it is never overwritten", where=str(path), hint="Choose another -o folder."
        )
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise InputError(
            error.strerror or str(error), where=str(path), hint="Choose a folder that can be written."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def read_roster_file(
    path: Path, house: House, today: date, options: RosterOptions, language: str = ""
) -> Roster:
    """A roster with every row judged; RosterFileError when it cannot be used as a whole."""
    from notegen.reading.roster_file import read_roster

    return read_roster(path, house.languages, today=today, options=options, language=language)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of a roster's people a run is about, and where their mails go.

    `redirect_to` makes it a rehearsal: a dispatch of its own whose mails all go to that address. `allowed`
    holds addresses and domains in lower case; empty allows everyone.
    """

    first: int = 0
    rows: frozenset[int] = frozenset()
    allowed: frozenset[str] = frozenset()
    redirect_to: EmailAddress | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nobody is left out."""
        return not (self.first or self.rows or self.allowed)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator asks of a dispatch besides the roster."""

    id_domain: str
    name: str = ""
    requester: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None
    again: bool = False


def choose(roster: Roster, selection: Selection) -> tuple[Series, ...]:
    """What each chosen member gets; InputError when a row is named that holds no accepted member."""
    members = list(roster.members)
    unknown = sorted(selection.rows - {member.row for member in members})
    if unknown:
        what = f"no accepted member in row {', '.join(str(row) for row in unknown)}"
        raise InputError(what, where=roster.file, hint="`notegen roster check` lists the rows.")
    if selection.rows:
        members = [member for member in members if member.row in selection.rows]
    if selection.allowed:
        members = [member for member in members if _is_allowed(member, selection.allowed)]
    if selection.first:
        members = members[: selection.first]
    return tuple(_redirected(series(member), selection.redirect_to) for member in members)


def plan_roster(
    roster: Roster,
    chosen: Sequence[Series],
    selection: Selection,
    ledger: Ledger,
    wishes: Wishes,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Planned:
    """Write every mail of the chosen people into the ledger, in one transaction; a dry run keeps nothing."""
    from notegen.records.planning import PlanRequest

    request = PlanRequest(
        digest=_digest(roster, selection),
        id_domain=wishes.id_domain,
        name=wishes.name,
        requester=wishes.requester,
        not_before=wishes.not_before,
        expires=wishes.expires,
        complete=selection.is_complete,
        again=wishes.again,
    )
    return ledger.plan(request, chosen, now, commit=not dry_run)


def _digest(roster: Roster, selection: Selection) -> str:
    """What the content is recognised by; a rehearsal is never taken for the real thing."""
    if selection.redirect_to is None:
        return roster.digest
    return hashlib.sha256(f"{roster.digest} to {selection.redirect_to.folded}".encode()).hexdigest()


def _is_allowed(member: Member, allowed: frozenset[str]) -> bool:
    return member.email.folded in allowed or member.email.domain.casefold() in allowed


def _redirected(own: Series, address: EmailAddress | None) -> Series:
    if address is None:
        return own
    return replace(own, notifications=tuple(replace(n, recipient=address) for n in own.notifications))
