"""Whether the days that a text names exist and fall on the weekday that it gives them."""

from __future__ import annotations

from collections.abc import Iterator

from notegen.checking.figures import stated_dates
from notegen.checking.section import Section
from notegen.domain.problem import Problem, Severity


def check_calendar(section: Section) -> Iterator[Problem]:
    """The findings about impossible days and wrong weekdays."""
    for stated in stated_dates(section):
        written = " ".join(stated.figure.written.split())
        if stated.day is None:
            yield section.problem("note-day-impossible", stated.figure.start, written, Severity.ERROR)
        elif stated.weekday is not None and stated.weekday != stated.day.weekday():
            yield section.problem("note-weekday-wrong", stated.figure.start, written, Severity.ERROR)
