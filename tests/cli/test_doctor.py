"""The doctor says what is there, what is missing, and how to get it."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres import Postgres

from notegen.cli import doctor
from notegen.cli.doctor import Finding, Library, diagnose, missing_packages
from notegen.delivery.settings import FolderSettings
from notegen.records.database import Database
from notegen.records.ledger import open_ledger
from notegen.records.settings import RecordsSettings
from notegen.settings import DispatchSettings, MailSettings, Settings


def findings(templates: Path, records: str = "", smtp: MailSettings | None = None) -> dict[str, Finding]:
    settings = Settings(
        records=RecordsSettings(url=records or "sqlite:///nowhere/notegen.db"),
        dispatch=DispatchSettings(delivery="smtp" if smtp else "folder"),
        smtp=smtp or MailSettings(),
        folder=FolderSettings(),
    )
    return {finding.subject: finding for finding in diagnose(settings, [templates])}


@contextmanager
def relay(greeting: bytes) -> Iterator[int]:
    """A server that greets one caller, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            caller, _ = server.accept()
            with caller:
                caller.sendall(greeting)
                caller.recv(100)

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_machine_on_which_notegen_works_lacks_nothing_it_needs(templates_folder: Path) -> None:
    found = findings(templates_folder)
    assert [finding for finding in found.values() if finding.needed and not finding.well] == []
    assert found["Languages"].found.startswith("de en fr nl in ")
    assert missing_packages() == ()


def test_a_missing_library_is_told_with_the_package_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, templates_folder: Path
) -> None:
    seal = Library("Seal", ("libnotegen-seal.so.0",), "libseal0", "seal")
    monkeypatch.setattr(doctor, "LIBRARIES", (seal, seal))
    assert missing_packages() == ("libseal0",)
    told = findings(templates_folder)["Seal"]
    assert not told.well
    assert told.get == "sudo apt-get install libseal0 (macOS: brew install seal)"


def test_a_missing_font_is_told(monkeypatch: pytest.MonkeyPatch, templates_folder: Path) -> None:
    monkeypatch.setattr(doctor, "FONTS", ("font-notegen-seal",))
    assert findings(templates_folder)["font-notegen-seal"].get == "pip install font-notegen-seal"


def test_a_folder_without_languages_is_told(tmp_path: Path) -> None:
    assert not findings(tmp_path)["Languages"].well


def test_records_that_do_not_exist_yet_are_no_fault_and_are_not_made(
    templates_folder: Path, tmp_path: Path
) -> None:
    assert findings(templates_folder, f"sqlite:///{tmp_path}/notegen.db")["Records"].well
    assert list(tmp_path.iterdir()) == []


def test_damaged_records_are_told(templates_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "notegen.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE mails (name TEXT)")
        database.executemany("INSERT INTO mails VALUES (?)", [("n" * 500,)] * 50)
    database.close()
    assert findings(templates_folder, f"sqlite:///{file}")["Records"].well
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xff" * len(content[4096 * 2 :])
    file.write_bytes(content)
    told = findings(templates_folder, f"sqlite:///{file}")["Records"]
    assert not told.well
    assert told.get


def test_a_relay_that_greets_is_well(templates_folder: Path) -> None:
    with relay(b"220 relay.example.org ESMTP\r\n") as port:
        smtp = MailSettings.model_validate(
            {"host": "127.0.0.1", "port": port, "from": "profile@ministry.test"}
        )
        found = findings(templates_folder, smtp=smtp)
    assert found["Mail server"].found == f"127.0.0.1:{port}: 220 relay.example.org ESMTP"
    assert found["Mail server"].well
    assert found["Sender"].well


def test_a_relay_that_is_closed_to_us_or_absent_is_told(templates_folder: Path) -> None:
    with relay(b"554 no service\r\n") as port:
        assert not findings(templates_folder, smtp=MailSettings(host="127.0.0.1", port=port))[
            "Mail server"
        ].well
    found = findings(templates_folder, smtp=MailSettings(host="127.0.0.1", port=port))
    assert found["Mail server"].get.startswith("Set host, port and security")
    assert not found["Mail server"].needed
    assert not found["Sender"].well


@pytest.mark.tools("postgresql")
def test_a_postgresql_is_told_with_its_version_and_what_guards_it(
    templates_folder: Path, postgres_url: str
) -> None:
    before = findings(templates_folder, postgres_url)["Records"]
    assert before.well
    assert "tables: made at the first dispatch" in before.found
    open_ledger(postgres_url, b"k").close()
    found = findings(templates_folder, postgres_url)["Records"]
    assert found.well
    assert re.search(
        r": PostgreSQL \d+\.\d+; tables of version \d+; page checksums on; .*sound$", found.found
    )
    with Database(postgres_url).writing() as connection:
        connection.exec_driver_sql("CREATE EXTENSION amcheck")
    assert "indexes read through; sound" in findings(templates_folder, postgres_url)["Records"].found


@pytest.mark.tools("postgresql")
def test_a_postgresql_that_is_away_is_told_without_its_password(
    templates_folder: Path, postgres: Postgres, postgres_url: str
) -> None:
    away = findings(templates_folder, postgres_url.replace("@", ":geheim@").replace("notegen-pg", "nowhere"))
    assert not away["Records"].well
    assert "Check that PostgreSQL runs" in away["Records"].get
    assert "geheim" not in str(away["Records"])
    gone = findings(templates_folder, postgres_url.replace("/test", "/nothing"))["Records"]
    assert "does not exist" in gone.found
    assert "Check the address under [records] url" in gone.get


@pytest.mark.tools("postgresql")
def test_an_index_that_postgresql_does_not_rely_on_is_told(templates_folder: Path, postgres_url: str) -> None:
    open_ledger(postgres_url, b"k").close()
    with Database(postgres_url).writing() as connection:
        connection.exec_driver_sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'portions_wanted'::regclass"
        )
    told = findings(templates_folder, postgres_url)["Records"]
    assert (told.well, "the index portions_wanted is not valid" in told.found) == (False, True)
