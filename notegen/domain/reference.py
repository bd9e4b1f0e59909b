"""The reference number of a verbal note: unit / file / date of first issue / topic / number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_SEPARATED = re.compile(r"\s*/\s*")
_UNIT = re.compile(r"[A-Z]{1,4}\d{1,2}(?:\.\d{1,3})*", re.ASCII)
_FILE = re.compile(r"[A-Z][A-Z0-9]{0,11}(?:[.-][A-Z0-9]{1,12})*")
_TOPIC = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_CITED = re.compile(
    r"(?<![\w./-])[A-Z]{1,4}[OIl\d]{1,2}(?:\.[OIl\d]{1,3})*/[A-Z][A-Z0-9l.-]*"
    r"/[OIl\d]{2}\.[OIl\d]{2}\.[OIl\d]{4}/[A-Z0-9-]+/[OIl\d]{1,6}(?![\w/])"
)
_DIGITS = str.maketrans("OoIl", "0011")
_AMONG_DIGITS = re.compile(r"(?<=\d)[OoIl]+(?=\d)|(?<=[.-])(?=[OoIl]*\d)[OoIl\d]+(?![^.-])")


@dataclass(frozen=True, slots=True, order=True)
class ReferenceNumber:
    """`P0.0/PRO.3143/17.06.2021/VACCIN/5`.

    >>> str(ReferenceNumber.parse("PO.0 / PRO.3143/17.06.2021/VACCIN/5"))
    'P0.0/PRO.3143/17.06.2021/VACCIN/5'
    """

    unit: str
    file: str
    dated: date
    topic: str
    number: int

    @classmethod
    def parse(cls, text: str) -> ReferenceNumber:
        """Read a reference as written; a letter O inside the unit is read as 0. ValueError says which."""
        parts = _SEPARATED.split(text.strip())
        if len(parts) != 5:
            raise ValueError(f"a reference has five parts between slashes, this has {len(parts)}")
        unit, file, dated, topic, number = parts
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"the number within the topic must be a whole number from 1, not {number!r}")
        request = ReferenceRequest.parse(unit, file, topic)
        return cls(request.unit, request.file, _read_date(dated), request.topic, int(number))

    def __str__(self) -> str:
        return f"{self.unit}/{self.file}/{self.dated:%d.%m.%Y}/{self.topic}/{self.number}"

    @property
    def slug(self) -> str:
        """The reference as a file name: `P0.0-PRO.3143-17.06.2021-VACCIN-5`."""
        return str(self).replace("/", "-")


@dataclass(frozen=True, slots=True, order=True)
class ReferenceRequest:
    """A reference whose number is allotted at issue."""

    unit: str
    file: str
    topic: str

    @classmethod
    def parse(cls, unit: str, file: str, topic: str) -> ReferenceRequest:
        """Check the three parts that a person chooses; ValueError says which one is wrong."""
        unit = normal_unit(unit.strip())
        for name, value, shape in (("unit", unit, _UNIT), ("file", file, _FILE), ("topic", topic, _TOPIC)):
            if not shape.fullmatch(value):
                raise ValueError(f"the {name} of a reference cannot be {value!r}")
        return cls(unit, file, topic)

    def numbered(self, dated: date, number: int) -> ReferenceNumber:
        """The full reference, once date and number are known."""
        return ReferenceNumber(self.unit, self.file, dated, self.topic, number)


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference that a text mentions: as written, from which character of the text on, and as read.

    `reference` is None where what looks like a reference cannot be one.
    """

    written: str
    start: int
    reference: ReferenceNumber | None

    @property
    def has_letter_o(self) -> bool:
        """Whether the unit was written with the letter O in place of a zero."""
        return self.reference is not None and not self.written.startswith(self.reference.unit + "/")


def citations(text: str) -> tuple[Citation, ...]:
    """Every reference that a text mentions, in its order."""
    return tuple(Citation(match[0], match.start(), _read(match[0])) for match in _CITED.finditer(text))


def normal_unit(unit: str) -> str:
    """Write the digit 0 where a unit has the letter O after its first letter: `PO.O` → `P0.0`."""
    return unit[:1] + re.sub(r"[Oo]", "0", unit[1:])


def probable_file(file: str) -> str:
    """Write a digit where a file has the letter O, I or l among digits: `PRO.22O7` → `PRO.2207`."""
    return _AMONG_DIGITS.sub(lambda match: match[0].translate(_DIGITS), file)


def probably_meant(text: str) -> ReferenceNumber | None:
    """The reference with a digit wherever a letter was typed for one; None where there is no such slip.

    A topic is made of letters, so that none of its own is doubted.
    """
    parts = _SEPARATED.split(text.strip())
    if len(parts) != 5:
        return None
    unit, file, dated, topic, number = parts
    unit = unit[:1] + unit[1:].translate(_DIGITS)
    mended = (unit, probable_file(file), dated.translate(_DIGITS), topic, number.translate(_DIGITS))
    meant = _read("/".join(mended))
    return None if meant == _read(text) else meant


def _read(text: str) -> ReferenceNumber | None:
    try:
        return ReferenceNumber.parse(text)
    except ValueError:
        return None


def _read_date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"the date of a reference is written dd.mm.yyyy, not {text!r}")
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no day {text!r} in the calendar") from None
