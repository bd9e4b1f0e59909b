"""Why this machine prints although workers were asked for."""

from __future__ import annotations

import pytest

from notegen.cli.printer import why_here
from notegen.domain.colophon import Colophon

OWN = Colophon({"HB": "7"})


@pytest.mark.parametrize(
    ("presses", "sentence"),
    [
        ({}, "No worker is alive that prints."),
        ({"HB 8": 1}, "The only worker that prints would print other bytes (HB 7 here, 8 there)."),
        (
            {"HB 8": 2, "HB 9": 1},
            "All 3 workers that print would print other bytes (HB 7 here, 8 there / HB 7 here, 9 there).",
        ),
    ],
)
def test_a_person_is_told_why_no_worker_prints(presses: dict[str, int], sentence: str) -> None:
    assert why_here(OWN, presses) == f"{sentence} This machine prints."
