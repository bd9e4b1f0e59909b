"""A printed note, printed again from what is inside it: the proof that the archive is whole."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from notegen import __version__
from notegen.domain.leaflet import Leaflet
from notegen.domain.reference import ReferenceNumber
from notegen.errors import NoteFileError
from notegen.flows.house import House
from notegen.flows.note import compose_note
from notegen.flows.saving import read_pdf
from notegen.reading.note_file import read_manuscript
from notegen.rendering.archive import Archive, read_archive
from notegen.rendering.document import Document
from notegen.rendering.pdf import PdfWriter


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the bytes are the same, and by which versions of notegen the two were written."""

    same: bool
    written_by: str
    rebuilt_by: str


def rebuild(path: Path, house: House) -> tuple[bytes, Verdict]:
    """The note of a PDF printed again with today's templates, settings and version, and the verdict.

    Raises NoteFileError when the PDF is not one of notegen's or its source no longer reads.
    """
    content = read_pdf(path)
    archive = read_archive(content, str(path))
    again = PdfWriter().write(_composed(archive, house))
    return again, Verdict(again == content, archive.generator, f"notegen {__version__}")


def _composed(archive: Archive, house: House) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        for file in (archive.source, *archive.companions):
            _unpack(Path(folder), file.name, file.content)
        own = archive.addressee
        is_shipped = any(own.key in language.addressees for language in house.languages.values())
        addressees = {} if is_shipped else {own.key: own}
        note, _ = read_manuscript(
            Path(folder) / archive.source.name, house.languages, addressees=addressees, archived=True
        )
    as_then = replace(house, profile=archive.profile, sender=archive.sender)
    if isinstance(note, Leaflet):
        return compose_note(note, as_then, draft=archive.draft, only=archive.languages)
    if archive.reference:
        note = replace(note, reference=ReferenceNumber.parse(archive.reference))
    versions = {version.language: version for version in note.versions}
    ordered = tuple(versions[code] for code in archive.languages if code in versions)
    note = replace(note, addressee=archive.addressee, versions=ordered, annex=archive.annex)
    return compose_note(note, as_then, draft=archive.draft)


def _unpack(folder: Path, name: str, content: bytes) -> None:
    """Write an embedded file under its name; a name that leads elsewhere is not notegen's."""
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise NoteFileError(f"an embedded file is named {name!r}", hint="Give a PDF as notegen wrote it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
