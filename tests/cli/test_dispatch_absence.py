"""PostgreSQL goes away while a command sends: it says so, waits, and goes on where it stopped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from postgres import Postgres
from senders import MAILS, ROSTER, by_person, settings, started, until
from smtp_server import serving_in_thread
from terminal import Notegen

pytestmark = pytest.mark.tools("postgresql")


def test_a_run_waits_for_a_database_that_stays_away_and_sends_nothing_twice(
    tmp_path: Path, postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is away for longer than a lease; mails under way when it goes are answered for by the journal."""
    monkeypatch.setenv("NOTEGEN_RECORDS__URL", postgres_url)
    with serving_in_thread() as server:
        settings(tmp_path, server.port, per_second=40, lease_seconds=1)
        run = started(tmp_path, ROSTER, "--json")
        assert run.stderr is not None
        until(lambda: len(server.accepted) >= 5)
        postgres.stop()
        said = next(line for line in run.stderr if "database is away" in line)
        assert "Waiting for it" in said
        assert len(server.accepted) < MAILS
        postgres.start()
        printed, told = run.communicate(timeout=60)
    assert run.returncode == 1, told
    assert json.loads(printed)["accepted"] == MAILS
    received = Counter(identity for ids in by_person(server).values() for identity in ids)
    assert sorted(received.values()) == [1] * MAILS, "none is lost, and none comes twice"


def test_a_command_without_its_database_says_what_to_do(
    notegen: Notegen, postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEGEN_RECORDS__URL", postgres_url.replace("notegen@", "notegen:geheim@"))
    postgres.stop()
    done = notegen("dispatch", "status")
    postgres.start()
    assert done.code == 2
    assert "Check that PostgreSQL runs and can be reached" in done.err
    assert "geheim" not in done.err


def test_a_dump_that_was_put_back_sends_nothing_before_a_person_decides(
    notegen: Notegen, tmp_path: Path, postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEGEN_RECORDS__URL", postgres_url)
    run = ("dispatch", "run", ROSTER, "--name", "july", "--not-before")
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        assert notegen(*run, "2100-01-01").code == 3
        postgres.dump(postgres_url, tmp_path / "notegen.dump")
        assert notegen(*run, "2026-01-01").code == 1
        assert len(server.accepted) == MAILS
        postgres.restore(postgres_url, tmp_path / "notegen.dump")
        assert notegen("dispatch", "restored", "july").code == 0
        notegen(*run, "2026-01-01")
        assert len(server.accepted) == MAILS
        assert notegen("dispatch", "settle", "july", "--as", "cancel").code == 0
        assert notegen(*run, "2026-01-01").code == 1
    assert len(server.accepted) == MAILS
