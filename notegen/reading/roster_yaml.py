"""The same roster as YAML: `members:`, a list of people with the six fields by name, and further ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from notegen.domain.roster import FIELDS, OPTIONAL_FIELDS
from notegen.errors import RosterFileError
from notegen.reading.cell_text import SheetRow, Value
from notegen.reading.finding import Finding, nearest, refuse
from notegen.reading.roster_header import Columns
from notegen.reading.table import RowsTable
from notegen.reading.yaml import Data, YamlFile, load

KNOWN = (*FIELDS, *OPTIONAL_FIELDS)
TOP = ("members", "language")


def yaml_table(path: Path, language: str, largest: int) -> tuple[RowsTable, Columns]:
    """The members as rows, numbered by the lines they begin in; columns go by the names of the fields.

    Raises RosterFileError that names the line of every key that is not known and every value that is no text.
    """
    file = load(path, RosterFileError, largest=largest)
    findings: list[Finding] = []
    rows = list(_rows(file, findings))
    if findings:
        refuse(findings, RosterFileError)
    used = [field for field in KNOWN if field in FIELDS or any(field in row.cells for row in rows)]
    stated = file.content.get("language") if isinstance(file.content, dict) else None
    columns = Columns(
        0, {field: field for field in used}, {}, stated if isinstance(stated, str) else language
    )
    return RowsTable("", partial(iter, rows)), columns


def _rows(file: YamlFile, findings: list[Finding]) -> Iterator[SheetRow]:
    content = file.content if isinstance(file.content, dict) else {}
    members = content.get("members")
    if not isinstance(members, list):
        hint = "Write `members:` and below it one entry a person, each beginning with a dash."
        findings.append(Finding(file.place("members"), "a roster is a list of members.", hint))
        return
    findings += [
        Finding(file.key_place(key), f"{key!r} is not known here.", nearest(key, TOP))
        for key in content
        if key not in TOP
    ]
    for index, member in enumerate(members):
        line = file.place("members", index).line or 0
        if isinstance(member, dict):
            yield SheetRow(line, _cells(file, index, member, findings))
        else:
            hint = f"Write the fields {', '.join(FIELDS)}."
            findings.append(Finding(file.place("members", index), "a member has fields.", hint))


def _cells(file: YamlFile, index: int, member: dict[str, Data], findings: list[Finding]) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for key, value in member.items():
        if key not in KNOWN:
            place = file.key_place("members", index, key)
            findings.append(Finding(place, f"{key!r} is not known here.", nearest(key, KNOWN)))
        elif isinstance(value, str):
            cells[key] = value
        elif value is not None:
            place = file.place("members", index, key)
            findings.append(Finding(place, f"{key} is one text.", "Write one value."))
    return cells
