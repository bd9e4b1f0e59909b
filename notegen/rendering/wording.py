"""The words of a section: every value that a language's document template may use."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notegen.domain.addressee import AddresseeForms
from notegen.domain.language import Language, Letterhead
from notegen.domain.note import Enclosure, LanguageVersion, VerbalNote
from notegen.domain.reference import ReferenceNumber
from notegen.domain.sender import Sender
from notegen.domain.typography import typeset
from notegen.errors import NoteFileError, TemplateError
from notegen.rendering import cldr
from notegen.rendering.markdown import Body, read_body
from notegen.rendering.template import LAYOUT, Markup, Templates

_SCHEMES = re.compile(r"(?:https?://[^/\s]|mailto:[^@\s]+@[^@\s])", re.IGNORECASE)
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>^#|~&])")


@dataclass(frozen=True, slots=True)
class Frame:
    """What all sections of one document share."""

    note: VerbalNote
    languages: Mapping[str, Language]
    templates: Templates
    sender: Sender
    draft: bool
    shown: tuple[LanguageVersion, ...]
    profile: str


def section_values(frame: Frame, version: LanguageVersion, language: Language, body: Body) -> dict[str, Any]:
    """Every word that a language's verbal-note.html may use; docs/adding.md lists them."""
    note, sender = frame.note, frame.sender
    title = typeset(version.title, language.code, frame.profile)
    authoritative = [_named(language, code) for code in note.authoritative]
    return {
        "language": language,
        "bookmark": f"{language.name} – {title}",
        "emblem": emblem_of(sender),
        "letterhead": letterhead_of(sender, language.code, fixed=False),
        "head": letterhead_of(sender, language.code, fixed=True),
        "head_tag": language_of(frame, sender.fixed).tag if sender.fixed not in ("", language.code) else "",
        "reference": printed_reference(frame, language),
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
        "annex": note.annex,
        "enclosures": [_enclosure(frame, enclosure, language) for enclosure in note.enclosures],
    }


def language_of(frame: Frame, code: str) -> Language:
    """The language of that code. Raises NoteFileError when no folder of templates is for it."""
    try:
        return frame.languages[code]
    except KeyError:
        hint = f"Write in {', '.join(sorted(frame.languages))}, or add a folder templates/{code}."
        raise NoteFileError(f"no templates for {code!r}", where=frame.note.source_name, hint=hint) from None


def emblem_of(sender: Sender) -> str:
    """The sender's emblem, or the one that comes with notegen, as a `data:` address."""
    return picture_of(sender.emblem or (LAYOUT / "emblem.svg").read_text(encoding="utf-8"))


def picture_of(svg: str) -> str:
    """A drawing as a `data:` address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def letterhead_of(sender: Sender, code: str, *, fixed: bool) -> Letterhead:
    """The sender's letterhead in a language, or the `fixed` one that heads every section."""
    try:
        return sender.letterhead(code) if fixed else sender.letterheads[code]
    except KeyError:
        hint = f"Add [letterheads] for it to templates/{code}/language.toml, or name another sender."
        raise TemplateError(
            "this sender has no letterhead", where=f"{code}/language.toml", hint=hint
        ) from None


def printed_reference(frame: Frame, language: Language) -> str:
    """The reference, or its shape with a placeholder where a draft has no number yet."""
    wanted = frame.note.reference
    if isinstance(wanted, ReferenceNumber) and not frame.draft:
        return str(wanted)
    number = label_of(language, "draft_number")
    return f"{wanted.unit}/{wanted.file}/{frame.note.issued:%d.%m.%Y}/{wanted.topic}/[{number}]"


def label_of(language: Language, key: str) -> str:
    """A word of [labels]. Raises TemplateError when the language lacks it."""
    try:
        return language.labels[key]
    except KeyError:
        where = f"{language.code}/language.toml"
        raise TemplateError(f"[labels] lacks {key!r}", where=where, hint="Add it.") from None


def _pointer(frame: Frame, version: LanguageVersion) -> list[Language]:
    """The languages of the sections still to come."""
    after = frame.shown[frame.shown.index(version) + 1 :]
    return [language_of(frame, other.language) for other in after]


def _place(frame: Frame, language: Language) -> str:
    try:
        return language.places[frame.note.place]
    except KeyError:
        known = ", ".join(sorted(language.places))
        hint = f"Add it to [places] of {language.code}/language.toml, or use {known}."
        what = f"the place {frame.note.place!r} has no name in {language.name}"
        raise NoteFileError(what, where=frame.note.source_name, hint=hint) from None


def _forms(frame: Frame, language: Language) -> AddresseeForms:
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


def _enclosure(frame: Frame, enclosure: Enclosure, language: Language) -> dict[str, str]:
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


def section_body(frame: Frame, version: LanguageVersion, language: Language) -> Body:
    """The body of a version, filled in and parsed. Raises NoteFileError with the line of what is wrong."""

    def resolve(target: str) -> str:
        return target_of(frame.note.links or {}, language.code, target)

    body = read_body(_filled(frame, version, language), resolve)
    dead = [link for link in body.links if not resolve(link.target)]
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


def target_of(links: Mapping[str, Mapping[str, str]], code: str, target: str) -> str:
    """The address that a link stands for in that language; empty when it is dead."""
    key = target.removeprefix("link:")
    if key != target:
        target = links.get(key, {}).get(code, "")
    return target if _SCHEMES.match(target) else ""


def _filled(frame: Frame, version: LanguageVersion, language: Language) -> str:
    """The body with the values that it names (`{{ addressee.name }}`), none of them read as Markdown."""
    if "{{" not in version.body and "{%" not in version.body:
        return version.body
    forms = _forms(frame, language)
    spellings = {
        slot: _literal(getattr(forms, slot)) for slot in ("name", "opening", "block", "closing", "of")
    }
    values = {
        "addressee": spellings,
        "reference": _literal(printed_reference(frame, language)),
        "issued": cldr.long_date(frame.note.issued, language.locale),
        "updated": cldr.long_date(frame.note.updated, language.locale) if frame.note.updated else "",
        "done": cldr.long_date(frame.note.done, language.locale),
        "place": _literal(_place(frame, language)),
    }
    try:
        template = frame.templates.compile_body(f"{version.language}.md", version.body)
        return frame.templates.fill(template, values)
    except TemplateError as error:
        line = error.where.rpartition(":")[2]
        place = version.at(int(line)) if line.isdigit() else version.place
        raise NoteFileError(error.what, where=str(place) or version.language, hint=_BRACES) from error


_BRACES = (
    "Between {{ and }} stands addressee.name (or .opening, .block, .closing, .of), reference, issued,"
    " updated, done or place."
)


def _literal(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)
