"""What every straight line needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from notegen.domain.language import Language
from notegen.domain.sender import Sender

if TYPE_CHECKING:
    from notegen.rendering.template import Templates


@dataclass(frozen=True, slots=True)
class House:
    """What every line needs: the languages, their templates, who sends, the typographic profile, today."""

    languages: Mapping[str, Language]
    templates: Templates
    sender: Sender
    today: date
    profile: str = "be"

    def versed(self, codes: Iterable[str]) -> Mapping[str, Language]:
        """The languages; those of these codes know the names of their months and weekdays too."""
        from notegen.rendering.cldr import with_day_names

        known = {code: with_day_names(self.languages[code]) for code in codes if code in self.languages}
        return {**self.languages, **known}
