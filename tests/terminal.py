"""What a command left behind, as the tests of the terminal look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Notegen = Callable[..., Ended]
"""Runs `notegen` with these arguments."""
