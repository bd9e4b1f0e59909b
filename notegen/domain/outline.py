"""The outline of a document: which parts a kind has, in which order, and which of them are obligatory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Part(StrEnum):
    """The parts of a document, named as the trade names them; of those that are written, also the key."""

    LETTERHEAD = "letterhead"
    REFERENCE = "reference"
    POINTER = "pointer"
    UPDATE = "update"
    COURTESY = "courtesy"
    OPENING = "opening"
    BODY = "body"
    CLOSING = "closing"
    DONE_AT = "done_at"
    ENCLOSURES = "enclosures"
    ADDRESSEE_BLOCK = "addressee_block"
    ANNEX = "annex"
    CARD = "card"
    TITLE = "title"
    INTRO = "intro"
    STRIP = "strip"
    STEPS = "steps"
    QUESTIONS = "questions"
    TIP = "tip"
    STATUSES = "statuses"
    REMARKS = "remarks"
    SEE = "see"
    ADDRESSES = "addresses"
    FOOTNOTES = "footnotes"


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """A part in its place; an optional one appears only when the note has something to say there."""

    part: Part
    obligatory: bool


VERBAL_NOTE: tuple[OutlinePart, ...] = (
    OutlinePart(Part.LETTERHEAD, obligatory=True),
    OutlinePart(Part.REFERENCE, obligatory=True),
    OutlinePart(Part.POINTER, obligatory=False),
    OutlinePart(Part.UPDATE, obligatory=False),
    OutlinePart(Part.COURTESY, obligatory=False),
    OutlinePart(Part.OPENING, obligatory=True),
    OutlinePart(Part.BODY, obligatory=True),
    OutlinePart(Part.CLOSING, obligatory=True),
    OutlinePart(Part.DONE_AT, obligatory=True),
    OutlinePart(Part.ENCLOSURES, obligatory=False),
    OutlinePart(Part.ADDRESSEE_BLOCK, obligatory=True),
    OutlinePart(Part.ANNEX, obligatory=False),
)

REFERENCE_CARD: tuple[OutlinePart, ...] = (
    OutlinePart(Part.LETTERHEAD, obligatory=True),
    OutlinePart(Part.CARD, obligatory=True),
    OutlinePart(Part.TITLE, obligatory=True),
    OutlinePart(Part.INTRO, obligatory=True),
    OutlinePart(Part.STEPS, obligatory=True),
    OutlinePart(Part.REMARKS, obligatory=False),
    OutlinePart(Part.SEE, obligatory=False),
    OutlinePart(Part.ADDRESSES, obligatory=False),
    OutlinePart(Part.FOOTNOTES, obligatory=False),
)

STEP_GUIDE: tuple[OutlinePart, ...] = (
    OutlinePart(Part.LETTERHEAD, obligatory=True),
    OutlinePart(Part.TITLE, obligatory=True),
    OutlinePart(Part.INTRO, obligatory=False),
    OutlinePart(Part.STRIP, obligatory=True),
    OutlinePart(Part.QUESTIONS, obligatory=True),
    OutlinePart(Part.TIP, obligatory=False),
    OutlinePart(Part.STATUSES, obligatory=False),
    OutlinePart(Part.ADDRESSES, obligatory=False),
    OutlinePart(Part.FOOTNOTES, obligatory=False),
)

OUTLINES: Mapping[str, tuple[OutlinePart, ...]] = MappingProxyType(
    {"verbal-note": VERBAL_NOTE, "reference-card": REFERENCE_CARD, "step-guide": STEP_GUIDE}
)
"""The outline of each document kind, by its name in `document:`; any other kind has that of a verbal note."""

PAGES: Mapping[str, int] = MappingProxyType({"reference-card": 1, "step-guide": 2})
"""How many pages a section of that kind may take; any other kind may take as many as it needs."""


def outline_of(kind: str) -> tuple[OutlinePart, ...]:
    """The parts of a document kind, in their order."""
    return OUTLINES.get(kind, VERBAL_NOTE)


def is_leaflet(kind: str) -> bool:
    """Whether documents of that kind are leaflets: without reference, addressee and formulas."""
    return outline_of(kind) is not VERBAL_NOTE


DOCUMENT_WORDS: tuple[str, ...] = (
    "addressee",
    "addresses",
    "annex",
    "authoritative",
    "authoritative_count",
    "body",
    "bookmark",
    "card",
    "courtesy",
    "done",
    "elides",
    "emblem",
    "enclosure",
    "enclosures",
    "head",
    "head_tag",
    "icon",
    "intro",
    "issued",
    "language",
    "lead",
    "letterhead",
    "number",
    "other",
    "place",
    "pointer",
    "questions",
    "reference",
    "remarks",
    "see",
    "statuses",
    "steps",
    "strip",
    "tip",
    "title",
    "updated",
)
"""The words that a document's templates may use; docs/adding.md says what each is."""
