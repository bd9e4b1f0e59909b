"""A text that must not reach a log by accident."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` is the link, token or code itself; `str` and `repr` are masked."""

    text: str

    def __str__(self) -> str:
        return "••••"

    def __repr__(self) -> str:
        return "Secret(••••)"
