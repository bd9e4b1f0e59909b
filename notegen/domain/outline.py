"""The outline of a document: which parts a kind has, in which order, and which of them are obligatory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Part(StrEnum):
    """The parts of a verbal note, named as the trade names them."""

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

OUTLINES: Mapping[str, tuple[OutlinePart, ...]] = MappingProxyType({"verbal-note": VERBAL_NOTE})
"""The outline of each document kind, by its name in `document:`."""

DOCUMENT_WORDS: tuple[str, ...] = (
    "addressee",
    "annex",
    "authoritative",
    "authoritative_count",
    "body",
    "bookmark",
    "courtesy",
    "done",
    "elides",
    "emblem",
    "enclosure",
    "enclosures",
    "head",
    "head_tag",
    "issued",
    "language",
    "lead",
    "letterhead",
    "place",
    "pointer",
    "reference",
    "updated",
)
"""The words that a document's templates may use; docs/adding.md says what each is."""
