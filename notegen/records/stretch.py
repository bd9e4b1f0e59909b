"""People of one dispatch who stand one after the other: all of them, or those of a portion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notegen.records.database import and_


@dataclass(frozen=True, slots=True)
class Stretch:
    """The people of a dispatch from number `first` to number `last`; all of them where `last` is 0."""

    dispatch: int
    first: int = 1
    last: int = 0

    def within(self, table: Any) -> Any:
        """Whether a row of `people` or `mails` belongs to them, as a condition."""
        own = table.c.dispatch == self.dispatch
        return and_(own, table.c.person.between(self.first, self.last)) if self.last else own
