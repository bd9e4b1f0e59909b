"""Finding a reference however it was typed: other separators, a letter O for a zero, in part, or misspelt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from notegen.records.chain import RegisterEntry

_SEPARATORS = re.compile(r"[^A-Z0-9]+")
_ALIKE = str.maketrans("OIL", "011")
_NEAR = 0.72
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Found:
    """`exact` when the typed reference names these entries beyond doubt; otherwise they look like it."""

    exact: bool
    entries: tuple[RegisterEntry, ...]


def search(text: str, entries: Sequence[RegisterEntry]) -> Found:
    """The entries of the reference that was meant, oldest first; those of the nearest ones when none was."""
    by_key: dict[str, list[RegisterEntry]] = {}
    for entry in entries:
        by_key.setdefault(_key(str(entry.reference)), []).append(entry)
    typed = _key(text)
    if not typed:
        return Found(False, ())
    if typed in by_key:
        return Found(True, tuple(by_key[typed]))
    parts = [key for key in by_key if _holds(key, typed)]
    near = parts or get_close_matches(typed, by_key, _NEAREST, _NEAR)
    return Found(len(parts) == 1, tuple(entry for key in near for entry in by_key[key]))


def _key(text: str) -> str:
    return " ".join(_SEPARATORS.split(text.upper().translate(_ALIKE))).strip()


def _holds(key: str, typed: str) -> bool:
    """Whether all that was typed stands in the reference, in its order, parts left out or run together."""
    words = iter(key.replace(" ", ""))
    return all(sign in words for sign in typed.replace(" ", "")) and _parts_of(key, typed)


def _parts_of(key: str, typed: str) -> bool:
    whole = key.split()
    return all(any(word in part or part in word for part in whole) for word in typed.split())
