"""The Babel door: dates, numbers and lists as the house prints them, where CLDR and house style differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal

from notegen.domain.language import Language

_SHORT = {"fr": "dd/MM/y", "en": "dd/MM/y", "nl": "dd.MM.y", "de": "dd.MM.y"}
_NB = "\u00a0"


def long_date(day: date, locale: str) -> str:
    """`1er juin 2021`, `17 December 2021`, `17. Dezember 2021`; day and month never part.

    CLDR writes no "1er" for French; bare `en` would put the month first, so locales name a country.
    """
    text = format_date(day, "long", locale=locale)
    head, _, tail = text.partition(" ")
    if day.day == 1 and locale.startswith("fr"):
        head = "1er"
    return f"{head}{_NB}{tail}"


def short_date(day: date, locale: str) -> str:
    """The Belgian norm: `17/12/2021` in French and English, `17.12.2021` in Dutch and German."""
    pattern = _SHORT.get(Locale.parse(locale).language)
    return format_date(day, pattern or "short", locale=locale)


def whole_number(number: int, locale: str) -> str:
    """`12 345` with a narrow no-break space in French, `12.345` elsewhere in Belgium."""
    return format_decimal(number, locale=locale)


def enumeration(items: Sequence[str], locale: str) -> str:
    """`A, B et C`: the items in one phrase, joined as the language joins them."""
    return format_list(items, locale=locale)


def with_day_names(language: Language) -> Language:
    """The language with the names of its months and weekdays, as they stand in a date and alone."""
    months, weekdays = _calendar_names(language.locale)
    return replace(language, months=months, weekdays=weekdays)


_FORMS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")


@cache
def _calendar_names(locale: str) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    months = [get_month_names("wide", form, locale) for form in _FORMS]
    weekdays = [get_day_names("wide", form, locale) for form in _FORMS]
    return _named(months, range(1, 13)), _named(weekdays, range(7))


def _named(tables: Sequence[Mapping[int, str]], numbers: range) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(dict.fromkeys(table[number].casefold() for table in tables)) for number in numbers)
