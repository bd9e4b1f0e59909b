"""A part of a print order, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an order under lease: its packed documents, and the number of the first copy in the order.

    `printed` are the numbers of copies that need not be printed any more.
    """

    order: int
    number: int
    first: int
    documents: bytes
    printed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Hold:
    """Under whose name, and how long without a sign of life, parts are held."""

    holder: str
    lease: timedelta
