"""`notegen records copy`: from a file to PostgreSQL and back, all or nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from ledgers import (
    KEY,
    NAME,
    NOW,
    a_request,
    accepted,
    address,
    claimed,
    open_mails,
    planned_ledger,
    roster,
)
from senders import MAILS, ROSTER, settings
from smtp_server import serving_in_thread
from terminal import Notegen

from notegen.domain.planned_mail import Summary
from notegen.domain.reference import ReferenceRequest
from notegen.records.database import Database
from notegen.records.ledger import open_ledger
from notegen.records.register import open_register


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder with a file of records: a dispatch half sent, two notes issued."""
    ledger = planned_ledger(tmp_path, 700, requester="Ambassade d’Examplie")
    with claimed(ledger) as sending:
        mails = open_mails(sending)
        sending.exchange([], mails, NOW)
        sending.exchange([accepted(mail) for mail in mails], [], NOW)
    ledger.close()
    register = open_register(address(tmp_path))
    for note in "ab":
        with register.issuing(ReferenceRequest("P0.0", "PRO.3143", "VACCIN"), NOW) as issuing:
            number = issuing.reserve(NOW.date(), note, lambda found: tmp_path / f"{found.slug}.pdf")
            (tmp_path / f"{number.slug}.pdf").write_text(f"note {note}")
            issuing.confirm(number)
    register.close()
    return tmp_path


@pytest.mark.tools("postgresql")
def test_records_move_to_postgresql_and_back_and_the_dispatch_goes_on(
    notegen: Notegen, filled: Path, postgres_url: str
) -> None:
    done = notegen("records", "copy", "--from", address(filled), "--to", postgres_url, "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)["rows"]
    assert (rows["people"], rows["mails"], rows["register_entries"]) == (700, 2100, 2)
    moved = open_ledger(postgres_url, KEY, journals=filled)
    assert moved.plan(a_request(), roster(700), NOW).added == 0
    with claimed(moved) as sending:
        assert [mail.key for mail in open_mails(sending)][:2] == ["1.1.1", "1.2.1"]
    assert moved.summary(NAME) == Summary(NAME, planned=1400, accepted=700)
    assert moved.plan(a_request(digest="ab" * 32), roster(1), NOW).added == 3
    moved.close()
    register = open_register(postgres_url, locks=filled)
    assert [entry.note for entry in register.entries()] == ["a", "b"]
    assert register.verify(NOW) == []
    register.close()
    back = notegen("records", "copy", "--from", postgres_url, "--to", f"sqlite:///{filled / 'back.db'}")
    assert back.code == 0, back.err
    again = open_ledger(f"sqlite:///{filled / 'back.db'}", KEY)
    assert again.summary(NAME) == Summary(NAME, planned=1400, accepted=700)


@pytest.mark.tools("postgresql")
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_dispatch_that_was_planned_in_one_is_sent_from_the_other(
    notegen: Notegen, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    first, second = f"sqlite:///{tmp_path / 'notegen.db'}", postgres_url
    if way == "back":
        first, second = second, first
    run = ("dispatch", "run", ROSTER, "--json", "--not-before")
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        monkeypatch.setenv("NOTEGEN_RECORDS__URL", first)
        assert notegen(*run, "2100-01-01").code == 3
        copied = notegen("records", "copy", "--to", second, "--json")
        assert copied.code == 0, copied.err
        monkeypatch.setenv("NOTEGEN_RECORDS__URL", second)
        sent = notegen(*run, "2026-01-01")
        assert json.loads(sent.out)["accepted"] == len(server.accepted) == MAILS
        assert json.loads(notegen(*run, "2026-01-01").out)["accepted"] == len(server.accepted)


def test_a_target_that_holds_records_is_left_alone(notegen: Notegen, filled: Path) -> None:
    other = filled / "other.db"
    open_ledger(f"sqlite:///{other}", KEY).plan(a_request(), roster(1), NOW)
    done = notegen("records", "copy", "--from", address(filled), "--to", f"sqlite:///{other}")
    assert (done.code, "records already (dispatches)" in done.err) == (2, True)


def test_nothing_is_copied_while_mails_are_being_sent(notegen: Notegen, tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 2)
    copying = ("records", "copy", "--from", address(tmp_path), "--to", f"sqlite:///{tmp_path / 'new.db'}")
    sending = ledger.claim(NAME, claim_for_a_century(), NOW)
    done = notegen(*copying)
    assert (done.code, "being sent by desk" in done.err) == (2, True)
    sending.exchange([], open_mails(sending), NOW)
    with Database(address(tmp_path)).writing() as connection:
        connection.exec_driver_sql("UPDATE dispatches SET lease_until = 0")
    done = notegen(*copying)
    assert (done.code, "a sender died here" in done.err) == (2, True)
    sending.release()


def test_a_register_that_was_changed_is_not_carried_over(notegen: Notegen, filled: Path) -> None:
    with Database(address(filled)).writing() as connection:
        connection.exec_driver_sql("UPDATE register_entries SET note = 'x' WHERE entry = 1")
    target = filled / "new.db"
    done = notegen("records", "copy", "--from", address(filled), "--to", f"sqlite:///{target}")
    assert (done.code, "was changed after it was entered" in done.err) == (2, True)
    assert open_ledger(f"sqlite:///{target}", KEY).status(NOW) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Name one of --from and --to"),
        (("--from", "sqlite:///nowhere.db"), "no such file"),
        (("--from", "sqlite:///notegen.db", "--to", "sqlite:///notegen.db"), "no such file"),
        (("--from", "mysql://db.example.org/x"), "SQLite or PostgreSQL"),
        (("--to", "postgresql://n:geheim@db.example.org/x"), "a password does not stand on the command line"),
        (("--to", "postgresql://db.example.org/x?password=geheim"), "does not stand on the command line"),
    ],
)
def test_a_copy_that_makes_no_sense_is_refused(notegen: Notegen, options: tuple[str, ...], said: str) -> None:
    done = notegen("records", "copy", *options)
    assert done.code == 2
    assert said in done.err
    assert "geheim" not in done.err


def claim_for_a_century() -> object:
    from notegen.records.sending import Claim

    return Claim("desk, process 7", "boot", timedelta(days=36500))
