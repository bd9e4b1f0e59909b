"""Whether the parts of a leaflet agree: languages, dates, links, footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from notegen.domain.hyperlink import without_code
from notegen.domain.leaflet import CardMention, Leaflet, Question, SampleStatus, StripPicture, Texts
from notegen.domain.note import Acceptance, LanguageVersion
from notegen.domain.outline import Part, outline_of
from notegen.reading.finding import Finding, nearest
from notegen.reading.leaflet_form import (
    CardMentionForm,
    LeafletForm,
    QuestionForm,
    SampleStatusForm,
    StripPictureForm,
)
from notegen.reading.note_link import check_links, check_registry
from notegen.reading.note_sense import Sense

_CALL = re.compile(r"\[\^([^\]\s]*)\]")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?=[ \t]|$)", re.MULTILINE)


def make_leaflet(form: LeafletForm, sense: Sense, *, source_name: str, source: bytes) -> Leaflet:
    """The leaflet; where its parts do not agree, that is found."""
    used = _used_languages(form, sense)
    _check_dates(form, sense)
    leaflet = Leaflet(
        document=form.document,
        languages=used,
        issued=form.issued,
        updated=form.updated,
        links=check_registry(form.links, used, sense),
        source_name=source_name,
        source=source,
        accepted=tuple(_acceptance(form, number, sense) for number in range(len(form.accepted))),
        **_parts(form, _Reader(used, sense)),
    )
    _check_passages(leaflet, sense)
    return leaflet


def _used_languages(form: LeafletForm, sense: Sense) -> tuple[str, ...]:
    for number, code in enumerate(form.languages):
        if code not in sense.languages:
            sense.find(f"{code!r} is no known language.", nearest(code, sense.languages), "languages", number)
        elif code in form.languages[:number]:
            sense.find(f"the language {code!r} stands here twice.", "Keep one.", "languages", number)
    return tuple(code for code in dict.fromkeys(form.languages) if code in sense.languages)


def _check_dates(form: LeafletForm, sense: Sense) -> None:
    if form.updated is not None and form.updated < form.issued:
        what = f"updated ({form.updated}) lies before issued ({form.issued})."
        sense.find(what, "An update comes after the first version.", "updated")


def _acceptance(form: LeafletForm, number: int, sense: Sense) -> Acceptance:
    told = form.accepted[number]
    place = sense.where.place("accepted", number)
    return Acceptance(told.finding, told.found, told.reason, told.language, place)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes the texts of a leaflet; a language that is missing is a finding where it is missing."""

    used: tuple[str, ...]
    sense: Sense

    def text(self, written: Mapping[str, str], *steps: str | int) -> Texts:
        for code in self.used:
            if code not in written:
                hint = f"Add `{code}: …`, or take {code!r} out of `languages`."
                self.sense.find(f"there is no text in {code!r}.", hint, *steps, key=True)
        for code in written:
            if code not in self.used:
                self.sense.warn("note-version-unused", code, *steps, code)
        place = self.sense.where.place
        return {
            code: LanguageVersion(code, "", written[code], place(*steps, code))
            for code in self.used
            if code in written
        }

    def texts(self, written: Sequence[Mapping[str, str]], *steps: str | int) -> tuple[Texts, ...]:
        return tuple(self.text(each, *steps, number) for number, each in enumerate(written))

    def strip(self, written: Sequence[StripPictureForm], key: str) -> tuple[StripPicture, ...]:
        return tuple(
            StripPicture(each.icon, self.text(each.label, key, number, "label"))
            for number, each in enumerate(written)
        )

    def questions(self, written: Sequence[QuestionForm], key: str) -> tuple[Question, ...]:
        return tuple(
            Question(
                self.text(each.question, key, number, "question"),
                self.text(each.text, key, number, "text") if each.text else {},
                self.texts(each.steps, key, number, "steps"),
            )
            for number, each in enumerate(written)
        )

    def statuses(self, written: Sequence[SampleStatusForm], key: str) -> tuple[SampleStatus, ...]:
        return tuple(
            SampleStatus(
                self.text(each.status, key, number, "status"), self.text(each.meaning, key, number, "meaning")
            )
            for number, each in enumerate(written)
        )

    def see(self, written: Sequence[CardMentionForm], key: str) -> tuple[CardMention, ...]:
        return tuple(
            CardMention(each.card, self.text(each.title, key, number, "title"))
            for number, each in enumerate(written)
        )


_READ: Mapping[Part, Callable[..., Any]] = MappingProxyType(
    {
        Part.CARD: lambda _, number, __: number,
        Part.TITLE: _Reader.text,
        Part.INTRO: _Reader.text,
        Part.TIP: _Reader.text,
        Part.STEPS: _Reader.texts,
        Part.REMARKS: _Reader.texts,
        Part.FOOTNOTES: _Reader.texts,
        Part.STRIP: _Reader.strip,
        Part.QUESTIONS: _Reader.questions,
        Part.STATUSES: _Reader.statuses,
        Part.SEE: _Reader.see,
    }
)


def _parts(form: LeafletForm, reader: _Reader) -> dict[str, Any]:
    """The parts of the kind that are written, by their keys."""
    keys = [each.part for each in outline_of(form.document) if each.part in _READ]
    written = {part: getattr(form, part.value) for part in keys}
    return {part.value: _READ[part](reader, each, part.value) for part, each in written.items() if each}


def _check_passages(leaflet: Leaflet, sense: Sense) -> None:
    """Headings come from the kind; links and footnotes lead somewhere, and every one is used."""
    named: set[str] = set()
    for texts in leaflet.passages:
        for version in texts.values():
            named |= check_links(version, leaflet.links, sense)
            for match in _HEADING.finditer(without_code(version.body)):
                hint = "Write it as a paragraph; the kind of document brings its own headings."
                _find(sense, version, match.start(), "a heading stands in a text.", hint)
    for name in leaflet.links:
        if name not in named:
            sense.warn("note-link-unused", name, "links", name)
    for code in leaflet.languages:
        _check_calls(leaflet, code, sense)


def _check_calls(leaflet: Leaflet, code: str, sense: Sense) -> None:
    called: set[str] = set()
    known = {str(number) for number in range(1, len(leaflet.footnotes) + 1)}
    for version in (texts[code] for texts in leaflet.passages if code in texts):
        for match in _CALL.finditer(without_code(version.body)):
            what, hint = f"the footnote {match[0]} is called a second time.", "Call each footnote once."
            if match[1] not in known:
                what = f"the footnote {match[0]} is called and not written."
                hint = "Write it under `footnotes`; [^1] calls the first, [^2] the second."
            if match[1] not in known or match[1] in called:
                _find(sense, version, match.start(), what, hint)
            called.add(match[1])
    for number in sorted(known - called):
        what = f"no text in {code!r} calls this footnote."
        hint = f"Write [^{number}] where it belongs, or delete the footnote."
        sense.find(what, hint, "footnotes", int(number) - 1, code)


def _find(sense: Sense, version: LanguageVersion, start: int, what: str, hint: str) -> None:
    sense.findings.append(Finding(version.at_character(start), what, hint))
