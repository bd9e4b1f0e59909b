"""The dates, times and numbers that a text states, as values that can be compared between languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from notegen.checking.section import Section

Names: TypeAlias = tuple[tuple[str, ...], ...]
"""The names of months from January or of weekdays from Monday, each in all its forms."""

_MONTHS = (
    ("janvier", "januari", "january", "januar", "jänner"),
    ("février", "fevrier", "februari", "february", "februar"),
    ("mars", "maart", "march", "märz"),
    ("avril", "april"),
    ("mai", "mei", "may"),
    ("juin", "juni", "june"),
    ("juillet", "juli", "july"),
    ("août", "aout", "augustus", "august"),
    ("septembre", "september"),
    ("octobre", "oktober", "october"),
    ("novembre", "november"),
    ("décembre", "decembre", "december", "dezember"),
)
_DAYS = (
    ("lundi", "maandag", "monday", "montag"),
    ("mardi", "dinsdag", "tuesday", "dienstag"),
    ("mercredi", "woensdag", "wednesday", "mittwoch"),
    ("jeudi", "donderdag", "thursday", "donnerstag"),
    ("vendredi", "vrijdag", "friday", "freitag"),
    ("samedi", "zaterdag", "saturday", "samstag", "sonnabend"),
    ("dimanche", "zondag", "sunday", "sonntag"),
)
_GAP = r"[ \u00a0\u202f\n]+"
_MARK = r"[*_^~]{0,3}"
_OF = rf"(?:(?:of|de|del|do){_GAP})?"
_SHORT_DATE = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?![\w/-]|\.\d)")
_TIME = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?:"
    r"[:.](?P<m1>[0-5]\d)[ \u00a0\u202f]*(?P<half1>[ap]\.?m\b\.?)?(?:(?:Uhr|uur|[hu])\b)?"
    r"|[ \u00a0\u202f]*(?:h|u|uur|Uhr)\b[ \u00a0\u202f]*(?P<m2>[0-5]\d)?"
    r"|[ \u00a0\u202f]*(?P<half2>[ap]\.?m\b\.?|noon\b|midday\b|midnight\b))(?![\d%])"
)
_FROM = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)"
    r"(?=[ \u00a0\u202f]*(?:[–-]|to|tot|bis|and|en|und)[ \u00a0\u202f]*"
    r"(?P<until>[01]?\d|2[0-4])(?:[:.][0-5]\d)?"
    r"[ \u00a0\u202f]*(?:h|u|uur|Uhr|(?P<half>[ap]\.?m))\b)"
)
"""A time that shares its unit with the next: 9.15 – 9.40 am."""
_NAMED = re.compile(
    r"(?<![-\w])(?:(?P<noon>midi|noon|midday)|minuit|midnight|middernacht|Mitternacht)(?![-\w])"
)
_CLOCK = re.compile(r"[:hum]|noon", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,/-])\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value (ISO date, hh:mm, or a number with a decimal point), as written, and where in the body."""

    value: str
    written: str
    start: int


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date in the text; `day` is None where the calendar has no such day; weekdays count from Monday, 0."""

    figure: Figure
    day: date | None
    weekday: int | None


def stated_dates(section: Section) -> tuple[StatedDate, ...]:
    """Every date that the section states, a year it leaves out being left out of the value."""
    return tuple(_stated_dates(section))


@lru_cache(maxsize=32)
def figures(section: Section) -> tuple[tuple[Figure, ...], tuple[Figure, ...], tuple[Figure, ...]]:
    """The dates, the times and the other numbers of a section."""
    text = section.words
    dates = tuple(stated.figure for stated in _stated_dates(section))
    text = _without(text, dates)
    times = _times(text)
    text = _without(text, times)
    numbers = tuple(Figure(_plain(match[0]), match[0], match.start()) for match in _NUMBER.finditer(text))
    return dates, times, numbers


def _without(text: str, found: tuple[Figure, ...]) -> str:
    for figure in found:
        end = figure.start + len(figure.written)
        text = text[: figure.start] + " " * len(figure.written) + text[end:]
    return text


@dataclass(frozen=True, slots=True)
class _Almanac:
    """By what a date in words is recognized: its shape, and the numbers of months and weekdays."""

    shape: re.Pattern[str]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]


@lru_cache(maxsize=32)
def _almanac(months: Names, weekdays: Names) -> _Almanac:
    month_of = {name: number for table in (months, _MONTHS) for number, name in _numbered(table, 1)}
    day_of = {name: number for table in (weekdays, _DAYS) for number, name in _numbered(table, 0)}
    shape = re.compile(
        rf"(?:\b(?P<weekday>{_any(day_of)}),?{_GAP}(?:(?:le|de|den|dem|the|der){_GAP})?)?"
        rf"(?<![\d.,/]){_MARK}(?P<day>\d{{1,2}}){_MARK}(?:er|st|nd|rd|th|e)?{_MARK}\.?{_GAP}{_OF}"
        rf"{_MARK}(?P<month>{_any(month_of)})\b(?:{_GAP}{_OF}(?P<year>\d{{4}}))?",
        re.IGNORECASE,
    )
    return _Almanac(shape, month_of, day_of)


def _numbered(table: Names, first: int) -> Iterator[tuple[int, str]]:
    return ((number, name) for number, names in enumerate(table, first) for name in names)


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _stated_dates(section: Section) -> Iterator[StatedDate]:
    text, almanac = section.words, _almanac(section.months, section.weekdays)
    for match in almanac.shape.finditer(text):
        month, day = almanac.months[match["month"].casefold()], int(match["day"])
        year = int(match["year"]) if match["year"] else None
        weekday = almanac.weekdays[match["weekday"].casefold()] if match["weekday"] else None
        value = f"{year}-{month:02}-{day:02}" if year else f"{month:02}-{day:02}"
        yield StatedDate(
            Figure(value, match[0], match.start()), _day(year or 2000, month, day), _when(weekday, year)
        )
    for match in _SHORT_DATE.finditer(text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        figure = Figure(f"{year}-{month:02}-{day:02}", match[0], match.start())
        yield StatedDate(figure, _day(year, month, day), None)


def _when(weekday: int | None, year: int | None) -> int | None:
    return weekday if year else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _times(text: str) -> tuple[Figure, ...]:
    found = tuple(_clock_times(text))
    return (*found, *_other_times(_without(text, found)))


def _clock_times(text: str) -> Iterator[Figure]:
    for match in _TIME.finditer(text):
        if not _CLOCK.search(match[0]):
            continue
        hour, minute = int(match["hour"]), int(match["m1"] or match["m2"] or 0)
        half = (match["half1"] or match["half2"] or "").casefold()
        hour = hour % 12 + (12 if half in ("noon", "midday") or half.startswith("p") else 0) if half else hour
        yield Figure(f"{hour:02}:{minute:02}", match[0], match.start())
    for match in _FROM.finditer(text):
        hour, is_late = int(match["hour"]), (match["half"] or "").startswith("p")
        hour += 12 if is_late and hour < 12 and hour <= int(match["until"]) % 12 else 0
        yield Figure(f"{hour:02}:{match['minute']}", match[0], match.start())


def _other_times(text: str) -> Iterator[Figure]:
    for match in _NAMED.finditer(text):
        yield Figure("12:00" if match["noon"] else "00:00", match[0], match.start())


def _plain(number: str) -> str:
    grouped = re.fullmatch(r"(\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+)(?:[.,](\d+))?", number)
    if grouped:
        whole = re.sub(r"\D", "", grouped[1])
        return f"{whole}.{grouped[2]}" if grouped[2] else whole
    return number.replace(",", ".")
