"""A printed note to its missions: what each of them gets, as the attachment of a mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from notegen.domain.addressee import Addressee
from notegen.domain.attachment import Attachment
from notegen.domain.email_address import EmailAddress
from notegen.domain.notification import SEQUENCES, Notification, Series
from notegen.domain.typography import typeset
from notegen.errors import InputError
from notegen.flows.house import House
from notegen.flows.saving import read_pdf
from notegen.rendering.archive import Archive, read_archive


@dataclass(frozen=True, slots=True)
class NoteMail:
    """What goes to whom: the PDF, its digest, one series a mission; and the missions without an address."""

    reference: str
    digest: str
    attachment: Attachment
    series: tuple[Series, ...]
    without_address: tuple[str, ...]


def note_mail(path: Path, addressees: Mapping[str, Addressee], house: House) -> NoteMail:
    """The mails for a note's PDF: to its own mission if it has one, else to every mission of the list.

    Raises NoteFileError for a PDF that is not notegen's, InputError for a draft and for a note to a mission
    that the list does not hold.
    """
    content = read_pdf(path)
    archive = read_archive(content, str(path))
    if archive.draft or not archive.reference:
        raise InputError(
            "a draft is not sent", where=str(path), hint="Issue the note first: notegen note issue."
        )
    missions = _missions(archive, addressees, house, path)
    return NoteMail(
        reference=archive.reference,
        digest=sha256(content).hexdigest(),
        attachment=Attachment(path.name, "application/pdf", content),
        series=tuple(_series(each, each.email, archive, house) for each in missions if each.email),
        without_address=tuple(mission.key for mission in missions if not mission.email),
    )


def _missions(
    archive: Archive, addressees: Mapping[str, Addressee], house: House, path: Path
) -> tuple[Addressee, ...]:
    key = archive.addressee.key
    if key in addressees:
        return (addressees[key],)
    if any(key in language.addressees for language in house.languages.values()):
        return tuple(addressees.values())
    hint = "Add the mission to the list, with its e-mail address."
    raise InputError(f"this note goes to {key!r}, which the list does not hold", where=str(path), hint=hint)


def _series(mission: Addressee, address: EmailAddress, archive: Archive, house: House) -> Series:
    spoken = [code for code in (*mission.languages, *archive.languages) if code in house.languages]
    language = next((code for code in spoken if code in archive.languages), spoken[0])
    titled = language if archive.titles.get(language) else next(iter(archive.titles))
    title = typeset(archive.titles[titled], titled, house.profile)
    values = (("reference", archive.reference), ("title", title))
    name = mission.forms[language].name if language in mission.forms else mission.key
    own = tuple(
        Notification(kind, position, language, address, "", name, 0, values=values)
        for position, kind in enumerate(SEQUENCES["note"])
    )
    return Series(mission.key, own)
