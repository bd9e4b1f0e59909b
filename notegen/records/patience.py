"""Doing without the database for a while: what failed because it was away is done again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from notegen.errors import RecordsError

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0

T = TypeVar("T")


class Patience:
    """How long one who works with a database waits for it, counted from when it was last there."""

    def __init__(self, limit: timedelta) -> None:
        self._limit = limit.total_seconds()
        self._away_since: float | None = None

    def through(self, work: Callable[[], T]) -> T:
        """The result of `work`, which is a whole transaction and may be done twice, after growing pauses.

        The RecordsError of `work` when it is not a temporary one, or when patience is at its end; from then
        on each piece of work is tried once, until one succeeds.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                result = work()
            except RecordsError as error:
                if not error.temporary or self._is_over(pause):
                    raise
            else:
                self._away_since = None
                return result
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _is_over(self, pause: float) -> bool:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
        return now + pause > self._away_since + self._limit
