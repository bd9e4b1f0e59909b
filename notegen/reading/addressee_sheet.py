"""A list of addressees as a sheet: one row a mission, columns such as `fr name` and `de gender`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.problem import Place
from notegen.reading.addressee_form import FIXED, FormsForm
from notegen.reading.note_sheet import CellPlaces, Record, listed
from notegen.reading.yaml import Data

SHEET = "addressees"


def is_addressee_header(header: str, languages: Mapping[str, Language]) -> bool:
    """Whether a column of that header belongs into the sheet."""
    code, _, name = header.partition(" ")
    return header in FIXED or (code in languages and name in FormsForm.model_fields)


def addressee_content(
    path: Path, records: Sequence[Record], languages: Mapping[str, Language]
) -> tuple[Data, CellPlaces]:
    """The rows as the content of an addressees.yaml, and where its values stand."""
    where = CellPlaces(Place(str(path)))
    return [_entry(record, number, where, languages) for number, record in enumerate(records)], where


def _entry(record: Record, number: int, where: CellPlaces, languages: Mapping[str, Language]) -> Data:
    entry: dict[str, Data] = {}
    where.places[number,] = next(iter(record.values())).place
    for header, cell in record.items():
        code, _, name = header.partition(" ")
        if header in FIXED:
            where.places[number, header] = cell.place
            entry[header] = list(listed(cell.text)) if header == "languages" else cell.text
        elif code in languages:
            forms = entry.setdefault(code, {})
            where.places.setdefault((number, code), cell.place)
            where.places[number, code, name] = cell.place
            if isinstance(forms, dict):
                forms[name] = cell.text
    return entry
