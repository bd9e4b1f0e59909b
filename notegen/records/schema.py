"""The tables, their version, and the steps from each version to the next.

Moments are whole milliseconds since 1970, UTC. A person stands in `people` under a keyed digest; `payload`
holds what sending still needs and is erased with the person's last mail; `due` is the moment from which the
person's next mail may go, and NULL when none may. `under_way` lists the mails that the holder of a lease may
have on their way (see under_way.py). `paces` holds, for each rate that all senders share, when the next mail
may go (microseconds). What is printed by workers passes through the tables of print orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notegen.errors import RecordsError
from notegen.records.database import (
    BigInteger,
    Column,
    Connection,
    Database,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    or_,
    select,
    update,
)

VERSION = 5

metadata = MetaData()

versions = Table("notegen_schema", metadata, Column("version", Integer, nullable=False))

dispatches = Table(
    "dispatches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, index=True),
    Column("requester", Text, nullable=False, server_default=""),
    Column("id_domain", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("not_before", BigInteger),
    Column("expires", BigInteger),
    Column("complete", Integer, nullable=False, server_default="0"),
    Column("cancelled", BigInteger),
    Column("purged", BigInteger),
    Column("session", Integer, nullable=False, server_default="0"),
    Column("holder", Text),
    Column("lease_until", BigInteger),
    Column("under_way", Text, nullable=False, server_default=""),
)

people = Table(
    "people",
    metadata,
    Column("dispatch", Integer, ForeignKey("dispatches.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("member", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("payload", Text),
    Column("due", BigInteger),
    UniqueConstraint("dispatch", "member"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 65},  # erased within its page, whose old versions go with the next look
)

# PostgreSQL would have to write every index anew when `due` changes, and reads short stretches anyway.
_waiting = people.c.due.is_not(None)
Index("people_due", people.c.dispatch, people.c.person, sqlite_where=_waiting).ddl_if("sqlite")

portions = Table(
    "portions",
    metadata,
    Column("dispatch", Integer, ForeignKey("dispatches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("due", BigInteger),
    Column("session", Integer, nullable=False, server_default="0"),
    Column("holder", Text),
    Column("boot", Text),
    Column("lease_until", BigInteger),
    Column("under_way", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

_wanted = or_(portions.c.due.is_not(None), portions.c.holder.is_not(None))
Index("portions_wanted", portions.c.due, sqlite_where=_wanted, postgresql_where=_wanted)

paces = Table(
    "paces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("opens", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

seals = Table(
    "seals",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    sqlite_with_rowid=False,
)

mails = Table(
    "mails",
    metadata,
    Column("dispatch", Integer, primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("code", Integer, nullable=False, server_default="0"),
    Column("words", Text, nullable=False, server_default=""),
    Column("changed", BigInteger, nullable=False),
    ForeignKeyConstraint(["dispatch", "person"], ["people.dispatch", "people.person"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 75},  # a row that changes within its page leaves the index alone
)

reference_numbers = Table(
    "reference_numbers",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dated", Text, nullable=False),
    Column("allotted", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("issued", BigInteger),
)

register_entries = Table(
    "register_entries",
    metadata,
    Column("entry", Integer, primary_key=True),
    Column("deed", Text, nullable=False),
    Column("reference", Text, nullable=False, index=True),
    Column("note", Text, nullable=False, index=True),
    Column("document", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("entered", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
)

print_orders = Table(
    "print_orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("colophon", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("alive_until", BigInteger, nullable=False),
)

print_parts = Table(
    "print_parts",
    metadata,
    Column("print_order", Integer, ForeignKey("print_orders.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("documents", LargeBinary),
    Column("created", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("holder", Text),
    Column("lease_until", BigInteger),
)

print_copies = Table(
    "print_copies",
    metadata,
    Column("print_order", Integer, ForeignKey("print_orders.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("pdf", LargeBinary, nullable=False),
)

presses = Table(
    "presses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("colophon", Text, nullable=False),
    Column("alive_until", BigInteger, nullable=False),
)

PASSING = (print_copies, print_parts, print_orders, presses)
"""What these tables hold is of the moment: whoever wants a print made it, and takes it away again."""


def _new_tables_only(connection: Connection) -> None:
    """Tables that were missing are made before any step."""
    del connection


def _people_within_their_pages(connection: Connection) -> None:
    """What `people` has of its own in PostgreSQL; rows that are there already stay where they are."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP INDEX IF EXISTS people_due")
        connection.exec_driver_sql("ALTER TABLE people SET (fillfactor = 65)")


def _under_way_beside_the_lease(connection: Connection) -> None:
    """What a dead sender left stays in its rows, where whoever carries it over finds it."""
    for table in ("dispatches", "portions"):
        there = {column["name"] for column in inspect(connection).get_columns(table)}
        if "under_way" not in there:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN under_way TEXT DEFAULT '' NOT NULL")


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    1: _new_tables_only,
    2: _new_tables_only,
    3: _people_within_their_pages,
    4: _under_way_beside_the_lease,
}
"""The step that leads from a version to the next one."""


def prepare(database: Database) -> None:
    """Make the tables in a new database, or bring those of an older notegen up to date, all or nothing."""
    if versions.name in database.tables():
        with database.reading() as connection:
            if connection.execute(select(versions.c.version)).scalar_one() == VERSION:
                return
    with database.writing(alone=["tables"]) as connection:
        metadata.create_all(connection)
        found = connection.execute(select(versions.c.version)).scalar_one_or_none()
        if found is None:
            connection.execute(insert(versions).values(version=VERSION))
        else:
            _migrate(connection, found, database.name)


def refuse_newer(connection: Connection, where: str) -> None:
    """RecordsError when a newer notegen has changed the tables since they were opened here."""
    found = connection.execute(select(versions.c.version)).scalar_one()
    if found > VERSION:
        raise newer(found, where)


def newer(found: int, where: str) -> RecordsError:
    """What is said about tables of a version that this notegen does not know."""
    return RecordsError(
        f"these records were written by a newer notegen (version {found}, this one knows {VERSION})",
        where=where,
        hint="Install the newer notegen again.",
    )


def _migrate(connection: Connection, found: int, where: str) -> None:
    if found > VERSION:
        raise newer(found, where)
    for version in range(found, VERSION):
        MIGRATIONS[version](connection)
    connection.execute(update(versions).values(version=VERSION))
