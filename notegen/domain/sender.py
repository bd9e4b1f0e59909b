"""Who sends a note: a ministry or a mission, with its letterhead in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notegen.domain.language import Letterhead


@dataclass(frozen=True, slots=True)
class Sender:
    """`letterheads` by language; `fixed` names the one language whose letterhead heads every section.

    `emblem` is the SVG source of the sender's own emblem (empty: notegen's own drawing); `short_name` is the
    author in the PDF's properties.
    """

    letterheads: Mapping[str, Letterhead]
    short_name: str
    fixed: str = ""
    emblem: str = ""

    def letterhead(self, language: str) -> Letterhead:
        """What heads the section of that language; KeyError when this sender has none in it."""
        return self.letterheads[self.fixed or language]
