"""Opening a database: which addresses are understood, what a transaction promises, what an error says."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from postgres import Postgres

from notegen.errors import RecordsError
from notegen.records.database import Database, insert, select, shown_address
from notegen.records.schema import paces, prepare
from notegen.records.settings import RecordsSettings, holds_password


@pytest.fixture
def database(records_url: str) -> Iterator[Database]:
    with closing(Database(records_url)) as opened:
        prepare(opened)
        yield opened


def add(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(insert(paces).values(name=name, opens=0))


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return sorted(connection.execute(select(paces.c.name)).scalars())


def test_a_reader_sees_one_state_however_long_it_reads(database: Database) -> None:
    add(database, "before")
    with database.reading() as connection:
        first = connection.execute(select(paces.c.name)).scalars().all()
        add(database, "meanwhile")
        assert connection.execute(select(paces.c.name)).scalars().all() == first == ["before"]
    assert names(database) == ["before", "meanwhile"]


def test_a_reader_leaves_nothing_behind(database: Database) -> None:
    try:
        with database.reading() as connection:
            connection.execute(insert(paces).values(name="secretly", opens=0))
    except RecordsError as error:
        assert "read-only transaction" in error.what
    assert names(database) == []


def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(OSError, match="paper"), database.writing(alone=["a name"]) as connection:
        connection.execute(insert(paces).values(name="half", opens=0))
        raise OSError("no paper")
    assert names(database) == []
    add(database, "whole")
    assert names(database) == ["whole"]


@pytest.mark.tools("postgresql")
def test_a_name_is_held_by_one_connection_and_given_back_at_its_end(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as one, closing(Database(postgres_url)) as other:
        with one.holding("counter", wait=True) as held, other.holding("counter", wait=False) as also:
            assert (held, also) == (True, False)
        with other.holding("counter", wait=False) as free:
            assert free


@pytest.mark.tools("postgresql")
def test_what_a_server_that_crashed_had_committed_is_there(database: Database, postgres: Postgres) -> None:
    add(database, "committed")
    postgres.kill()
    postgres.start()
    assert names(database) == ["committed"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://n:geheim@db.example.org:5433/x?sslmode=require",
            "postgresql://n@db.example.org:5433/x",
        ),
        ("postgres://db.example.org/x?password=geheim", "postgresql://db.example.org/x"),
        ("postgresql+psycopg2://n@/x?host=/run/postgresql", "postgresql://n@/x?host=/run/postgresql"),
        ("sqlite:///notegen.db", "sqlite:///notegen.db"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert shown_address(url) == shown


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("notegen.db", "cannot be read"),
        ("postgresql://n@db.example.org:port/x", "cannot be read"),
        ("mysql://db.example.org/x", "SQLite or PostgreSQL"),
        ("sqlite://", "need a file"),
    ],
)
def test_an_address_that_is_none_is_told_with_one_that_is(url: str, what: str) -> None:
    with pytest.raises(RecordsError, match=what) as caught:
        Database(url)
    assert "postgresql://user@host/name" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://n:geheim@db.example.org/x", True),
        ("postgresql://:geheim@db.example.org/x", True),
        ("postgresql://db.example.org/x?sslmode=require&password=geheim", True),
        ("postgresql://n@db.example.org:5432/x?passfile=/etc/notegen.pgpass", False),
        ("postgresql:///x?host=/run/postgresql", False),
        ("sqlite:////var/lib/notegen/a:b@c.db", False),
    ],
)
def test_a_password_in_an_address_is_noticed(url: str, secret: bool) -> None:
    assert holds_password(url) is secret


def test_a_missing_driver_is_told_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match="needs a Python package") as caught:
        Database("postgresql://n@db.example.org/x")
    assert caught.value.hint == 'Install it: pip install "notegen[postgresql]".'


def test_journals_lie_where_the_settings_say_else_beside_the_key_or_the_file() -> None:
    server = "postgresql://n@db.example.org/x"
    assert RecordsSettings().journal_folder is None
    assert RecordsSettings(url=server, key_file=Path("/var/a/key")).journal_folder == Path("/var/a")
    assert RecordsSettings(url=server, journals=Path("/var/b")).journal_folder == Path("/var/b")


def test_a_new_file_is_for_its_owner_alone_and_is_not_made_where_one_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="no such file"):
        Database(f"sqlite:///{tmp_path / 'a.db'}", existing=True)
    assert list(tmp_path.iterdir()) == []
    Database(f"sqlite:///{tmp_path / 'a.db'}").close()
    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600
