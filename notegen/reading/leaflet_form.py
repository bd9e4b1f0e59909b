"""The form of a leaflet: which keys each kind takes; their order and obligation are the outline's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from notegen.domain.outline import Part, outline_of
from notegen.reading.note_form import AcceptanceForm, Code, Line, Text
from notegen.reading.yaml_form import Day, Strict

CardNumber = Annotated[int, Field(ge=1, le=9999)]
Lines = dict[Code, Line]
Texts = dict[Code, Text]


class StripPictureForm(Strict):
    """One picture of the strip."""

    icon: Literal["scan", "person", "contact", "send"] = Field(description="Which picture.")
    label: Lines = Field(description="The words under it, in each language.")


class QuestionForm(Strict):
    """A question, and the steps that answer it."""

    question: Lines = Field(description="The question, in each language; it heads this part.")
    text: Texts = Field({}, description="What is said to it before the steps, in Markdown.")
    steps: tuple[Texts, ...] = Field(
        (), description="The steps, in Markdown; they are numbered through the whole guide: 01, 02 …"
    )


class SampleStatusForm(Strict):
    """A status that the reader will meet."""

    status: Lines = Field(description="The status as it is shown, in each language.")
    meaning: Lines = Field(description="What it means for the reader.")


class CardMentionForm(Strict):
    """Another card that this one leads to."""

    card: CardNumber = Field(description="The number of the other card.")
    title: Lines = Field(description="Its title, in each language.")


class LeafletForm(Strict):
    """What every leaflet has."""

    document: str = Field(description="The kind of document: the name of a template in documents/.")
    issued: Day = Field(description="The date of the first version, year-month-day.")
    updated: Day | None = Field(None, description="The date of this version, where it is not the first.")
    languages: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(
        description="The languages of the sections, in the order of the document."
    )
    links: dict[str, dict[Code, Line]] = Field(
        {},
        description="Addresses by name and language; a text says [BIS register](link:register), and the list "
        "of web addresses gives the address with these words.",
    )
    accepted: tuple[AcceptanceForm, ...] = Field(
        (), description="Findings of `notegen note check` that are accepted, each with its reason."
    )


_KEYS: Mapping[Part, tuple[Any, str]] = MappingProxyType(
    {
        Part.CARD: (CardNumber, "The number of the card."),
        Part.TITLE: (Lines, "The title in each language."),
        Part.INTRO: (Texts, "What it is about, in Markdown, in each language."),
        Part.STEPS: (
            Annotated[tuple[Texts, ...], Field(min_length=1)],
            "The steps in their order, each in every language; they number themselves.",
        ),
        Part.STRIP: (
            Annotated[tuple[StripPictureForm, ...], Field(min_length=1, max_length=5)],
            "The whole way at a glance, in at most five pictures.",
        ),
        Part.QUESTIONS: (
            Annotated[tuple[QuestionForm, ...], Field(min_length=1)],
            "The questions that readers have, each with the steps that answer it.",
        ),
        Part.TIP: (Texts, "A piece of advice in a box of its own."),
        Part.STATUSES: (tuple[SampleStatusForm, ...], "The statuses that a reader will meet."),
        Part.REMARKS: (tuple[Texts, ...], "Remarks below the steps."),
        Part.SEE: (tuple[CardMentionForm, ...], "Other cards that this one leads to."),
        Part.FOOTNOTES: (
            Annotated[tuple[Lines, ...], Field(max_length=2)],
            "At most two footnotes, marked * and **; `[^1]` in a text calls the first.",
        ),
    }
)
"""The parts that are written under a key of their own; the others are drawn from these."""


@cache
def leaflet_form(kind: str) -> type[LeafletForm]:
    """The form of that kind: what every leaflet has, and the keys of its own parts."""
    own: dict[str, Any] = {}
    for each in outline_of(kind):
        if each.part in _KEYS:
            shape, told = _KEYS[each.part]
            asked = Field(description=told) if each.obligatory else Field(default=None, description=told)
            own[each.part.value] = (shape if each.obligatory else shape | None, asked)
    name = "".join(word.capitalize() for word in kind.split("-"))
    return create_model(name, __base__=LeafletForm, __doc__=f"A document of the kind {kind}.", **own)


def leaflet_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a leaflet's file."""
    made = leaflet_form(kind).model_json_schema()
    made["properties"]["document"]["const"] = kind
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
