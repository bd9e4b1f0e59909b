"""The pikepdf door: what a PDF that notegen wrote carries inside, to print it again years later."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.language import Letterhead
from notegen.domain.member import Member
from notegen.domain.sender import Sender
from notegen.errors import NoteFileError
from notegen.rendering.document import FACTS, AttachedFile


@dataclass(frozen=True, slots=True)
class Archive:
    """The author's file, the files it names, and with what else the note was printed.

    `generator` is notegen's version then; `reference` the number as printed (empty for a draft);
    `languages` the sections printed, in order.
    """

    source: AttachedFile
    companions: tuple[AttachedFile, ...]
    generator: str
    reference: str
    draft: bool
    languages: tuple[str, ...]
    titles: Mapping[str, str]
    profile: str
    addressee: Addressee
    sender: Sender
    annex: tuple[Member, ...]


def read_archive(pdf: bytes, where: str = "") -> Archive:
    """What a note's PDF holds. Raises NoteFileError when notegen did not write it, or it was stripped."""
    files = embedded_files(pdf, where)
    facts = next((file for file in files if file.name == FACTS), None)
    source = next((file for file in files if file.relationship == "Source"), None)
    if facts is None or source is None:
        hint = "Only a PDF as notegen wrote it, not printed or saved anew, can be rebuilt."
        raise NoteFileError("the note's source is not inside this PDF", where=where, hint=hint)
    companions = tuple(file for file in files if file.relationship == "Supplement")
    try:
        told = json.loads(facts.content)
        return Archive(
            source=source,
            companions=companions,
            generator=told["generator"],
            reference=told["reference"],
            draft=told["draft"],
            languages=tuple(told["languages"]),
            titles=dict(told["titles"]),
            profile=told["profile"],
            addressee=_addressee(told["addressee"]),
            sender=_sender(told["sender"]),
            annex=tuple(_member(row, each) for row, each in enumerate(told["annex"], 1)),
        )
    except (ValueError, KeyError, TypeError) as error:
        hint = "Rebuild it with the version of notegen that wrote it."
        raise NoteFileError(f"{FACTS} in this PDF cannot be read: {error}", where=where, hint=hint) from error


def embedded_files(pdf: bytes, where: str = "") -> tuple[AttachedFile, ...]:
    """The files inside a PDF, in its order. Raises NoteFileError when it is not a PDF."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            return tuple(_file(name, opened.attachments[name]) for name in opened.attachments)
    except (pikepdf.PdfError, ValueError) as error:
        raise NoteFileError("no PDF, or a damaged one", where=where, hint="Give a PDF file.") from error


def _file(name: str, specification: pikepdf.AttachedFileSpec) -> AttachedFile:
    stored = specification.get_file()
    relationship = str(specification.relationship or "/Unspecified").removeprefix("/")
    return AttachedFile(name, stored.read_bytes(), stored.mime_type, relationship, specification.description)


def _addressee(told: Mapping[str, Any]) -> Addressee:
    forms = {code: AddresseeForms(**each) for code, each in told["forms"].items()}
    return Addressee(told["key"], forms, tuple(told["languages"]))


def _sender(told: Mapping[str, Any]) -> Sender:
    heads = {
        code: Letterhead(**{**each, "lines": tuple(each["lines"])})
        for code, each in told["letterheads"].items()
    }
    return Sender(heads, told["short_name"], told["fixed"], told["emblem"])


def _member(row: int, told: Mapping[str, str]) -> Member:
    """A member as the annex printed it; address and language are not inside."""
    return Member(
        row=row,
        number=IdentificationNumber(told["number"]),
        email=EmailAddress("unknown", "invalid"),
        language="",
        first_names=told["first_names"],
        last_name=told["last_name"],
        protocol_card=told["protocol_card"],
    )
