"""The register of references: which note has which number, and that nobody changed it. `open_register` first.

A number is allotted under a lock and counted within unit, file and topic. The order of an issue is: number
reserved on disk, document written under its own name, entry made. Whoever comes next after a crash finds
either a reservation with its document (the entry is completed) or one without (the number is free again), so
that there is neither a gap nor an entry without a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import RecordsError
from notegen.records.chain import Deed, RegisterEntry, broken_links
from notegen.records.database import Connection, Database, and_, delete, func, insert, select, update
from notegen.records.moment import to_stored
from notegen.records.reference_search import Found, search
from notegen.records.register_lock import counter_lock
from notegen.records.register_rows import (
    completed,
    counting_problems,
    entered,
    entry_of,
    first_entry_of,
    first_free,
    reference_of,
    same_number,
)
from notegen.records.schema import prepare, reference_numbers, register_entries

# Numbers and entries are written by one at a time: the chain has one end.
_CHAIN = "register"

Target = Callable[[ReferenceNumber], Path]
"""Where the document of a reference is written."""


class Register:
    """Allots, shows and verifies; `open_register` gives one. Moments passed in are aware."""

    def __init__(self, database: Database, locks: Path) -> None:
        self._database = database
        self._locks = locks

    @contextmanager
    def issuing(self, request: ReferenceRequest, now: datetime) -> Iterator[Issuing]:
        """Hold the counter while notes are issued; others wait. Numbers that came to nothing are freed."""
        with counter_lock(self._database, self._locks, request):
            issuing = Issuing(self._database, request, now)
            issuing.clear_up()
            try:
                yield issuing
            finally:
                issuing.clear_up()

    def entries(self) -> list[RegisterEntry]:
        """The whole register, in the order of entry: what `notegen register list` and `export` show."""
        with self._database.reading() as connection:
            rows = connection.execute(select(register_entries).order_by(register_entries.c.entry)).all()
        return [entry_of(row) for row in rows]

    def show(self, text: str) -> Found:
        """The entries of a reference however it was typed, or those of references that look like it."""
        return search(text, self.entries())

    def issued_as(self, note: str) -> RegisterEntry | None:
        """The first entry of a note whose source has that digest."""
        with self._database.reading() as connection:
            return first_entry_of(connection, note)

    def reissue(
        self, reference: ReferenceNumber, updated: date, note: str, path: Path, now: datetime
    ) -> RegisterEntry:
        """Enter the update of an issued note, whose document is written already; it keeps its number."""
        document = _digest_of(path)
        with self._database.writing(alone=[_CHAIN]) as connection:
            known = select(register_entries).where(register_entries.c.reference == str(reference)).limit(1)
            if connection.execute(known).first() is None:
                raise RecordsError(
                    "this reference was never issued",
                    where=str(reference),
                    hint="`notegen register list` shows all.",
                )
            entry = RegisterEntry(
                0, Deed.REISSUED, reference, note, document, str(path), f"{updated:%d.%m.%Y}", now, ""
            )
            return entered(connection, entry)

    def verify(self, now: datetime) -> list[str]:
        """What is wrong: entries changed or missing, gaps among numbers, documents changed or gone.

        What a crash left half done is completed or freed first, unless somebody is at it just now.
        """
        self._clear_up(now)
        entries = self.entries()
        problems = broken_links(entries)
        latest = {entry.reference: entry for entry in entries}
        for entry in latest.values():
            path = Path(entry.path)
            if not path.exists():
                problems.append(f"the document of {entry.reference} is gone: {entry.path}")
            elif _digest_of(path) != entry.document:
                problems.append(
                    f"the document of {entry.reference} is not the one that was issued: {entry.path}"
                )
        with self._database.reading() as connection:
            return problems + counting_problems(connection, {str(reference) for reference in latest})

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def _clear_up(self, now: datetime) -> None:
        numbers = reference_numbers.c
        waiting = select(numbers.unit, numbers.file, numbers.topic).where(numbers.issued.is_(None)).distinct()
        with self._database.reading() as connection:
            counters = [ReferenceRequest(*row) for row in connection.execute(waiting).all()]
        for counter in counters:
            with counter_lock(self._database, self._locks, counter, wait=False) as held:
                if held:
                    Issuing(self._database, counter, now).clear_up()


class Issuing:
    """A counter that is held: `reserve` a number, write its document, `confirm`; several at once may be."""

    def __init__(self, database: Database, request: ReferenceRequest, now: datetime) -> None:
        self._database = database
        self._request = request
        self._now = now
        self._reserved: dict[int, tuple[str, str]] = {}

    def reserve(self, dated: date, note: str, target: Target, *, again: bool = False) -> ReferenceNumber:
        """The next number, on disk before it is used; one that was given back comes first.

        The document must appear under its name at once and whole (written elsewhere, then renamed).
        RecordsError when this note (by digest) was issued already, unless it is to be issued `again`.
        """
        with self._database.writing(alone=[_CHAIN]) as connection:
            _refuse_if_issued(connection, note, again)
            last = select(func.max(reference_numbers.c.number)).where(self._counter())
            number = first_free(connection, self._counter()) or (connection.execute(last).scalar() or 0) + 1
            reference = self._request.numbered(dated, number)
            self._write(connection, reference, note, target(reference), allotted=True)
        return reference

    def adopt(self, reference: ReferenceNumber, note: str, path: Path, *, again: bool = False) -> None:
        """Reserve the number that a note brings along. RecordsError when it is taken."""
        with self._database.writing(alone=[_CHAIN]) as connection:
            _refuse_if_issued(connection, note, again)
            taken = select(reference_numbers).where(
                self._counter(), reference_numbers.c.number == reference.number
            )
            if connection.execute(taken).first() is not None:
                raise RecordsError(
                    "this number is taken already",
                    where=str(reference),
                    hint="`notegen register show` says by what.",
                )
            self._write(connection, reference, note, path, allotted=False)

    def confirm(self, reference: ReferenceNumber) -> RegisterEntry:
        """Enter a note whose document now stands in its place. RecordsError when it does not.

        RecordsError too when the number was given away meanwhile, because the connection that held the
        counter broke and somebody else cleared up.
        """
        wanted = self._reserved.get(reference.number)
        with self._database.writing(alone=[_CHAIN]) as connection:
            row = connection.execute(
                select(reference_numbers).where(
                    self._counter(), reference_numbers.c.number == reference.number
                )
            ).one_or_none()
            if row is None or (row.note, row.path) != wanted:
                raise RecordsError(
                    "the counter was lost, and this number with it: the database was away meanwhile",
                    where=str(reference),
                    hint="Remove the document that bears it, and issue the note again.",
                )
            if row.issued is not None:
                return completed(connection, reference)
            return self._confirmed(connection, row, _digest_of(Path(row.path)))

    def clear_up(self) -> None:
        """Complete the reservations whose document was written; free the numbers of the others."""
        waiting = select(reference_numbers).where(self._counter(), reference_numbers.c.issued.is_(None))
        with self._database.reading() as connection:
            if connection.execute(waiting.limit(1)).first() is None:
                return
        with self._database.writing(alone=[_CHAIN]) as connection:
            for row in connection.execute(waiting.order_by(reference_numbers.c.number)).all():
                if Path(row.path).exists():
                    self._confirmed(connection, row, _digest_of(Path(row.path)))
                elif self._database.file or Path(row.path).parent.exists():
                    # On a machine that cannot see the folder nothing is known about the document.
                    connection.execute(delete(reference_numbers).where(same_number(row)))

    def _confirmed(self, connection: Connection, row: Any, document: str) -> RegisterEntry:
        connection.execute(
            update(reference_numbers).where(same_number(row)).values(issued=to_stored(self._now))
        )
        entry = RegisterEntry(
            0, Deed.ISSUED, reference_of(row), row.note, document, row.path, "", self._now, ""
        )
        return entered(connection, entry)

    def _write(
        self, connection: Connection, reference: ReferenceNumber, note: str, path: Path, *, allotted: bool
    ) -> None:
        if path.exists():
            raise RecordsError(
                "a document of that name exists that the register does not know",
                where=str(path),
                hint=f"Move it away before {reference} is issued.",
            )
        self._reserved[reference.number] = (note, str(path.absolute()))
        connection.execute(
            insert(reference_numbers).values(
                unit=reference.unit,
                file=reference.file,
                topic=reference.topic,
                number=reference.number,
                dated=reference.dated.isoformat(),
                allotted=int(allotted),
                note=note,
                path=str(path.absolute()),
                reserved=to_stored(self._now),
            )
        )

    def _counter(self) -> Any:
        return and_(
            reference_numbers.c.unit == self._request.unit,
            reference_numbers.c.file == self._request.file,
            reference_numbers.c.topic == self._request.topic,
        )


def open_register(url: str, *, locks: Path | None = None) -> Register:
    """The register in the database at `url`, made there when new; `locks` is a folder for its lock files."""
    database = Database(url)
    prepare(database)
    folder = locks or (database.file.parent if database.file else Path())
    return Register(database, folder)


def _refuse_if_issued(connection: Connection, note: str, again: bool) -> None:
    found = None if again else first_entry_of(connection, note)
    if found is not None:
        raise RecordsError(
            "this very note was issued already",
            where=str(found.reference),
            hint="To issue it once more under a number of its own, add --again.",
        )


def _digest_of(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise RecordsError(
            f"the document cannot be read: {error.strerror}",
            where=str(path),
            hint="Write it before it is entered.",
        ) from error
