"""Whether the database is sound, as far as its own means can tell, and what else is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notegen.records.database import Connection, Database, select
from notegen.records.schema import VERSION, newer, versions

_OWN_INDEXES = """
    SELECT c.oid, c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_am a ON a.oid = c.relam
    WHERE t.relnamespace = current_schema()::regnamespace AND a.amname = 'btree' ORDER BY c.relname"""
_UNCHECKED = """
    SELECT conname FROM pg_constraint
    WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY conname"""
_FAILED_PAGES = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
_AMCHECK = "SELECT has_function_privilege(oid, 'EXECUTE') FROM pg_proc WHERE proname = 'bt_index_check'"


@dataclass(frozen=True, slots=True)
class PostgresFacts:
    """What `notegen doctor` tells about a PostgreSQL: its version, and whether it guards its pages."""

    version: str
    checksums: bool
    amcheck: bool

    @property
    def major(self) -> int:
        """The release series, 15 of 15.8."""
        return int(self.version.partition(".")[0])


def integrity_problems(database: Database) -> list[str]:
    """What the database's own check finds wrong; empty when all is well.

    SQLite reads the whole file. PostgreSQL keeps its foreign keys itself; what it reports of damaged pages,
    of invalid indexes and of constraints that were never checked is told, and indexes are read through where
    the extension amcheck is there and may be used.
    """
    with database.reading() as connection:
        return _of_file(connection) if database.file else _of_server(connection)


def postgres_facts(database: Database) -> PostgresFacts | None:
    """What is known about the server; None for a file."""
    if database.file:
        return None
    with database.reading() as connection:
        return PostgresFacts(
            version=str(_one(connection, "SHOW server_version")).partition(" ")[0],
            checksums=_one(connection, "SHOW data_checksums") == "on",
            amcheck=bool(_one(connection, _AMCHECK)),
        )


def tables_version(database: Database) -> int | None:
    """Of which version its tables are, None where there are none; RecordsError for a newer notegen's."""
    if versions.name not in database.tables():
        return None
    with database.reading() as connection:
        found = int(connection.execute(select(versions.c.version)).scalar_one())
    if found > VERSION:
        raise newer(found, database.name)
    return found


def _of_file(connection: Connection) -> list[str]:
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return found + [f"a row of {row[0]} points to a row of {row[2]} that does not exist" for row in broken]


def _of_server(connection: Connection) -> list[str]:
    found = []
    damaged = _one(connection, _FAILED_PAGES)
    if damaged:
        found.append(f"PostgreSQL found {damaged} damaged pages (pg_stat_database.checksum_failures)")
    found += [f"the constraint {row[0]} was never checked" for row in connection.exec_driver_sql(_UNCHECKED)]
    indexes = connection.exec_driver_sql(_OWN_INDEXES).all()
    found += [f"the index {row.relname} is not valid" for row in indexes if not row.indisvalid]
    if not found and _one(connection, _AMCHECK):
        for row in indexes:
            connection.exec_driver_sql("SELECT bt_index_check(%s::regclass, true)", (row.oid,))
    return found


def _one(connection: Connection, statement: str) -> Any:
    return connection.exec_driver_sql(statement).scalar()
