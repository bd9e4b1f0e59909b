"""Moments as the tables hold them: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def to_stored(moment: datetime) -> int: ...
@overload
def to_stored(moment: None) -> None: ...
def to_stored(moment: datetime | None) -> int | None:
    """An aware moment as milliseconds; ValueError for one without a time zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return round(moment.timestamp() * 1000)


@overload
def from_stored(stored: int) -> datetime: ...
@overload
def from_stored(stored: None) -> None: ...
def from_stored(stored: int | None) -> datetime | None:
    """The moment again, in UTC."""
    return None if stored is None else datetime.fromtimestamp(stored / 1000, UTC)
