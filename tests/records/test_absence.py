"""PostgreSQL goes away: for a moment nobody notices, for longer the work ends and loses nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from ledgers import BOOT, NAME, NOW, a_ledger, accepted, open_mails, planned_ledger
from postgres import GUARDED, Postgres

from notegen.domain.planned_mail import Summary
from notegen.domain.reference import ReferenceRequest
from notegen.errors import RecordsError
from notegen.records.database import Database
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.patience import Patience
from notegen.records.register import open_register
from notegen.records.sending import Claim, Sending

pytestmark = pytest.mark.tools("postgresql")


@pytest.fixture
def folder(postgres_url: str, tmp_path: Path) -> Path:
    """A folder whose records are in PostgreSQL."""
    (tmp_path / "postgresql").write_text(postgres_url)
    return tmp_path


def claimed(ledger: Ledger, lease: timedelta = timedelta(seconds=60)) -> Sending:
    return ledger.claim(NAME, Claim("desk, process 7", BOOT, lease), NOW)


def test_a_restart_between_two_transactions_is_not_noticed(folder: Path, postgres: Postgres) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        mails = open_mails(sending)
        postgres.restart()
        assert sending.exchange([], mails, NOW)
        postgres.kill()
        postgres.start()
        assert sending.exchange([accepted(mail) for mail in mails], [], NOW)
    assert ledger.summary(NAME) == Summary(NAME, planned=4, accepted=2)


def test_a_transaction_waits_for_the_server_to_come_back(folder: Path, postgres: Postgres) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        mails = open_mails(sending)
        postgres.stop()
        again = threading.Timer(0.3, postgres.start)
        again.start()
        assert sending.exchange([], mails, NOW)
        again.join()
    assert ledger.summary(NAME) == Summary(NAME, planned=4, sending=2)


def test_when_it_stays_away_the_outcomes_wait_in_the_journal(folder: Path, postgres: Postgres) -> None:
    ledger = planned_ledger(folder, 2)
    sending = claimed(ledger, timedelta(seconds=0.2))
    mails = open_mails(sending)
    sending.exchange([], mails, NOW)
    sending.begin(mails[0])
    sending.settle(accepted(mails[0]))
    postgres.stop()
    with pytest.raises(RecordsError, match="goes on where it stopped") as caught:
        sending.exchange([accepted(mails[0])], [], NOW)
    assert caught.value.temporary
    with pytest.raises(RecordsError):
        sending.release()
    postgres.start()
    with claimed(ledger):
        assert ledger.summary(NAME) == Summary(NAME, planned=5, accepted=1)


def test_patience_at_its_end_is_not_tried_again_for_each_thing(postgres_url: str, postgres: Postgres) -> None:
    database = Database(postgres_url)
    patience = Patience(timedelta(seconds=0.2))
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        with database.reading():
            pass

    postgres.stop()
    with pytest.raises(RecordsError):
        patience.through(work)
    before = len(tries)
    assert before > 1
    with pytest.raises(RecordsError):
        patience.through(work)
    assert len(tries) == before + 1
    postgres.start()
    patience.through(work)
    database.close()


def test_an_error_that_does_not_pass_is_told_at_once(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(RecordsError, match="does not exist") as caught, database.writing() as connection:
        connection.exec_driver_sql("SELECT nothing")
    assert not caught.value.temporary


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("notegen@", "nobody@"), 'role "nobody" does not exist'),
        (("notegen@/test", "notegen@/nothing"), "does not exist"),
        (("notegen@", f"{GUARDED}@"), "no password supplied"),
        (("notegen@", f"{GUARDED}:falsch@"), "password authentication failed"),
    ],
)
def test_who_is_refused_at_the_door_does_not_wait(
    postgres_url: str, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(RecordsError, match=said) as caught:
        Database(postgres_url.replace(*change)).tables()
    assert not caught.value.temporary
    assert "Check the address" in caught.value.hint
    assert "falsch" not in str(caught.value)


def test_a_password_is_read_from_its_own_file(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database(postgres_url).writing() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'geheim'")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:{GUARDED}:geheim\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert Database(postgres_url.replace("notegen@", f"{GUARDED}@")).tables() == []
    with Database(postgres_url).writing() as connection:
        connection.exec_driver_sql(f"DROP ROLE {GUARDED}")


def test_a_number_whose_hold_was_lost_is_not_entered_twice(folder: Path, postgres: Postgres) -> None:
    """The connection with the counter breaks; somebody else frees the number and has it for another note."""
    url = (folder / "postgresql").read_text()
    counter = ReferenceRequest("P0.0", "PRO.3143", "VACCIN")
    paper, other_paper = folder / "a.pdf", folder / "b.pdf"
    ours, theirs = open_register(url), open_register(url)
    with ours.issuing(counter, NOW) as issuing:
        number = issuing.reserve(NOW.date(), "a", lambda _: paper)
        postgres.restart()
        with theirs.issuing(counter, NOW) as other:
            assert other.reserve(NOW.date(), "b", lambda _: other_paper) == number
            paper.write_text("the first note")
            other_paper.write_text("the other note")
            other.confirm(number)
        with pytest.raises(RecordsError, match="the counter was lost"):
            issuing.confirm(number)
    assert [entry.note for entry in ours.entries()] == ["b"]
    assert ours.verify(NOW) == []


def test_a_note_that_somebody_else_entered_meanwhile_is_entered_once(
    folder: Path, postgres: Postgres
) -> None:
    url = (folder / "postgresql").read_text()
    counter = ReferenceRequest("P0.0", "PRO.3143", "VACCIN")
    paper = folder / "a.pdf"
    ours, theirs = open_register(url), open_register(url)
    with ours.issuing(counter, NOW) as issuing:
        number = issuing.reserve(NOW.date(), "a", lambda _: paper)
        paper.write_text("the note")
        postgres.restart()
        assert theirs.verify(NOW) == []
        assert issuing.confirm(number).entry == 1
    assert [entry.note for entry in ours.entries()] == ["a"]


def test_a_sender_on_another_machine_is_refused_until_the_lease_lapses(folder: Path, tmp_path: Path) -> None:
    """The other machine has journals of its own, which prove nothing about this one's sender."""
    planned_ledger(folder, 1)
    elsewhere = tmp_path / "another machine"
    elsewhere.mkdir()
    other = open_ledger((folder / "postgresql").read_text(), b"k", journals=elsewhere)
    sending = claimed(a_ledger(folder))
    mails = open_mails(sending)
    sending.exchange([], mails, NOW)
    sending.begin(mails[0])
    with pytest.raises(RecordsError, match="its hold lapses"):
        claimed(other)
    later = NOW + timedelta(seconds=61)
    with other.claim(NAME, Claim("other", "another start"), later) as taken:
        assert [mail.message_id for mail in open_mails(taken, later)] == [mails[0].message_id]
        with pytest.raises(RecordsError, match="taken over"):
            sending.exchange([accepted(mails[0])], [], later)
