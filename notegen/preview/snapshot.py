"""What the files say at one moment: read when it is first asked for, forgotten as soon as a file changes."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from notegen.checking.translations import Matrix
from notegen.domain.activation import Activation
from notegen.domain.language import Language
from notegen.domain.leaflet import Manuscript
from notegen.domain.problem import Problem
from notegen.domain.roster import Roster
from notegen.errors import NotegenError, RosterFileError
from notegen.flows import House, compose_note, read_roster_file
from notegen.flows.note import preflight, read_manuscripts_file
from notegen.flows.translation import check_template_folders
from notegen.office import REHEARSAL_URL, make_composer, make_house, roster_options
from notegen.preview.naming import named_files
from notegen.preview.words import DeskWords, read_words
from notegen.reading.language_folder import read_languages
from notegen.rendering.email import EmailComposer
from notegen.rendering.pdf import PdfWriter
from notegen.settings import Settings, shipped_folder

_WORKING = threading.RLock()
"""What makes pages works for one thread at a time."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """The settings as they are, and the template folders that they and the command name."""

    settings: Settings
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Commission:
    """What the desk was asked to show, and the world it stands in.

    `outfit` reads the settings in the file `config`; it raises SettingsError while they cannot be used.
    """

    notes: tuple[Path, ...]
    roster: Path | None
    addressees: Path | None
    config: Path
    outfit: Callable[[], Outfit]
    today: Callable[[], date]
    now: Callable[[], datetime]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files named by hand; the texts of notes may lie in further ones beside them."""
        named = (*self.notes, self.roster, self.addressees)
        return tuple(path for path in named if path is not None)


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note as far as it could be read; `error` says what keeps it from being read, or printed."""

    path: Path
    note: Manuscript | None
    findings: tuple[Problem, ...] = ()
    error: NotegenError | None = None


class Snapshot:
    """The material of one moment. What cannot be used raises a NotegenError each time it is asked for."""

    def __init__(self, commission: Commission, number: int, writer: PdfWriter) -> None:
        self.commission = commission
        self.number = number
        self._writer = writer
        self._notes: tuple[ReadNote, ...] | None = None
        self._papers: dict[int, bytes] = {}

    @functools.cached_property
    def outfit(self) -> Outfit:
        """The settings and the template folders."""
        return self.commission.outfit()

    @functools.cached_property
    def folders(self) -> tuple[Path, ...]:
        """The template folders; while the settings are broken, the one that comes with notegen."""
        try:
            return self.outfit.folders
        except NotegenError:
            return (shipped_folder("templates"),)

    @functools.cached_property
    def words(self) -> dict[str, DeskWords]:
        """The languages that the desk speaks; a folder of one's own that is broken is left aside."""
        try:
            return read_words(self.folders)
        except NotegenError:
            return read_words(self.folders[-1:])

    @functools.cached_property
    def house(self) -> House:
        """Languages, templates and letterhead."""
        own = self.outfit
        return make_house(read_languages(own.folders), own.folders, own.settings, self.commission.today())

    @functools.cached_property
    def languages(self) -> Mapping[str, Language]:
        """The languages to word findings in, even while a folder of one's own is broken."""
        try:
            return self.house.languages
        except NotegenError:
            return read_languages(self.folders[-1:])

    @functools.cached_property
    def matrix(self) -> Matrix:
        """Every text in every language, and how it stands."""
        return check_template_folders(self.outfit.folders)

    @functools.cached_property
    def composer(self) -> EmailComposer:
        """What makes the mails; links and codes are masked, so that a key of the moment serves them."""
        activation = Activation(secrets.token_bytes(32), REHEARSAL_URL)
        return make_composer(self.house, self.outfit.settings, activation, self.commission.now, _silent)

    @functools.cached_property
    def roster(self) -> Roster | None:
        """The roster with every row judged."""
        own = self.commission
        if own.roster is None:
            return None
        return read_roster_file(own.roster, self.house, own.today(), roster_options(self.outfit.settings))

    def roster_for(self, reader: str) -> Roster | None:
        """The roster; RosterFileError in the reader's language (a code) when it cannot be used."""
        try:
            return self.roster
        except RosterFileError:
            own = self.commission
            if own.roster is None or reader not in self.house.languages:
                raise
            options = roster_options(self.outfit.settings)
            return read_roster_file(own.roster, self.house, own.today(), options, reader)

    @property
    def notes(self) -> tuple[ReadNote, ...]:
        """The notes and leaflets of all files in order, with everything that can be known about them."""
        with _WORKING:
            if self._notes is None:
                self._notes = tuple(read for path in self.commission.notes for read in self._read(path))
            return self._notes

    def _read(self, path: Path) -> Iterator[ReadNote]:
        house = self.house
        try:
            read = read_manuscripts_file(path, house, self.commission.addressees)
        except NotegenError as error:
            yield ReadNote(path, None, error=error)
            return
        for note, warnings in read:
            findings, hindrance = _judged(note, house)
            yield ReadNote(path, note, (*warnings, *findings), hindrance)

    def paper(self, index: int) -> bytes:
        """The note as `note render` prints it: the same document, the same writer, the same bytes."""
        with _WORKING:
            if index not in self._papers:
                read = self.notes[index]
                if read.note is None:
                    raise read.error or NotegenError("there is no note")
                document = compose_note(read.note, self.house, draft=False)
                self._papers[index] = self._writer.write(document)
            return self._papers[index]

    @property
    def companions(self) -> tuple[Path, ...]:
        """The files beside the notes that have been read so far."""
        return tuple(
            r.path.parent / name for r in self._notes or () if r.note for name, _ in r.note.companions
        )

    @functools.cached_property
    def watched(self) -> frozenset[Path]:
        """Every file whose change may show, also those that notes and settings name."""
        found = {*self.commission.files, self.commission.config}
        for note in self.commission.notes:
            found |= named_files(note)
        try:
            emblem = self.outfit.settings.sender.emblem
        except NotegenError:
            emblem = None
        return frozenset(path.absolute() for path in (*found, *([emblem] if emblem else ())))


def _judged(note: Manuscript, house: House) -> tuple[tuple[Problem, ...], NotegenError | None]:
    """The findings about a note or leaflet, and what keeps it from being printed."""
    findings: tuple[Problem, ...] = ()
    try:
        findings = preflight(note, house)
        compose_note(note, house, draft=False)
    except NotegenError as error:
        return findings, error
    return findings, None


def _silent(_: str) -> None:
    """The operator hears such things from `dispatch run`."""
