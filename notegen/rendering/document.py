"""A verbal note, composed: one HTML section a language, in the order of the note, ready for the PDF door."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from notegen import __version__
from notegen.domain.language import Language
from notegen.domain.note import Enclosure, LanguageVersion, VerbalNote
from notegen.domain.reference import ReferenceNumber
from notegen.domain.sender import Sender
from notegen.domain.typography import typeset
from notegen.errors import NoteFileError, TemplateError
from notegen.rendering import cldr
from notegen.rendering.markdown import Body, BodyLink, read_body
from notegen.rendering.template import LAYOUT, Markup, Templates
from notegen.rendering.typesetting import typeset_html

FACTS = "notegen.json"
"""The attached file that says with what a note was printed besides its source."""

_SCHEMES = re.compile(r"(?:https?://[^/\s]|mailto:[^@\s]+@[^@\s])", re.IGNORECASE)
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>^#|~&])")


@dataclass(frozen=True, slots=True)
class Section:
    """One language version: HTML without a page around it, its title, and the watermark of a draft."""

    language: str
    tag: str
    title: str
    html: str
    watermark: str = ""


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
    """What the PDF door needs, and nothing that depends on the day it is asked."""

    title: str
    author: str
    subject: str
    created: date
    modified: date
    sections: tuple[Section, ...]
    attachments: tuple[AttachedFile, ...] = ()
    draft: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all sections of one document share."""

    note: VerbalNote
    languages: Mapping[str, Language]
    templates: Templates
    sender: Sender
    draft: bool
    shown: tuple[LanguageVersion, ...]
    profile: str


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
    frame = _Frame(note, languages, templates, sender, draft, shown, profile)
    sections = tuple(_section(frame, version) for version in shown)
    return Document(
        title=sections[0].title,
        author=sender.short_name,
        subject=_reference(frame, _language(frame, shown[0].language)),
        created=note.issued,
        modified=note.done,
        sections=sections,
        attachments=(*_attachments(note), _facts(frame)),
        draft=draft,
    )


def _attachments(note: VerbalNote) -> tuple[AttachedFile, ...]:
    files = [(note.source_name, note.source, "Source"), *((n, c, "Supplement") for n, c in note.companions)]
    return tuple(
        AttachedFile(name, content, media_type(name), relationship)
        for name, content, relationship in files
        if name and content
    )


def _facts(frame: _Frame) -> AttachedFile:
    """With what else than its source the note was printed, as JSON that `archive.read_archive` reads."""
    note, forms = frame.note, frame.note.addressee.forms
    shown = [version.language for version in frame.shown]
    told = {
        "generator": f"notegen {__version__}",
        "document": note.document,
        "reference": "" if frame.draft else str(note.reference),
        "draft": frame.draft,
        "languages": shown,
        "profile": frame.profile,
        "addressee": {
            "key": note.addressee.key,
            "languages": list(note.addressee.languages),
            "forms": {code: asdict(forms[code]) for code in shown if code in forms},
        },
    }
    content = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return AttachedFile(FACTS, content.encode(), "application/json", "Data")


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


def _language(frame: _Frame, code: str) -> Language:
    try:
        return frame.languages[code]
    except KeyError:
        hint = f"Write in {', '.join(sorted(frame.languages))}, or add a folder templates/{code}."
        raise NoteFileError(f"no templates for {code!r}", where=frame.note.source_name, hint=hint) from None


def _section(frame: _Frame, version: LanguageVersion) -> Section:
    language = _language(frame, version.language)
    body = _body(frame, version, language)
    name = f"{language.code}/documents/{frame.note.document}.html"
    markup = frame.templates.render(name, _values(frame, version, language, body))
    return Section(
        language=language.code,
        tag=language.tag,
        title=typeset(version.title, language.code, frame.profile),
        html=typeset_html(markup, language.code, frame.profile),
        watermark=_label(language, "draft") if frame.draft else "",
    )


def _values(frame: _Frame, version: LanguageVersion, language: Language, body: Body) -> dict[str, Any]:
    """Every word that a language's verbal-note.html may use; docs/adding.md lists them."""
    note, sender = frame.note, frame.sender
    title = typeset(version.title, language.code, frame.profile)
    authoritative = [_named(language, code) for code in note.authoritative]
    return {
        "language": language,
        "bookmark": f"{language.name} – {title}",
        "emblem": _emblem(sender),
        "letterhead": _letterhead(frame, language.code, fixed=False),
        "head": _letterhead(frame, language.code, fixed=True),
        "head_tag": _language(frame, sender.fixed).tag if sender.fixed not in ("", language.code) else "",
        "reference": _reference(frame, language),
        "pointer": _pointer(frame, version),
        "updated": cldr.long_date(note.updated, language.locale) if note.updated else "",
        "issued": cldr.long_date(note.issued, language.locale),
        "done": cldr.long_date(note.done, language.locale),
        "place": _place(frame, language),
        "courtesy": note.is_courtesy(language.code),
        "authoritative": cldr.enumeration(authoritative, language.locale),
        "authoritative_count": len(authoritative),
        "addressee": _forms(frame, language),
        "lead": Markup(body.lead),
        "elides": language.elides(body.text),
        "body": Markup(body.rest),
        "enclosures": [_enclosure(frame, enclosure, language) for enclosure in note.enclosures],
    }


def _emblem(sender: Sender) -> str:
    svg = sender.emblem or (LAYOUT / "emblem.svg").read_text(encoding="utf-8")
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _letterhead(frame: _Frame, code: str, *, fixed: bool) -> Any:
    try:
        return frame.sender.letterhead(code) if fixed else frame.sender.letterheads[code]
    except KeyError:
        hint = f"Add [letterheads] for it to templates/{code}/language.toml, or name another sender."
        raise TemplateError(
            "this sender has no letterhead", where=f"{code}/language.toml", hint=hint
        ) from None


def _reference(frame: _Frame, language: Language) -> str:
    """The reference, or its shape with a placeholder where a draft has no number yet."""
    wanted = frame.note.reference
    if isinstance(wanted, ReferenceNumber) and not frame.draft:
        return str(wanted)
    number = _label(language, "draft_number")
    return f"{wanted.unit}/{wanted.file}/{frame.note.issued:%d.%m.%Y}/{wanted.topic}/[{number}]"


def _label(language: Language, key: str) -> str:
    try:
        return language.labels[key]
    except KeyError:
        where = f"{language.code}/language.toml"
        raise TemplateError(f"[labels] lacks {key!r}", where=where, hint="Add it.") from None


def _pointer(frame: _Frame, version: LanguageVersion) -> list[Language]:
    """The languages of the sections still to come."""
    after = frame.shown[frame.shown.index(version) + 1 :]
    return [_language(frame, other.language) for other in after]


def _place(frame: _Frame, language: Language) -> str:
    try:
        return language.places[frame.note.place]
    except KeyError:
        known = ", ".join(sorted(language.places))
        hint = f"Add it to [places] of {language.code}/language.toml, or use {known}."
        what = f"the place {frame.note.place!r} has no name in {language.name}"
        raise NoteFileError(what, where=frame.note.source_name, hint=hint) from None


def _forms(frame: _Frame, language: Language) -> Any:
    try:
        return frame.note.addressee.forms[language.code]
    except KeyError:
        what = f"the addressee {frame.note.addressee.key!r} has no forms in {language.name}"
        hint = f"Add them under {language.code}: in the addressee list."
        raise NoteFileError(what, where=frame.note.source_name, hint=hint) from None


def _named(language: Language, code: str) -> str:
    try:
        return language.in_language[code]
    except KeyError:
        where = f"{language.code}/language.toml"
        raise TemplateError(f"[in_language] lacks {code!r}", where=where, hint="Add it.") from None


def _enclosure(frame: _Frame, enclosure: Enclosure, language: Language) -> dict[str, str]:
    """Its title here (or, tagged, in the first language that has one) and where it only exists."""
    code = language.code if language.code in enclosure.title else next(iter(enclosure.title), "")
    only = [_named(language, each) for each in enclosure.languages]
    return {
        "title": enclosure.title.get(code, enclosure.file),
        "tag": frame.languages[code].tag if code in frame.languages and code != language.code else "",
        "only": ""
        if set(frame.note.languages) <= set(enclosure.languages)
        else cldr.enumeration(only, language.locale),
    }


def _body(frame: _Frame, version: LanguageVersion, language: Language) -> Body:
    dead: list[BodyLink] = []

    def resolve(target: str) -> str:
        return _target(frame.note, language.code, target)

    body = read_body(_filled(frame, version, language), resolve)
    dead += [link for link in body.links if not resolve(link.target)]
    if dead:
        named = ", ".join(f"{link.text!r} ({link.target or 'empty'}, line {link.line})" for link in dead)
        hint = "A link leads to https://, http://, mailto: or link:KEY with KEY under links: of the note."
        raise NoteFileError(f"dead link: {named}", where=str(version.at(dead[0].line)), hint=hint)
    if body.images:
        hint = "Send the picture as an enclosure."
        raise NoteFileError(
            "a verbal note holds no pictures", where=str(version.at(body.images[0])), hint=hint
        )
    if not body.lead:
        hint = "Begin with a paragraph; it is joined to the opening formula in one sentence."
        what = "the body does not begin with a paragraph that ends the opening sentence"
        raise NoteFileError(what, where=str(version.place), hint=hint)
    return body


def _target(note: VerbalNote, code: str, target: str) -> str:
    """The address that a link stands for in that language; empty when it is dead."""
    key = target.removeprefix("link:")
    if key != target:
        target = (note.links or {}).get(key, {}).get(code, "")
    return target if _SCHEMES.match(target) else ""


def _filled(frame: _Frame, version: LanguageVersion, language: Language) -> str:
    """The body with the values that it names (`{{ addressee.name }}`), none of them read as Markdown."""
    if "{{" not in version.body and "{%" not in version.body:
        return version.body
    forms = _forms(frame, language)
    spellings = {
        slot: _literal(getattr(forms, slot)) for slot in ("name", "opening", "block", "closing", "of")
    }
    values = {
        "addressee": spellings,
        "reference": _literal(_reference(frame, language)),
        "issued": cldr.long_date(frame.note.issued, language.locale),
        "updated": cldr.long_date(frame.note.updated, language.locale) if frame.note.updated else "",
        "done": cldr.long_date(frame.note.done, language.locale),
        "place": _literal(_place(frame, language)),
    }
    try:
        template = frame.templates.compile(str(version.place) or version.language, version.body)
        return frame.templates.fill(template, values)
    except TemplateError as error:
        raise NoteFileError(error.what, where=error.where, hint=error.hint) from error


def _literal(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)
