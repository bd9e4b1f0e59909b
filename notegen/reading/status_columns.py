"""The columns of the form for status notifications: their headers in each language, and the blank form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.domain.status import ALWAYS, FIELDS, OWN_FIELDS
from notegen.reading.cell_text import SheetRow
from notegen.reading.roster_header import Columns, fold
from notegen.reading.workbook import Choice, ColumnGuide, FormSheet, write_form_sheet

VERSION = "1"
ROWS = 500
HEADERS: Mapping[str, str] = {
    "kind": "status-kind",
    "email": "status-email",
    "language": "status-language",
    "first_names": "status-first_names",
    "last_name": "status-last_name",
    "requester": "status-requester",
    "request": "status-request",
    "identification_number": "status-identification_number",
    "birth_date": "status-birth_date",
    "official_name": "status-official_name",
    "document": "status-document",
    "deadline": "status-deadline",
    "received": "status-received",
}
"""The sentences of each column: what it is called, and the help on its cells."""
KINDS: Mapping[NotificationKind, str] = {
    NotificationKind.NUMBER_ASSIGNED: "status-is-number-assigned",
    NotificationKind.IDENTIFIED_AS: "status-is-identified-as",
    NotificationKind.DOCUMENT_REQUIRED: "status-is-document-required",
    NotificationKind.REQUEST_IN_PROGRESS: "status-is-request-in-progress",
}
"""The sentences of each kind: how the form names it."""
_WIDTHS = {"kind": 28, "email": 36, "language": 12, "document": 60, "birth_date": 16, "deadline": 16}
_LACKING = 'AND(COUNTA($A2:$M2)>0,TRIM({cell}2)="")'


def kinds_by_name(languages: Mapping[str, Language]) -> dict[str, NotificationKind]:
    """Every way to name a kind, folded: its own name, and that on the form of each language."""
    named = {fold(kind.value): kind for kind in OWN_FIELDS}
    for language in languages.values():
        named.update({fold(language.messages[code].what): kind for kind, code in KINDS.items()})
    return named


def status_columns(row: SheetRow, languages: Mapping[str, Language]) -> Columns | None:
    """The columns, where this row is the header: a column each for what every event says, in any language."""
    fields = {
        fold(language.messages[code].what): field
        for language in languages.values()
        for field, code in HEADERS.items()
    }
    fields.update({fold(field): field for field in FIELDS})
    letters: dict[str, str] = {}
    headers: dict[str, str] = {}
    for column, value in row.cells.items():
        field = fields.get(fold(value)) if isinstance(value, str) else None
        if field is not None and field not in letters:
            letters[field], headers[field] = column, str(value)
    if not set(ALWAYS) <= letters.keys():
        return None
    return Columns(row.number, letters, headers, _language(headers, languages))


def headers_of(language: Language) -> Sequence[str]:
    """The headers in the order of the form."""
    return [language.messages[HEADERS[field]].what for field in FIELDS]


def write_status_form(path: Path, language: Language) -> None:
    """Write the blank form: one row an event, a list of kinds and of languages, help on every cell."""
    words = language.messages
    refused = words["status-refused"]
    codes = tuple(language.headers[2].partition(":")[2].strip().split("/"))
    choices = {
        "kind": Choice(tuple(words[code].what for code in KINDS.values()), refused.what, refused.do),
        "language": Choice(codes, refused.what, refused.do),
    }
    guides = tuple(
        ColumnGuide(
            header=words[code].what,
            width=_WIDTHS.get(field, 26),
            title=words[code].what,
            help=words[code].do,
            choice=choices.get(field),
            bad=(_LACKING,) if field in ALWAYS else (),
        )
        for field, code in HEADERS.items()
    )
    title = words["status-sheet"].what
    write_form_sheet(path, FormSheet(title, guides, ROWS, language.tag or language.code, VERSION))


def _language(headers: Mapping[str, str], languages: Mapping[str, Language]) -> str:
    written = {fold(header) for header in headers.values()}
    return max(
        languages, key=lambda code: len(written & {fold(header) for header in headers_of(languages[code])})
    )
