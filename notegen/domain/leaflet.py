"""A leaflet: a reference card or a step guide, in one or more languages, for whoever has to do something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from notegen.domain.note import Acceptance, LanguageVersion, VerbalNote

Texts: TypeAlias = Mapping[str, LanguageVersion]
"""One text in every language of a leaflet, by the code of the language."""

ICONS = ("scan", "person", "contact", "send")
"""The pictures that a strip may show; templates give each its description."""


@dataclass(frozen=True, slots=True)
class CardMention:
    """Another card that a card leads to, by its number and its title."""

    card: int
    title: Texts


@dataclass(frozen=True, slots=True)
class StripPicture:
    """One picture of a strip: which (of ICONS), and the words under it."""

    icon: str
    label: Texts


@dataclass(frozen=True, slots=True)
class Question:
    """A question that heads a part of a guide, what is said to it, and the steps that answer it."""

    question: Texts
    text: Texts = field(default_factory=dict)
    steps: tuple[Texts, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleStatus:
    """A status as the reader will meet it, and what it means."""

    status: Texts
    meaning: Texts


@dataclass(frozen=True, slots=True)
class Leaflet:
    """A leaflet as its author wrote it, checked at the border; outline.py says which parts a kind has.

    Texts are Markdown; titles, labels and statuses are plain lines. `[^1]` in a text calls the first of the
    `footnotes`, and each of them is called once. `source` holds the author's file byte for byte.
    """

    document: str
    languages: tuple[str, ...]
    issued: date
    title: Texts
    updated: date | None = None
    card: int = 0
    intro: Texts = field(default_factory=dict)
    strip: tuple[StripPicture, ...] = ()
    steps: tuple[Texts, ...] = ()
    questions: tuple[Question, ...] = ()
    tip: Texts = field(default_factory=dict)
    statuses: tuple[SampleStatus, ...] = ()
    remarks: tuple[Texts, ...] = ()
    see: tuple[CardMention, ...] = ()
    footnotes: tuple[Texts, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source_name: str = ""
    source: bytes = b""
    companions: tuple[tuple[str, bytes], ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @property
    def dated(self) -> date:
        """The date of this version of the leaflet."""
        return self.updated or self.issued

    @property
    def passages(self) -> tuple[Texts, ...]:
        """The texts in Markdown, in the order of the page; footnotes come last."""
        answers = (text for each in self.questions for text in (each.text, *each.steps))
        found = (self.intro, *self.steps, *answers, self.tip, *self.remarks, *self.footnotes)
        return tuple(texts for texts in found if texts)

    @property
    def texts(self) -> tuple[Texts, ...]:
        """Every text, titles and labels among them."""
        return tuple(texts for texts in (self.title, *self._lines(), *self.passages) if texts)

    def _lines(self) -> Iterator[Texts]:
        yield from (each.label for each in self.strip)
        yield from (each.question for each in self.questions)
        yield from (text for each in self.statuses for text in (each.status, each.meaning))
        yield from (each.title for each in self.see)


Manuscript: TypeAlias = "VerbalNote | Leaflet"
"""What an author's file can hold."""
