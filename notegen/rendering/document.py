"""A verbal note, composed: one HTML section a language, in the order of the note, ready for the PDF door."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from notegen import __version__
from notegen.domain.language import Language
from notegen.domain.leaflet import Manuscript
from notegen.domain.member import Member
from notegen.domain.note import LanguageVersion, VerbalNote
from notegen.domain.reference import ReferenceNumber
from notegen.domain.sender import Sender
from notegen.domain.typography import typeset
from notegen.errors import NoteFileError
from notegen.rendering.template import Templates
from notegen.rendering.typesetting import typeset_html
from notegen.rendering.wording import (
    Frame,
    label_of,
    language_of,
    printed_reference,
    section_body,
    section_values,
)

FACTS = "notegen.json"
"""The attached file that says with what a note was printed besides its source."""


@dataclass(frozen=True, slots=True)
class Section:
    """One language version: HTML without a page around it, its title, watermark, words to divide.

    `pages` is how many pages it may take; 0 is any number.
    """

    language: str
    tag: str
    title: str
    html: str
    watermark: str = ""
    hyphenation: tuple[str, ...] = ()
    pages: int = 0


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file inside the PDF; `relationship` as in ISO 19005-3 (Source, Data, Supplement …)."""

    name: str
    content: bytes
    media_type: str
    relationship: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What the PDF door needs, and nothing that depends on the day it is asked.

    `looks` is the style sheet of the document's kind, after the one that all kinds share.
    """

    title: str
    author: str
    subject: str
    created: date
    modified: date
    sections: tuple[Section, ...]
    attachments: tuple[AttachedFile, ...] = ()
    draft: bool = False
    looks: str = ""


def compose(
    note: VerbalNote,
    languages: Mapping[str, Language],
    templates: Templates,
    sender: Sender,
    *,
    draft: bool,
    only: Sequence[str] = (),
    profile: str = "be",
) -> Document:
    """The note as a document; `only` keeps those languages, `profile` chooses the typography (`be`, `eu`).

    A note without a number is always a draft. Raises NoteFileError (dead links, a body that does not
    continue the opening, a language, place or addressee without words) and TemplateError.
    """
    shown = tuple(version for version in note.versions if not only or version.language in only)
    if not shown:
        what = f"the note has no section in {', '.join(only) or 'any language'}"
        raise NoteFileError(
            what, where=note.source_name, hint=f"It is written in {', '.join(note.languages)}."
        )
    draft = draft or not isinstance(note.reference, ReferenceNumber)
    frame = Frame(note, languages, templates, sender, draft, shown, profile)
    sections = tuple(_section(frame, version) for version in shown)
    return Document(
        title=sections[0].title,
        author=sender.short_name,
        subject=printed_reference(frame, language_of(frame, shown[0].language)),
        created=note.issued,
        modified=note.done,
        sections=sections,
        attachments=(*sources_of(note), _facts(frame)),
        draft=draft,
        looks=looks_of(note.document, templates),
    )


def looks_of(kind: str, templates: Templates) -> str:
    """The style sheet of a document kind, layout/<kind>.css; empty where it has none."""
    name = f"layout/{kind}.css"
    return templates.source(name) if templates.has(name) else ""


def sources_of(note: Manuscript) -> tuple[AttachedFile, ...]:
    """The author's file and the files it names, to be attached to the PDF."""
    files = [(note.source_name, note.source, "Source"), *((n, c, "Supplement") for n, c in note.companions)]
    return tuple(
        AttachedFile(name, content, media_type(name), relationship)
        for name, content, relationship in files
        if name and content
    )


def _facts(frame: Frame) -> AttachedFile:
    """With what else than its source the note was printed, as JSON that `archive.read_archive` reads."""
    note, forms = frame.note, frame.note.addressee.forms
    shown = [version.language for version in frame.shown]
    told = {
        "generator": f"notegen {__version__}",
        "document": note.document,
        "reference": "" if frame.draft else str(note.reference),
        "draft": frame.draft,
        "languages": shown,
        "titles": {version.language: version.title for version in frame.shown},
        "profile": frame.profile,
        "addressee": {
            "key": note.addressee.key,
            "languages": list(note.addressee.languages),
            "forms": {code: asdict(form) for code, form in sorted(forms.items())},
        },
        "sender": told_sender(frame.sender, shown),
        "annex": [_told_member(member) for member in note.annex],
    }
    content = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return AttachedFile(FACTS, content.encode(), "application/json", "Data")


def told_sender(sender: Sender, shown: Sequence[str]) -> dict[str, Any]:
    """The sender as the facts tell it: the letterheads of the sections, and the emblem."""
    codes = {sender.fixed or code for code in shown}
    return {
        "letterheads": {c: asdict(head) for c, head in sorted(sender.letterheads.items()) if c in codes},
        "short_name": sender.short_name,
        "fixed": sender.fixed,
        "emblem": sender.emblem,
    }


def _told_member(member: Member) -> dict[str, str]:
    """What the annex prints of a member, and no more."""
    return {
        "number": member.number.digits,
        "first_names": member.first_names,
        "last_name": member.last_name,
        "protocol_card": member.protocol_card,
    }


def media_type(name: str) -> str:
    """The media type by the file's ending (RFC 9512 for YAML); the machine's own tables are not asked."""
    known = {
        "yaml": "application/yaml",
        "yml": "application/yaml",
        "md": "text/markdown",
        "json": "application/json",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf": "application/pdf",
        "svg": "image/svg+xml",
    }
    return known.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def _section(frame: Frame, version: LanguageVersion) -> Section:
    language = language_of(frame, version.language)
    body = section_body(frame, version, language)
    name = f"{language.code}/documents/{frame.note.document}.html"
    markup = frame.templates.render(name, section_values(frame, version, language, body))
    return Section(
        language=language.code,
        tag=language.tag,
        title=typeset(version.title, language.code, frame.profile),
        html=typeset_html(markup, language.code, frame.profile),
        watermark=label_of(language, "draft") if frame.draft else "",
        hyphenation=language.hyphenation,
    )
