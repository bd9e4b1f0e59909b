"""One row of status notifications, from a workbook or from YAML: an event, or every reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import RejectedRow, RowStatus
from notegen.domain.status import ALWAYS, MAY_SAY, OWN_FIELDS, StatusEvent
from notegen.reading.cell_text import CellFault, SheetRow, Value, clean, glimpsed, quoted, shown
from notegen.reading.identification_number import birth_date, read_number
from notegen.reading.mail_address import read_address
from notegen.reading.roster_header import Columns, fold
from notegen.reading.roster_row import language_code, offered, spellings, stated_date
from notegen.reading.status_columns import kinds_by_name

LONGEST = 200
LONGEST_DOCUMENT = 1000
_ITEM = re.compile(r"^\s*[-–•*]\s+")
_ANY = (*ALWAYS, "requester", "request", "birth_date")
_TEXTS = ("first_names", "last_name", "requester", "request", "official_name", "document")


class StatusRowReader:
    """Reads rows once the columns are known; `today` decides about births from 2000."""

    def __init__(self, file: str, columns: Columns, languages: Mapping[str, Language], today: date) -> None:
        self._file = file
        self._columns = columns
        self._today = today
        self._kinds = kinds_by_name(languages)
        self._spellings = spellings(languages)
        self._codes = offered(languages)

    def read(self, row: SheetRow) -> StatusEvent | RejectedRow | None:
        """What the row comes to; None where it is blank in the columns of the form."""
        letters = self._columns.letters
        given = {f: glimpsed(row.cells[at]) for f, at in letters.items() if at in row.cells}
        cells = {field: value for field, value in given.items() if not _is_blank(value)}
        if not cells:
            return None
        found = _Found(self._file, row.number, self._columns)
        kind = self._kind(cells, found)
        wanted = (*ALWAYS, *OWN_FIELDS[kind]) if kind else ALWAYS
        for field in wanted:
            if field not in cells:
                found.error("incomplete", field)
        if kind is not None:
            self._refuse_others(kind, cells, found)
        number = self._number(cells, found)
        address = self._address(cells, found)
        language = self._language(cells, found)
        texts = {field: self._text(field, cells, found) for field in _TEXTS}
        deadline, received = (self._day(field, cells, found) for field in ("deadline", "received"))
        if found.problems or kind is None or address is None:
            return RejectedRow(row.number, RowStatus.REJECTED, tuple(found.problems), tuple(found.warnings))
        return StatusEvent(
            row.number, kind, address, language, **texts, number=number, deadline=deadline, received=received,
            warnings=tuple(found.warnings),
        )  # fmt: skip

    def again(self, row: int, status: RowStatus, first: int) -> RejectedRow:
        """The row of an event that stands there already: the same (skipped), or with other data (held)."""
        found = _Found(self._file, row, self._columns)
        if status is RowStatus.SKIPPED:
            found.add("status-repeated", "kind", "", Severity.NOTE, rows=str(first))
        else:
            found.error("status-held", "kind", rows=str(first))
        return RejectedRow(row, status, tuple(found.problems))

    def _kind(self, cells: Mapping[str, Value], found: _Found) -> NotificationKind | None:
        value = cells.get("kind")
        kind = self._kinds.get(fold(shown(value))) if value is not None else None
        if value is not None and kind is None and not found.faulty("kind", value):
            found.error("status-kind-unknown", "kind", value, kinds=", ".join(OWN_FIELDS))
        return kind

    def _refuse_others(self, kind: NotificationKind, cells: Mapping[str, Value], found: _Found) -> None:
        for field in cells:
            if field not in (*_ANY, *OWN_FIELDS[kind], *MAY_SAY[kind]):
                found.add("status-not-said", field, cells[field], Severity.WARNING, kind=kind.value)

    def _number(self, cells: Mapping[str, Value], found: _Found) -> IdentificationNumber | None:
        field = "identification_number"
        value = cells.get(field)
        if value is None or found.faulty(field, value):
            return None
        number, code = read_number(value, self._today)
        if number is None:
            digits = sum(character.isdigit() for character in shown(value))
            found.error(code, field, value, digits=str(digits))
            return None
        if code:
            found.add(code, field, value, Severity.WARNING, printed=number.printed)
        stated = self._day("birth_date", cells, found)
        born = birth_date(number, self._today)
        if born and stated and born != stated:
            told = f"{born:%d/%m/%Y}"
            found.add("birth-date-differs", "birth_date", stated, Severity.WARNING, told=told)
        return number

    def _address(self, cells: Mapping[str, Value], found: _Found) -> EmailAddress | None:
        value = cells.get("email")
        if value is None or found.faulty("email", value):
            return None
        address, code, meant = read_address(value if isinstance(value, str) else shown(value))
        if code:
            severity = Severity.ERROR if address is None else Severity.WARNING
            found.add(code, "email", value, severity, suggestion=meant)
        return address

    def _language(self, cells: Mapping[str, Value], found: _Found) -> str:
        value = cells.get("language")
        if value is None or found.faulty("language", value):
            return ""
        code = language_code(shown(value), self._spellings)
        if not code:
            found.error("language-unknown", "language", value, codes=self._codes)
        return code

    def _text(self, field: str, cells: Mapping[str, Value], found: _Found) -> str:
        value = cells.get(field)
        if value is None or found.faulty(field, value):
            return ""
        if isinstance(value, date):
            found.error("cell-date", field, value)
        text = _listed(value) if field == "document" and isinstance(value, str) else shown(value)
        limit = LONGEST_DOCUMENT if field == "document" else LONGEST
        if len(text) > limit:
            found.error("text-long", field, value, limit=str(limit))
        return text

    def _day(self, field: str, cells: Mapping[str, Value], found: _Found) -> date | None:
        value = cells.get(field)
        if value is None or found.faulty(field, value):
            return None
        day = stated_date(value)
        if day is None and field != "birth_date":
            found.error("status-date", field, value)
        return day


class _Found:
    """The problems and warnings of one row."""

    def __init__(self, file: str, row: int, columns: Columns) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._file, self._row, self._columns = file, row, columns

    def add(self, code: str, field: str, value: Value, severity: Severity, **slots: str) -> None:
        """Note a finding about a cell."""
        values = (*self._columns.place(field), *slots.items())
        place = Place(self._file, self._row, field)
        problem = Problem(code, place, quoted(value), severity, values)
        (self.warnings if severity is Severity.WARNING else self.problems).append(problem)

    def error(self, code: str, field: str, value: Value = "", **slots: str) -> None:
        """Note what keeps the row from its mail."""
        self.add(code, field, value, Severity.ERROR, **slots)

    def faulty(self, field: str, value: Value) -> bool:
        """Whether the cell has no value to read, which is then noted."""
        if not isinstance(value, CellFault):
            return False
        self.error("cell-error" if value.text else "cell-formula", field, value)
        return True


def _listed(text: str) -> str:
    """The lines of a cell as one: documents that stand one below the other are parted by semicolons."""
    lines = [line for each in text.splitlines() if (line := clean(_ITEM.sub("", each)))]
    ended = [line if line[-1] in ".,;:!?" else f"{line};" for line in lines[:-1]]
    return " ".join((*ended, *lines[-1:]))


def _is_blank(value: Value) -> bool:
    return isinstance(value, str) and not clean(value)
