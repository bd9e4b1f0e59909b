"""The one door to SQLAlchemy: opens the database, and gives transactions that only read or that write.

SQLite is opened in WAL mode with `synchronous=FULL`: what is committed survives a power cut. A writing
transaction takes its lock at the start (BEGIN IMMEDIATE), so that two processes wait for each other
instead of failing half-way. The SQL of this room is the portable part that PostgreSQL shares.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine import Row, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from notegen.errors import RecordsError

__all__ = [
    "BigInteger",
    "CheckConstraint",
    "Column",
    "Connection",
    "Database",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Index",
    "Integer",
    "MetaData",
    "Row",
    "Table",
    "Text",
    "UniqueConstraint",
    "and_",
    "bindparam",
    "case",
    "delete",
    "executed_many",
    "executed_one",
    "exists",
    "func",
    "insert",
    "or_",
    "select",
    "update",
]

# Another process may be planning a large roster in one transaction: two minutes are worth the wait.
_PRAGMAS = (
    "PRAGMA busy_timeout=120000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=FAST",
    "PRAGMA cache_size=-16000",
)


class Database:
    """One database; `url` as SQLAlchemy writes it (`sqlite:///notegen.db`). RecordsError if unusable."""

    def __init__(self, url: str) -> None:
        self.file = _sqlite_file(url)
        self.name = str(self.file) if self.file else make_url(url).render_as_string(hide_password=True)
        if self.file:
            _make_private(self.file)
        with self._translated():
            self._engine = create_engine(url, hide_parameters=True)
            if self.file:
                event.listen(self._engine, "connect", _prepare)
                event.listen(self._engine, "begin", _begin)
        # Whoever forgets to close it leaves no connection to the garbage collector.
        weakref.finalize(self, self._engine.dispose)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one consistent state and changes nothing."""
        with self._translated(), self._engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or not at all when it raises."""
        options = {"writing": True}
        with self._translated(), self._engine.connect() as plain, plain.execution_options(**options).begin():
            yield plain

    def tables(self) -> list[str]:
        """The names of the tables that exist."""
        with self._translated():
            return inspect(self._engine).get_table_names()

    def integrity_problems(self) -> list[str]:
        """What the database's own check finds wrong; empty when all is well."""
        if self.file is None:
            return []
        with self.reading() as connection:
            found = [
                str(row[0]) for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"
            ]
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        return found + [
            f"a row of {row[0]} points to a row of {row[2]} that does not exist" for row in broken
        ]

    def close(self) -> None:
        """Give the connections back; SQLite then folds its write-ahead log into the file."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, ArgumentError) as error:
            cause = getattr(error, "orig", None) or error
            raise RecordsError(
                f"the database cannot be used: {type(cause).__name__}: {_without_values(cause)}",
                where=self.name,
                hint="Check that the file is a database of notegen, that the disk has room.",
            ) from error


def executed_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run one statement of this room for each row (all with the same names); nothing at all for no rows.

    The statement is put into SQL once and for all: doing so for each row costs more than the row itself.
    """
    if not rows:
        return
    sql, names, values = _compiled(statement, connection.dialect)
    constants = {name: value for name, value in values.items() if name not in rows[0]}
    if names is None:
        connection.exec_driver_sql(sql, [{**constants, **row} for row in rows])
        return
    place = itemgetter(*names)
    if constants:
        connection.exec_driver_sql(sql, [place({**constants, **row}) for row in rows])
    else:
        connection.exec_driver_sql(sql, [place(row) for row in rows])


def executed_one(connection: Connection, statement: Any, **values: Any) -> Any:
    """The row that a statement of this room finds for some values, or None; for what is asked often."""
    sql, names, _ = _compiled(statement, connection.dialect)
    found = connection.exec_driver_sql(
        sql, values if names is None else tuple(values[name] for name in names)
    )
    return found.one_or_none()


@cache
def _compiled(statement: Any, dialect: Any) -> tuple[str, tuple[str, ...] | None, Mapping[str, Any]]:
    compiled = statement.compile(dialect=dialect)
    names = compiled.positiontup
    return str(compiled), None if names is None else tuple(names), compiled.params


def _sqlite_file(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsError(
            "the address of the database cannot be read",
            where=url.split("@")[-1],
            hint="Write sqlite:///notegen.db.",
        ) from None
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise RecordsError(
            "the records need a file, not memory", where=url, hint="Write sqlite:///notegen.db."
        )
    return Path(parsed.database)


def _make_private(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise RecordsError(
            f"the database cannot be opened: {error.strerror}",
            where=str(file),
            hint="Check that the folder exists and that you may write there.",
        ) from error


def _prepare(connection: Any, _record: Any) -> None:
    # The driver's own transactions are switched off: it begins them late and commits them early.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _without_values(cause: BaseException) -> str:
    # A database error may quote the values of a statement; only the driver's first line is safe to show.
    return str(cause).partition("\n")[0][:200]
