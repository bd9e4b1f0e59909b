"""Two states of a text compared word by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

_SPACED = re.compile(r"(\s*)(\{\{.*?\}\}|\{%.*?%\}|\w+|[^\w\s])", re.DOTALL)


class Change(StrEnum):
    """What became of a stretch of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some words of a comparison, with the spaces before and between them."""

    change: Change
    text: str


def word_diff(before: str, now: str) -> tuple[Stretch, ...]:
    """The stretches that were kept, removed and added; all but the removed make up `now`."""
    old, new = _words(before), _words(now)
    stretches: list[Stretch] = []
    matcher = difflib.SequenceMatcher(
        None, [w.strip() for w in old], [w.strip() for w in new], autojunk=False
    )
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            stretches.append(Stretch(Change.KEPT, "".join(new[j1:j2])))
            continue
        if i2 > i1:
            stretches.append(Stretch(Change.REMOVED, "".join(old[i1:i2])))
        if j2 > j1:
            stretches.append(Stretch(Change.ADDED, "".join(new[j1:j2])))
    return tuple(stretches)


def marked(stretches: tuple[Stretch, ...], around: int = 40) -> str:
    """The comparison on one line, `[-removed-]` and `{+added+}`; what was kept is cut to its ends."""
    parts: list[str] = []
    for number, stretch in enumerate(stretches):
        lead = " " if stretch.text.startswith(" ") else ""
        text = stretch.text.strip()
        if stretch.change is Change.REMOVED:
            parts.append(f"{lead}[-{text}-]")
        elif stretch.change is Change.ADDED:
            parts.append(f"{lead}{{+{text}+}}")
        else:
            parts.append(lead + _cut(text, around, number == 0, number == len(stretches) - 1))
    return "".join(parts).strip()


def _words(text: str) -> list[str]:
    return [(" " if space else "") + word for space, word in _SPACED.findall(text)]


def _cut(text: str, around: int, first: bool, last: bool) -> str:
    if first and len(text) > around:
        return "…" + text[-around:]
    if last and len(text) > around:
        return text[:around] + "…"
    return text if len(text) <= 2 * around else f"{text[:around]} … {text[-around:]}"
