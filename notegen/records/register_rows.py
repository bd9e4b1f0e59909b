"""Reads and writes the rows of the register: numbers, and entries at the end of their chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from notegen.domain.reference import ReferenceNumber
from notegen.records.chain import Deed, RegisterEntry, link
from notegen.records.database import Connection, and_, insert, select
from notegen.records.moment import from_stored, to_stored
from notegen.records.schema import reference_numbers, register_entries


def first_free(connection: Connection, counter: Any) -> int | None:
    """A number below an allotted one that nobody has; None when there is none."""
    numbers = set(connection.execute(select(reference_numbers.c.number).where(counter)).scalars())
    allotted = select(reference_numbers.c.number).where(counter, reference_numbers.c.allotted == 1)
    for number in connection.execute(allotted.order_by(reference_numbers.c.number)).scalars():
        if number > 1 and number - 1 not in numbers:
            return int(number) - 1
    return None


def first_entry_of(connection: Connection, note: str) -> RegisterEntry | None:
    """The first entry of a note whose source has that digest."""
    statement = (
        select(register_entries).where(register_entries.c.note == note).order_by(register_entries.c.entry)
    )
    row = connection.execute(statement.limit(1)).first()
    return None if row is None else entry_of(row)


def completed(connection: Connection, reference: ReferenceNumber) -> RegisterEntry:
    """The first entry of a reference that was issued."""
    own = select(register_entries).where(register_entries.c.reference == str(reference))
    return entry_of(connection.execute(own.order_by(register_entries.c.entry).limit(1)).one())


def entered(connection: Connection, entry: RegisterEntry) -> RegisterEntry:
    """Put an entry at the end of the chain, under the next entry number."""
    last = connection.execute(
        select(register_entries).order_by(register_entries.c.entry.desc()).limit(1)
    ).first()
    numbered = replace(entry, entry=last.entry + 1 if last else 1)
    linked = replace(numbered, chain=link(last.chain if last else "", numbered))
    connection.execute(
        insert(register_entries).values(
            entry=linked.entry,
            deed=linked.deed.value,
            reference=str(linked.reference),
            note=linked.note,
            document=linked.document,
            path=linked.path,
            updated=linked.updated,
            entered=to_stored(linked.entered),
            chain=linked.chain,
        )
    )
    return linked


def counting_problems(connection: Connection, known: set[str]) -> list[str]:
    """Gaps before allotted numbers, and numbers issued without an entry among the `known` references."""
    problems = []
    order = (
        reference_numbers.c.unit,
        reference_numbers.c.file,
        reference_numbers.c.topic,
        reference_numbers.c.number,
    )
    before: Any = None
    for row in connection.execute(select(reference_numbers).order_by(*order)).all():
        follows = before is not None and row[:3] == before[:3] and row.number == before.number + 1
        if row.allotted and not follows and row.number != 1:
            problems.append(f"the number before {reference_of(row)} is missing")
        if row.issued is not None and str(reference_of(row)) not in known:
            problems.append(f"{reference_of(row)} was issued and has no entry")
        before = row
    return problems


def reference_of(row: Any) -> ReferenceNumber:
    """The reference of a number's row."""
    return ReferenceNumber(row.unit, row.file, date.fromisoformat(row.dated), row.topic, row.number)


def same_number(row: Any) -> Any:
    """The condition that names a number's row."""
    columns = reference_numbers.c
    return and_(
        columns.unit == row.unit,
        columns.file == row.file,
        columns.topic == row.topic,
        columns.number == row.number,
    )


def entry_of(row: Any) -> RegisterEntry:
    """An entry as its row holds it."""
    return RegisterEntry(
        entry=row.entry,
        deed=Deed(row.deed),
        reference=ReferenceNumber.parse(row.reference),
        note=row.note,
        document=row.document,
        path=row.path,
        updated=row.updated,
        entered=from_stored(row.entered),
        chain=row.chain,
    )
