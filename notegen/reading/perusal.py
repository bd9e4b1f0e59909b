"""A file looked through to its end although something in it keeps it from being used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from notegen.domain.leaflet import Manuscript
from notegen.domain.note import Fragment
from notegen.domain.problem import Problem
from notegen.errors import NoteFileError
from notegen.reading.yaml import Data, Steps
from notegen.reading.yaml_form import Difference

Held = tuple["Manuscript | Fragment", tuple[Problem, ...]]
"""A note, a leaflet or what can be read of one, with the warnings about it."""


@dataclass(frozen=True, slots=True)
class Perusal:
    """What a file holds, as far as it can be read, and why it cannot be used (None: it can)."""

    held: tuple[Held, ...]
    refusal: NoteFileError | None = None

    def manuscripts(self) -> tuple[tuple[Manuscript, tuple[Problem, ...]], ...]:
        """What the file holds when it can be used; raises the refusal when it cannot."""
        if self.refusal is not None:
            raise self.refusal
        return tuple((each, warnings) for each, warnings in self.held if not isinstance(each, Fragment))


def joined(refusals: Sequence[NoteFileError]) -> NoteFileError | None:
    """Several refusals as one, each beginning a line; None when there is none."""
    if len(refusals) == 1:
        return refusals[0]
    return NoteFileError("\n".join(str(each) for each in refusals)) if refusals else None


_STAND_INS: Mapping[str, Data] = MappingProxyType(
    {
        "reference": {"unit": "P0", "file": "X", "topic": "X"},
        "issued": "1950-01-01",
        "place": "-",
        "addressee": "-",
    }
)
"""What takes the place of what cannot be read, so that the rest is looked at; nothing is said about it."""


def legible(content: Data, differences: Sequence[Difference]) -> tuple[dict[str, Data], frozenset[Steps]]:
    """A content without what cannot be read, and the steps to what is not looked at any further."""
    if not isinstance(content, dict):
        return {}, frozenset()
    left: dict[str, Data] = dict(content)
    unread: set[Steps] = set()
    for difference in differences:
        steps = difference.steps[:-1] if difference.is_missing else difference.steps
        unread.add(_cut(left, steps or difference.steps))
    texts = [left.setdefault(key, {}) for key in ("title", "body")]
    if not left.get("languages"):
        written = [code for each in reversed(texts) if isinstance(each, dict) for code in each]
        left["languages"] = list(dict.fromkeys(written))
        unread.add(("languages",))
    return {**{key: value for key, value in _STAND_INS.items() if key not in left}, **left}, frozenset(unread)


def _cut(content: dict[str, Data], steps: Steps) -> Steps:
    """Take the value out, or the whole list that it stands in, whose other items keep their numbers so."""
    key, *rest = steps
    inner = content.get(str(key))
    if rest and key == "accepted" and isinstance(inner, list):
        content["accepted"] = [each for number, each in enumerate(inner) if number != rest[0]]
        return ("accepted", rest[0])
    if rest and isinstance(inner, dict) and key in ("title", "body", "links"):
        content[str(key)] = {name: value for name, value in inner.items() if name != rest[0]}
        return (key, rest[0])
    content.pop(str(key), None)
    return (key,)
