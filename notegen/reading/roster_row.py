"""One line of a roster: accepted as a member, or rejected with every reason at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.language import Language
from notegen.domain.member import Member
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import FIELDS, AcceptedRow, RejectedRow, RowStatus
from notegen.reading.cell_text import CellFault, SheetRow, Value, clean, glimpsed, is_blank, quoted, shown
from notegen.reading.identification_number import birth_date, read_number
from notegen.reading.mail_address import read_address
from notegen.reading.roster_header import Columns
from notegen.reading.roster_plain_row import LONGEST, plain_member
from notegen.reading.roster_repeats import Claim

_DATES = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d")
_LOST = "\ufffd"
"""What stands in a text in place of a character that a program could not read."""
_LINK = re.compile(r"https?://[!-~]+")


class RowReader:
    """Reads rows once the columns are known; `today` decides about births from 2000. `hidden` are the numbers
    of rows that a person does not see in the workbook; `claims` are rejected rows that name a number.
    """

    __slots__ = (
        "_codes",
        "_columns",
        "_file",
        "_letters",
        "_optional",
        "_spellings",
        "_today",
        "claims",
        "hidden",
    )

    def __init__(self, file: str, columns: Columns, languages: Mapping[str, Language], today: date) -> None:
        self.claims: list[Claim] = []
        self.hidden: list[int] = []
        self._file = file
        self._columns = columns
        self._today = today
        self._letters = tuple(columns.letters.get(field, "") for field in FIELDS)
        self._optional = {f: letters for f, letters in columns.letters.items() if f not in FIELDS}
        self._spellings = spellings(languages)
        self._codes = offered(languages)

    def read(self, row: SheetRow) -> AcceptedRow | RejectedRow | None:
        """What the row comes to; None where it is blank in the columns of the form."""
        values = tuple(map(row.cells.get, self._letters))
        if not row.hidden and not self._optional:
            member = plain_member(row.number, values, self._spellings, self._today)
            if member is not None:
                return AcceptedRow(member)
        cells = row.cells
        row = row._replace(
            cells={at: glimpsed(cells[at]) for at in self._columns.letters.values() if at in cells}
        )
        number, mail, language, first, last, card = map(row.cells.get, self._letters)
        problems: list[Problem] = []
        warnings: list[Problem] = []
        identification = self._number(row, number, problems, warnings)
        address = self._address(row, mail, problems, warnings)
        code = self._language(row, language, problems)
        first_names = self._text(row, "first_names", first, problems)
        last_name = self._text(row, "last_name", last, problems)
        protocol_card = self._text(row, "protocol_card", card, problems)
        if len(problems) == len(FIELDS) and all(problem.code == "incomplete" for problem in problems):
            return None
        more = self._more(row, identification, problems, warnings) if self._optional else ("", "", "")
        if row.hidden:
            self.hidden.append(row.number)
            warnings.append(
                self._problem(row, "identification_number", "row-hidden", severity=Severity.WARNING)
            )
        if problems or identification is None or address is None:
            if identification is not None:
                self.claims.append(
                    Claim(row.number, identification, address, first_names, last_name, protocol_card)
                )
            return RejectedRow(row.number, RowStatus.REJECTED, tuple(problems), tuple(warnings))
        member = Member(
            row.number, identification, address, code, first_names, last_name, protocol_card, *more
        )
        return AcceptedRow(member, tuple(warnings))

    def merged(self, row: int) -> Problem:
        """The problem of a row some of whose cells are merged with others."""
        return self._problem(SheetRow(row, {}), "identification_number", "cell-merged")

    def _number(
        self, row: SheetRow, value: Value | None, problems: list[Problem], warnings: list[Problem]
    ) -> IdentificationNumber | None:
        field = "identification_number"
        if value is None or self._is_faulty(row, field, value, problems):
            self._missing(row, field, value, problems)
            return None
        number, code = read_number(value, self._today)
        if number is None:
            digits = sum(character.isdigit() for character in shown(value))
            problems.append(self._problem(row, field, code, value, digits=str(digits)))
        elif code:
            warnings.append(self._problem(row, field, code, value, Severity.WARNING, printed=number.printed))
        return number

    def _address(
        self, row: SheetRow, value: Value | None, problems: list[Problem], warnings: list[Problem]
    ) -> EmailAddress | None:
        if value is None or self._is_faulty(row, "email", value, problems):
            self._missing(row, "email", value, problems)
            return None
        address, code, meant = read_address(value if isinstance(value, str) else shown(value))
        if code:
            severity = Severity.ERROR if address is None else Severity.WARNING
            found = problems if address is None else warnings
            found.append(self._problem(row, "email", code, value, severity, suggestion=meant))
        return address

    def _language(self, row: SheetRow, value: Value | None, problems: list[Problem]) -> str:
        code = self._spellings.get(value) if isinstance(value, str) else None
        if code is not None:
            return code
        if value is None or self._is_faulty(row, "language", value, problems):
            self._missing(row, "language", value, problems)
            return ""
        code = language_code(shown(value), self._spellings)
        if not code:
            problems.append(self._problem(row, "language", "language-unknown", value, codes=self._codes))
        return code

    def _text(self, row: SheetRow, field: str, value: Value | None, problems: list[Problem]) -> str:
        text = clean(value) if isinstance(value, str) else ""
        if text and len(text) <= LONGEST and _is_legible(text):
            return text
        if value is None or self._is_faulty(row, field, value, problems):
            self._missing(row, field, value, problems)
            return ""
        if isinstance(value, date):
            problems.append(self._problem(row, field, "cell-date", value))
        elif len(text) > LONGEST:
            problems.append(self._problem(row, field, "text-long", value, limit=str(LONGEST)))
        elif text and not _is_legible(text):
            problems.append(self._problem(row, field, "text-lost" if _LOST in text else "text-sign", value))
        return text or shown(value)

    def _is_faulty(self, row: SheetRow, field: str, value: Value, problems: list[Problem]) -> bool:
        if isinstance(value, CellFault):
            code = "cell-error" if value.text else "cell-formula"
            problems.append(self._problem(row, field, code, value))
            return True
        return isinstance(value, str) and is_blank(value)

    def _missing(self, row: SheetRow, field: str, value: Value | None, problems: list[Problem]) -> None:
        if not isinstance(value, CellFault):
            problems.append(self._problem(row, field, "incomplete"))

    def _more(
        self,
        row: SheetRow,
        number: IdentificationNumber | None,
        problems: list[Problem],
        warnings: list[Problem],
    ) -> tuple[str, str, str]:
        """Mission, link and code where the roster has columns for them; the birth date only warns."""
        cells = {field: row.cells.get(letters) for field, letters in self._optional.items()}
        born = birth_date(number, self._today) if number is not None else None
        stated = stated_date(cells.get("birth_date"))
        if born and stated and born != stated:
            told = born.strftime("%d/%m/%Y")
            warnings.append(
                self._problem(row, "birth_date", "birth-date-differs", stated, Severity.WARNING, told=told)
            )
        mission = cells.get("mission")
        link, code = (
            self._text(row, field, cells[field], problems) if field in cells else ""
            for field in ("activation_link", "activation_code")
        )
        if link and not _LINK.fullmatch(link):
            problems.append(self._problem(row, "activation_link", "link-form", link))
        return "" if mission is None else shown(mission)[:LONGEST], link, code

    def _problem(
        self,
        row: SheetRow,
        field: str,
        code: str,
        value: Value = "",
        severity: Severity = Severity.ERROR,
        **values: str,
    ) -> Problem:
        slots = (*self._columns.place(field), *values.items())
        return Problem(code, Place(self._file, row.number, field), quoted(value), severity, slots)


def spellings(languages: Mapping[str, Language]) -> dict[str, str]:
    """Every way to name a language on the form, as typed most often and folded, with its code."""
    found: dict[str, str] = {}
    for code, language in languages.items():
        tags = (language.tag, language.locale, f"{code}-{code}")
        for name in (language.roster_code, language.name, *language.roster_names, *tags):
            found[name] = found[_folded(name)] = code
    return found


def language_code(text: str, spellings: Mapping[str, str]) -> str:
    """The language that a text names, without regard to case, accents and stops; "" where it names none."""
    return spellings.get(_folded(text), "")


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("_", "-")
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip(" .")


def _is_legible(text: str) -> bool:
    return _LOST not in text and any(character.isalnum() for character in text)


def offered(languages: Mapping[str, Language]) -> str:
    """The codes of the languages in the order in which the form names them, then any others."""
    header = next(iter(languages.values())).headers[FIELDS.index("language")]
    codes = [language.roster_code for language in languages.values()]
    return ", ".join(sorted(codes, key=lambda code: (code not in header, header.find(code))))


def stated_date(value: Value | None) -> date | None:
    """The day that a cell holds, or a text such as 30/07/1985 or 1985-07-30; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in _DATES if isinstance(value, str) else ():
        try:
            return datetime.strptime(clean(str(value)), form).date()  # noqa: DTZ007  # a birthday has no zone
        except ValueError:
            continue
    return None
