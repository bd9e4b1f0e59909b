"""One note, or one per mission, to PDF; leaflets go the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.leaflet import Leaflet, Manuscript
from notegen.domain.note import Fragment, VerbalNote
from notegen.domain.problem import Problem, Severity
from notegen.errors import NoteFileError, NotegenError
from notegen.flows import leaflet as leaflets
from notegen.flows.annex import own_part, refuse_strays, with_annex
from notegen.flows.house import House
from notegen.flows.saving import save

if TYPE_CHECKING:
    # What is heavy is loaded by the line that needs it.
    from notegen.domain.addressee import Addressee
    from notegen.rendering.document import Document
    from notegen.rendering.press import Printer


def read_manuscripts_file(
    path: Path, house: House, addressees: Path | None = None
) -> tuple[tuple[Manuscript, tuple[Problem, ...]], ...]:
    """What a file holds: a leaflet, or notes as `read_notes_file` reads them; each with its warnings."""
    from notegen.reading.addressee_file import read_addressees
    from notegen.reading.note_register import read_manuscripts

    known = read_addressees(addressees, house.languages) if addressees else {}
    read = read_manuscripts(path, house.languages, addressees=known)
    return tuple(
        (each if isinstance(each, Leaflet) else with_annex(each, path.parent, house), warnings)
        for each, warnings in read
    )


def read_notes_file(
    path: Path, house: House, addressees: Path | None = None
) -> tuple[tuple[VerbalNote, tuple[Problem, ...]], ...]:
    """The notes of a file (a note.yaml holds one, a register many), each with the warnings about it.

    `addressees` is a list in which their addressees are looked up.
    """
    from notegen.reading.addressee_file import read_addressees
    from notegen.reading.note_register import read_notes

    known = read_addressees(addressees, house.languages) if addressees else {}
    read = read_notes(path, house.languages, addressees=known)
    return tuple((with_annex(note, path.parent, house), warnings) for note, warnings in read)


def read_note_file(
    path: Path, house: House, addressees: Path | None = None
) -> tuple[VerbalNote, tuple[Problem, ...]]:
    """The one note of a file, with the warnings about it; NoteFileError when a register holds several."""
    notes = read_notes_file(path, house, addressees)
    if len(notes) != 1:
        hint = "Give a file that holds one note."
        raise NoteFileError(f"it holds {len(notes)} notes", where=str(path), hint=hint)
    return notes[0]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a file before printing, and what keeps it from being used at all."""

    findings: tuple[Problem, ...]
    refusals: tuple[NotegenError, ...] = ()


def check_note_file(path: Path, house: House, addressees: Path | None = None) -> Checked:
    """Everything about a file that is known before printing, its texts also where one of its fields is wrong.

    Raises NoteFileError when the list of addressees cannot be used.
    """
    from notegen.reading.addressee_file import read_addressees
    from notegen.reading.note_register import peruse_manuscripts

    known = read_addressees(addressees, house.languages) if addressees else {}
    try:
        perusal = peruse_manuscripts(path, house.languages, addressees=known)
    except NoteFileError as error:
        return Checked((), (error,))
    found: list[Problem] = []
    refusals: list[NotegenError] = [perusal.refusal] if perusal.refusal else []
    for manuscript, warnings in perusal.held:
        found += (*warnings, *_judged(manuscript, path.parent, house, refusals))
    return Checked(tuple(found), tuple(refusals))


def _judged(
    manuscript: Manuscript | Fragment, folder: Path, house: House, refusals: list[NotegenError]
) -> tuple[Problem, ...]:
    from notegen.checking.leaflet import check_leaflet
    from notegen.checking.preflight import check_fragment, check_note

    languages = house.versed(house.languages)
    if isinstance(manuscript, Fragment):
        return check_fragment(manuscript, languages)
    if isinstance(manuscript, Leaflet):
        return check_leaflet(manuscript, languages) if refusals else preflight(manuscript, house)
    try:
        return preflight(with_annex(manuscript, folder, house), house)
    except NotegenError as error:
        refusals.append(error)
        return check_note(manuscript, languages)


def preflight(note: Manuscript, house: House) -> tuple[Problem, ...]:
    """The findings about one note. Where none of them says so already, what cannot be composed is raised."""
    from notegen.checking.preflight import check_note
    from notegen.rendering.lettering import check_lettering, refuse_unprintable

    if isinstance(note, Leaflet):
        return leaflets.preflight(note, house)
    found = (*check_note(note, house.versed(note.languages)), *check_lettering(note.versions))
    if not any(problem.severity is Severity.ERROR for problem in found):
        refuse_unprintable(compose_note(note, house, draft=True))
    return found


def compose_note(note: Manuscript, house: House, *, draft: bool, only: Sequence[str] = ()) -> Document:
    """The note or leaflet as HTML sections; a note without a number is always a draft."""
    from notegen.rendering.document import compose

    if isinstance(note, Leaflet):
        return leaflets.compose(note, house, draft=draft, only=only)
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
    notes: Iterable[Manuscript], house: House, folder: Path, wishes: PrintWishes, printer: Printer
) -> Iterator[Path]:
    """Write the PDFs of notes (one a language if `separate`), and their HTML if wanted; gives each path.

    All notes are composed before anything is written: one with a fault leaves no file behind. Raises
    NoteFileError where the sections of one cite different references, unless it is a draft.
    """
    from notegen.rendering.pdf import PdfWriter

    notes = tuple(notes)
    if not wishes.draft:
        for note in notes:
            _refuse_discord(note, house)
    named = [part for note in notes for part in _parts(note, house, wishes)]
    pdfs = printer(document for _, document in named)
    for (stem, document), pdf in zip(named, pdfs, strict=True):
        yield save(folder / f"{stem}.pdf", pdf)
        if wishes.html:
            yield save(folder / f"{stem}.html", PdfWriter().html(document).encode())


def _refuse_discord(note: Manuscript, house: House) -> None:
    from notegen.checking.preflight import check_note

    found = check_note(note, house.versed(note.languages)) if isinstance(note, VerbalNote) else ()
    for problem in found:
        if problem.code == "note-reference-differs":
            lacking = ", ".join(other.language for other in problem.others)
            what = f"{problem.found} stands in {problem.language!r} and not in {lacking}"
            hint = "Cite the same references in every language; `notegen note check` says where."
            raise NoteFileError(what, where=str(problem.place), hint=hint)


def _parts(note: Manuscript, house: House, wishes: PrintWishes) -> Iterator[tuple[str, Document]]:
    parts = [(code,) for code in wishes.only or note.languages] if wishes.separate else [()]
    for part in parts:
        document = compose_note(note, house, draft=wishes.draft, only=part or wishes.only)
        yield "-".join((note_stem(note, wishes.draft), *part)), document


def merge_note(
    note: VerbalNote, addressees: Sequence[Addressee], house: House, printer: Printer, *, draft: bool = False
) -> Iterator[tuple[Addressee, bytes]]:
    """One PDF per mission, in that mission's languages, in the order of the list.

    This is the seam of every merge: how the copies are made is the printer's business. Raises NoteFileError
    before the first copy when the note lacks a mission's language.
    """
    refuse_strays(note, addressees)
    notes = [addressed(note, addressee) for addressee in addressees]
    documents = (compose_note(each, house, draft=draft) for each in notes)
    yield from zip(addressees, printer(documents), strict=True)


def addressed(note: VerbalNote, addressee: Addressee) -> VerbalNote:
    """The note to one mission: in its languages, in its order, and with its own members in the annex."""
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
    return replace(
        note,
        addressee=addressee,
        versions=chosen,
        authoritative=authoritative,
        annex=own_part(note, addressee),
    )


def note_stem(note: Manuscript, draft: bool) -> str:
    """What the files of a note are called: by its reference, a draft and a leaflet by the source."""
    from notegen.domain.reference import ReferenceNumber

    if isinstance(note, Leaflet) and not draft:
        return Path(note.source_name).stem
    if draft or isinstance(note, Leaflet) or not isinstance(note.reference, ReferenceNumber):
        return f"{Path(note.source_name).stem}-draft"
    updated = f"_{note.updated:%d.%m.%Y}" if note.updated else ""
    return note.reference.slug + updated
