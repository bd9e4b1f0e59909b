"""Issue: preflight, a number under a lock, the PDF in its place, the entry in the register.

    reserve (on disk) → compose with the number → PDF → its place, read-only → entry

A crash anywhere leaves a reservation: with its document the next issue completes it, without it the number is
free again. Neither a gap nor an entry without a document comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.problem import Problem, Severity
from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import InputError
from notegen.flows.annex import refuse_strays
from notegen.flows.house import House
from notegen.flows.note import addressed, compose_note, note_stem, preflight
from notegen.flows.saving import save

if TYPE_CHECKING:
    from notegen.domain.addressee import Addressee
    from notegen.domain.note import VerbalNote
    from notegen.records.register import Register

Issued = tuple[ReferenceNumber, Path]


def faults(note: VerbalNote, house: House, addressees: Sequence[Addressee] = ()) -> tuple[Problem, ...]:
    """What keeps a note, or its copies for these missions, from being issued: errors of the preflight."""
    copies = [addressed(note, addressee) for addressee in addressees] or [note]
    found = [problem for copy in copies for problem in preflight(copy, house)]
    return tuple(dict.fromkeys(problem for problem in found if problem.severity is Severity.ERROR))


def issue_note(
    note: VerbalNote, house: House, register: Register, folder: Path, now: datetime, *, again: bool = False
) -> Issued:
    """Issue one note; its reference and its PDF. The update of an issued note keeps its number.

    A note that brings a number which the register does not know is entered under it. Raises RecordsError
    when this very note was issued before or its number is taken.
    """
    number = note.reference if isinstance(note.reference, ReferenceNumber) else None
    if number and note.updated and register.show(str(number)).exact:
        return _reissue(note, number, note.updated, house, register, folder, now)
    (_, issued), *_ = issue_copies(note, [note.addressee], house, register, folder, now, again=again)
    return issued


def issue_copies(
    note: VerbalNote,
    addressees: Sequence[Addressee],
    house: House,
    register: Register,
    folder: Path,
    now: datetime,
    *,
    again: bool = False,
) -> Iterator[tuple[Addressee, Issued]]:
    """Issue a note to each addressee under a number of its own; a single one keeps the number it brings."""
    from notegen.rendering.pdf import PdfWriter

    request, own = _request(note)
    if own is not None and len(addressees) > 1:
        hint = "Write the reference as {unit, file, topic}; each copy is then allotted a number."
        raise InputError("one number cannot stand on several notes", where=note.source_name, hint=hint)
    if len(addressees) > 1:
        refuse_strays(note, addressees)
    copies = [note if addressee == note.addressee else addressed(note, addressee) for addressee in addressees]
    writer = PdfWriter()
    with register.issuing(request, now) as issuing:
        for addressee, copy in zip(addressees, copies, strict=True):
            digest = digest_of(copy)
            if own is None:
                number = issuing.reserve(note.issued, digest, partial(_target, folder, copy), again=again)
            else:
                number = own
                issuing.adopt(own, digest, _target(folder, copy, own), again=again)
            numbered = replace(copy, reference=number)
            pdf = writer.write(compose_note(numbered, house, draft=False))
            path = save(_target(folder, copy, number), pdf, issued=True)
            issuing.confirm(number)
            yield addressee, (number, path)


def digest_of(note: VerbalNote) -> str:
    """What a note is recognised by: its files, and whom it goes to."""
    digest = sha256()
    for part in (note.source, *(content for _, content in note.companions), note.addressee.key.encode()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _reissue(
    note: VerbalNote,
    reference: ReferenceNumber,
    updated: date,
    house: House,
    register: Register,
    folder: Path,
    now: datetime,
) -> Issued:
    from notegen.rendering.pdf import PdfWriter

    pdf = PdfWriter().write(compose_note(note, house, draft=False))
    path = save(_target(folder, note, reference), pdf, issued=True)
    register.reissue(reference, updated, digest_of(note), path, now)
    return reference, path


def _request(note: VerbalNote) -> tuple[ReferenceRequest, ReferenceNumber | None]:
    reference = note.reference
    if isinstance(reference, ReferenceRequest):
        return reference, None
    return ReferenceRequest(reference.unit, reference.file, reference.topic), reference


def _target(folder: Path, note: VerbalNote, reference: ReferenceNumber) -> Path:
    return folder / f"{note_stem(replace(note, reference=reference), draft=False)}.pdf"
