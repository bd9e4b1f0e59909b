"""The one door to SQLAlchemy: opens the database, and gives transactions that only read or that write.

SQLite is opened in WAL mode with `synchronous=FULL`: what is committed survives a power cut. A writing
transaction takes its lock at the start (BEGIN IMMEDIATE), so that two processes wait for each other
instead of failing half-way. PostgreSQL lets many write at once: there a transaction names what it must be
alone with. The SQL of this room is the portable part that both share.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
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
    LargeBinary,
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
    update,
)
from sqlalchemy.engine import URL, Engine, Row, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from notegen.errors import RecordsError
from notegen.records.holds import hold, hold_connection
from notegen.records.trouble import missing_driver, trouble

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
    "LargeBinary",
    "MetaData",
    "Row",
    "Table",
    "Text",
    "UniqueConstraint",
    "and_",
    "bindparam",
    "case",
    "compiled",
    "delete",
    "executed_one",
    "exists",
    "func",
    "insert",
    "inspect",
    "or_",
    "select",
    "shown_address",
    "update",
]

_WRITE = "Write sqlite:///notegen.db or postgresql://user@host/name."
# Another process may be planning a large roster in one transaction: two minutes are worth the wait.
_PRAGMAS = (
    "PRAGMA busy_timeout=120000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=FAST",
    "PRAGMA cache_size=-16000",
)


# A lock is waited for as long as with SQLite. A machine that vanished gives its locks back within a minute.
_SESSION = (
    "SET lock_timeout = 120000; SET idle_in_transaction_session_timeout = 600000; "
    "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 6"
)
_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 6,
    "tcp_user_timeout": 30_000,
}


class Database:
    """One database, at `sqlite:///notegen.db` or `postgresql://user@host/name`. RecordsError if unusable.

    A file is made when there is none, unless an `existing` one is wanted.
    """

    def __init__(self, url: str, *, existing: bool = False) -> None:
        address = _address(url)
        self.file = _sqlite_file(address)
        self.name = str(self.file) if self.file else shown_address(url)
        if self.file and existing and not self.file.is_file():
            raise RecordsError("no such file", where=self.name, hint=_WRITE)
        if self.file:
            _make_private(self.file)
        with self._translated():
            self._engine = self._reader = _engine(address)
        if self.file is None:
            self._reader = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        # Whoever forgets to close it leaves no connection to the garbage collector.
        weakref.finalize(self, self._engine.dispose)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one consistent state and changes nothing."""
        with self._translated(), self._reader.connect() as connection, connection.begin() as transaction:
            if self.file:
                connection.exec_driver_sql("BEGIN")
            yield connection
            transaction.rollback()

    @contextmanager
    def writing(self, *, alone: Iterable[str] = (), beside: Iterable[str] = ()) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or not at all when it raises.

        On PostgreSQL it holds names, as `notegen.records.holds.hold` says; on SQLite it is alone as it is.
        """
        with self._translated(), self._engine.connect() as connection, connection.begin():
            if self.file:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            hold(connection, alone=alone, beside=beside)
            yield connection

    @contextmanager
    def holding(self, name: str, *, wait: bool) -> Iterator[bool]:
        """Hold a name for as long as the block lasts (PostgreSQL), against every machine; whether it is held.

        The server lifts it when this process dies. It is lost when the connection is.
        """
        with self._translated():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Closed for good at the end, never given back to others with what it holds.
            connection.detach()
            with closing(connection):
                yield hold_connection(connection, name, wait=wait)

    @property
    def address(self) -> str:
        """The address as PostgreSQL's own library takes it, password and all: for nobody's eyes."""
        own = self._engine.url.set(drivername="postgresql")
        return own.render_as_string(hide_password=False)

    def tables(self) -> list[str]:
        """The names of the tables that exist."""
        with self._translated():
            return inspect(self._engine).get_table_names()

    def close(self) -> None:
        """Give the connections back; SQLite then folds its write-ahead log into the file."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ModuleNotFoundError as error:
            raise missing_driver(error, self.name) from error
        except (SQLAlchemyError, ArgumentError) as error:
            raise trouble(error, self.name, sqlite=self.file is not None) from error


def shown_address(url: str) -> str:
    """The address of a database as it may be shown: without password and without most options."""
    address = _address(url)
    query = {name: value for name, value in address.query.items() if name in ("host", "port", "service")}
    backend, user = address.get_backend_name(), address.username
    shown = URL.create(backend, user, None, address.host, address.port, address.database, query)
    return shown.render_as_string().replace("%2F", "/")


def executed_one(connection: Connection, statement: Any, **values: Any) -> Any:
    """The row that a statement of this room finds for some values, or None; for what is asked often."""
    sql, names, _ = compiled(statement, connection.dialect)
    found = connection.exec_driver_sql(
        sql, values if names is None else tuple(values[name] for name in names)
    )
    return found.one_or_none()


@cache
def compiled(statement: Any, dialect: Any) -> tuple[str, tuple[str, ...] | None, Mapping[str, Any]]:
    """A statement's SQL, its parameters in their places (None where they go by name), and their values."""
    ready = statement.compile(dialect=dialect)
    names = ready.positiontup
    return str(ready), None if names is None else tuple(names), ready.params


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError):
        raise RecordsError(
            "the address of the database cannot be read", where=url.split("@")[-1], hint=_WRITE
        ) from None
    if backend in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise RecordsError("records are kept in SQLite or PostgreSQL", where=backend, hint=_WRITE)
    return address


def _sqlite_file(address: URL) -> Path | None:
    if address.get_backend_name() != "sqlite":
        return None
    if not address.database or address.database == ":memory:":
        raise RecordsError("the records need a file, not memory", where=str(address), hint=_WRITE)
    return Path(address.database)


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _prepare)
        return engine
    defaults: dict[str, Any] = {n: v for n, v in _CONNECTING.items() if n not in address.query}
    defaults.setdefault("application_name", "notegen")
    engine = create_engine(address, hide_parameters=True, pool_pre_ping=True, connect_args=defaults)
    event.listen(engine, "connect", _agree)
    return engine


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


def _agree(connection: Any, _record: Any) -> None:
    connection.execute(_SESSION)
    connection.commit()
