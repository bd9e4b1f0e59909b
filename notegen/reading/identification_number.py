"""Identification numbers as missions write them (NISS, INSZ, ENSS): national numbers and BIS numbers.

Eleven digits, printed `YY.MM.DD-SSS.CC`. CC is 97 less the remainder by 97 of the nine digits before it, with
a 2 in front of them for births from 2000 (Royal Decree of 3 April 1984). A BIS number has 20 (sex unknown)
or 40 added to the month (Royal Decree of 8 February 1991); month 0 and day 0 stand for what nobody knew.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from stdnum.util import clean as without_separators

from notegen.domain.identification import IdentificationNumber
from notegen.reading.cell_text import CellFault, Value, clean

_DIGITS = re.compile(r"\d{11}", re.ASCII)
_PRINTED = re.compile(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", re.ASCII)
_RECKONED = re.compile(r"\d+([.,]\d+)?[eE][+-]?\d+|\d+[.,]0+", re.ASCII)
_LONGEST = 50
_UNKNOWN = ("000001", "002001", "004001")
FEWEST = 7
"""How many digits must be left of a number that lost its zeros: `00.01.01-001.05` is 101 001 05 to Excel."""


def read_number(value: Value, today: date) -> tuple[IdentificationNumber | None, str]:
    """The number and "", or with the code of a warning; None and the code of the problem.

    Dots, hyphens, spaces, slashes, a trailing stop, invisible characters and full-width digits are accepted;
    leading zeros that a number cell lost are put back when the check then holds (`number-zero`).
    """
    if isinstance(value, str):
        return _read_text(value, today)
    if isinstance(value, bool | date | datetime | CellFault):
        return None, "number-format"
    if value != value or value in (float("inf"), float("-inf")) or value != int(value) or value < 0:
        return None, "number-format"
    return _judge(str(int(value)), today)


def _read_text(text: str, today: date) -> tuple[IdentificationNumber | None, str]:
    if _DIGITS.fullmatch(text):
        return _judge(text, today)
    if _PRINTED.fullmatch(text):
        return _judge(text.replace(".", "").replace("-", ""), today)
    plain = clean(text)
    if len(plain) > _LONGEST:
        return None, "number-characters"
    if _RECKONED.fullmatch(plain):
        return None, "number-format"
    digits: str = without_separators(plain, " -./,_'’·")
    if not digits or not (digits.isascii() and digits.isdigit()):
        return None, "number-characters"
    return _judge(digits, today)


def _judge(digits: str, today: date) -> tuple[IdentificationNumber | None, str]:
    padded = digits.rjust(11, "0")
    if len(padded) != 11 or len(digits) < FEWEST:
        return None, "number-length"
    century = _century(padded, today)
    restored = len(digits) < 11
    if century is None or not _is_possible_date(padded, century, today):
        return None, "number-length" if restored else "number-check" if century is None else "number-date"
    return IdentificationNumber(padded), "number-zero" if restored else ""


def _century(digits: str, today: date) -> int | None:
    nine, check = int(digits[:9]), int(digits[9:])
    if 97 - nine % 97 == check:
        return 1900
    if 2000 + int(digits[:2]) <= today.year and 97 - (2_000_000_000 + nine) % 97 == check:
        return 2000
    return None


def _is_possible_date(digits: str, century: int, today: date) -> bool:
    month = int(digits[2:4])
    if month > 52 or month % 20 > 12 or digits == "00000000097":
        return False
    if century < today.year // 100 * 100:
        return True
    born = _date(digits, century)
    return born is None or born <= today


def _date(digits: str, century: int) -> date | None:
    year, month, day = century + int(digits[:2]), int(digits[2:4]) % 20, int(digits[4:6])
    if digits[:6] in _UNKNOWN or month == 0 or day == 0 or day > monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def is_number(digits: str, today: date) -> bool:
    """Whether eleven digits are a number of somebody born by today."""
    century = _century(digits, today)
    return century is not None and _is_possible_date(digits, century, today)


def birth_date(number: IdentificationNumber, today: date) -> date | None:
    """The date of birth that a number tells, None where it tells none or only a part."""
    century = _century(number.digits, today)
    return None if century is None else _date(number.digits, century)
