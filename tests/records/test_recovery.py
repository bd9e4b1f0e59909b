"""What the next sender makes of what a dead one left: ledger and journal together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import (
    BOOT,
    NAME,
    NOW,
    a_ledger,
    a_request,
    accepted,
    address,
    claimed,
    open_mails,
    planned_ledger,
    roster,
)

from notegen.domain.planned_mail import MailState, PlannedMail, Settlement, Summary
from notegen.errors import RecordsError
from notegen.records import journal as journals
from notegen.records.database import Database, update
from notegen.records.journal import Journal, open_journal
from notegen.records.ledger import Ledger
from notegen.records.schema import dispatches, versions
from notegen.records.sending import Claim, Sending
from notegen.records.under_way import spread
from notegen.records.unfinished import Decision


def die(sending: Sending) -> None:
    """The process is gone: nothing is released, and the kernel has lifted the lock."""
    sending._journal.close(keep=True)


def killed(folder: Path, people: int = 3) -> tuple[Ledger, list[PlannedMail]]:
    """A sender that died after the intents: first never begun, second begun, third answered."""
    ledger = planned_ledger(folder, people)
    sending = claimed(ledger)
    mails = open_mails(sending)
    sending.exchange([], mails, NOW)
    for mail in mails[1:]:
        sending.begin(mail)
    sending.settle(accepted(mails[2]))
    die(sending)
    return ledger, mails


def states(ledger: Ledger) -> dict[str, MailState]:
    return {entry.key: entry.state for entry in ledger.history()}


def test_after_the_death_of_the_process_only_what_had_begun_is_in_doubt(folder: Path) -> None:
    ledger, mails = killed(folder)
    assert ledger.summary(NAME) == Summary(NAME, sending=3, planned=6)
    with claimed(ledger, resend=False):
        found = states(ledger)
    assert [found[mail.key] for mail in mails] == [MailState.PLANNED, MailState.IN_DOUBT, MailState.ACCEPTED]
    assert found["1.2.1"] == found["1.2.2"] == MailState.HELD


def test_what_a_sender_of_an_older_notegen_left_is_carried_over(folder: Path) -> None:
    ledger, mails = killed(folder)
    ledger.close()
    database = Database(address(folder))
    with database.writing() as connection:
        # Version 4 wrote each mail on its way into its own row.
        spread(connection, 1)
        for table in ("dispatches", "portions"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN under_way")
        connection.execute(update(versions).values(version=4))
    database.close()
    ledger = a_ledger(folder)
    assert ledger.summary(NAME) == Summary(NAME, sending=3, planned=6)
    with claimed(ledger, resend=False):
        found = states(ledger)
    assert [found[mail.key] for mail in mails] == [MailState.PLANNED, MailState.IN_DOUBT, MailState.ACCEPTED]


def test_mails_in_doubt_are_sent_again_under_the_same_message_id(folder: Path) -> None:
    ledger, mails = killed(folder)
    with claimed(ledger) as sending:
        again = open_mails(sending)
    assert [mail.key for mail in again] == ["1.1.0", "1.2.0", "1.3.1"]
    assert again[1].message_id == mails[1].message_id
    assert next(entry.doubts for entry in ledger.history() if entry.key == "1.2.0") == 1


def test_after_a_power_cut_every_open_intent_without_an_outcome_is_in_doubt(folder: Path) -> None:
    ledger, mails = killed(folder)
    with claimed(ledger, resend=False, boot="the next start"):
        found = states(ledger)
    assert [found[mail.key] for mail in mails] == [MailState.IN_DOUBT, MailState.IN_DOUBT, MailState.ACCEPTED]


def test_without_its_journal_every_open_intent_is_in_doubt(folder: Path) -> None:
    ledger, mails = killed(folder)
    for path in folder.glob("*.[01]"):
        path.unlink()
    with claimed(ledger, NOW + timedelta(minutes=2), resend=False):
        found = states(ledger)
    assert {found[mail.key] for mail in mails} == {MailState.IN_DOUBT}


def test_a_machine_that_cannot_tell_its_starts_apart_is_not_trusted(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    sending = claimed(ledger, boot="")
    sending.exchange([], open_mails(sending), NOW)
    die(sending)
    with claimed(ledger, resend=False, boot=""):
        assert states(ledger)["1.1.0"] is MailState.IN_DOUBT


def test_a_mark_of_an_earlier_turn_says_nothing_about_this_one(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    sending = claimed(ledger)
    (mail,) = open_mails(sending)
    sending.exchange([], [mail], NOW)
    sending.begin(mail)
    back = Settlement(mail, MailState.PLANNED, 0, code=421)
    sending.settle(back)
    sending.exchange([back], [], NOW)
    (again,) = open_mails(sending)
    assert again.tries == 2
    sending.exchange([], [again], NOW)
    die(sending)
    with claimed(ledger, resend=False):
        assert states(ledger)["1.1.0"] is MailState.PLANNED


def test_a_refusal_in_the_journal_holds_the_rest(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    sending = claimed(ledger)
    (mail,) = open_mails(sending)
    sending.exchange([], [mail], NOW)
    sending.settle(Settlement(mail, MailState.REFUSED, 1, code=550, text="no", rest=MailState.HELD))
    die(sending)
    with claimed(ledger):
        pass
    assert ledger.summary(NAME) == Summary(NAME, refused=1, held=2)


def test_a_deferral_in_the_journal_keeps_its_moment(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    due = NOW + timedelta(minutes=7)
    sending = claimed(ledger)
    (mail,) = open_mails(sending)
    sending.exchange([], [mail], NOW)
    sending.settle(Settlement(mail, MailState.DEFERRED, 1, due=due, code=451, text="é \ud800 \n later"))
    die(sending)
    with claimed(ledger) as sending:
        assert sending.next_due(NOW) == due


def test_a_last_acceptance_in_the_journal_erases_the_payload(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        for _ in range(2):
            sending.exchange([accepted(mail) for mail in open_mails(sending)], [], NOW)
    sending = claimed(ledger)
    (last,) = open_mails(sending)
    sending.exchange([], [last], NOW)
    sending.settle(accepted(last))
    die(sending)
    with claimed(ledger):
        pass
    assert ledger.summary(NAME) == Summary(NAME, accepted=3)
    assert list(folder.glob("*.[01]")) == []


def test_a_ledger_older_than_its_journal_is_not_sent_from(folder: Path) -> None:
    ledger, _ = killed(folder)
    database = Database(address(folder))
    with database.writing() as connection:
        connection.execute(update(dispatches).values(session=0, holder=None))
    with pytest.raises(RecordsError, match="was a backup restored"):
        claimed(ledger)
    assert ledger.put_in_doubt(NAME, NOW) == 3
    assert ledger.summary(NAME) == Summary(NAME, in_doubt=3, held=6)
    assert ledger.settle(NAME, Decision.ACCEPTED, NOW, ["1.1.0"]) == 1
    with claimed(ledger, resend=True) as sending:
        assert open_mails(sending) == []
    assert ledger.summary(NAME) == Summary(NAME, accepted=1, in_doubt=3, held=5)
    assert ledger.settle(NAME, Decision.RESEND, NOW, ["1.1.1"]) == 1
    with claimed(ledger, resend=True) as sending:
        assert [mail.key for mail in open_mails(sending)] == ["1.1.1"]


@pytest.mark.parametrize(
    ("decision", "summary"),
    [
        (Decision.ACCEPTED, Summary(NAME, planned=7, accepted=2)),
        (Decision.RESEND, Summary(NAME, planned=8, accepted=1)),
        (Decision.CANCEL, Summary(NAME, planned=5, accepted=1, cancelled=3)),
    ],
)
def test_a_person_decides_about_what_is_in_doubt(folder: Path, decision: Decision, summary: Summary) -> None:
    ledger, _ = killed(folder)
    claimed(ledger, resend=False).release()
    assert [entry.state for entry in ledger.history(awaiting=True)].count(MailState.IN_DOUBT) == 1
    assert ledger.settle(NAME, decision, NOW) == 1
    assert ledger.summary(NAME) == summary
    assert ledger.history(awaiting=True) == []


def test_a_person_may_settle_before_anything_is_sent_again(folder: Path) -> None:
    ledger, mails = killed(folder)
    assert ledger.settle(NAME, Decision.ACCEPTED, NOW, [mails[1].key]) == 1
    assert ledger.summary(NAME) == Summary(NAME, planned=4, in_doubt=1, held=2, accepted=2)


def test_a_cancellation_after_a_crash_leaves_the_doubt_in_sight_and_no_payload(tmp_path: Path) -> None:
    ledger, _ = killed(tmp_path)
    assert ledger.cancel(NAME, NOW) == Summary(NAME, in_doubt=2, accepted=1, cancelled=6)
    ledger.close()
    assert all("Zoë".encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_purge_after_a_crash_erases_what_has_expired(tmp_path: Path) -> None:
    ledger, _ = killed(tmp_path)
    ledger.plan(a_request(expires=NOW + timedelta(days=1)), [], NOW)
    assert ledger.purge(NOW + timedelta(days=2), timedelta(days=30)) == 0
    assert ledger.summary(NAME) == Summary(NAME, in_doubt=2, accepted=1, expired=6)
    ledger.close()
    assert all("Zoë".encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_purge_lets_a_sender_finish(folder: Path) -> None:
    ledger = planned_ledger(folder, 2, expires=NOW + timedelta(days=1))
    with claimed(ledger) as sending:
        mails = open_mails(sending)
        sending.exchange([], mails, NOW)
        ledger.purge(NOW + timedelta(days=2), timedelta(days=30))
        sending.exchange([accepted(mail) for mail in mails], [], NOW)
    assert ledger.summary(NAME) == Summary(NAME, planned=4, accepted=2)


@pytest.mark.parametrize("key", ["", "person", "1.1", "1.1.0.0", "2.1.0", "1.-1.0"])
def test_a_key_of_no_mail_is_an_error_and_settles_nothing(folder: Path, key: str) -> None:
    ledger, _ = killed(folder)
    claimed(ledger, resend=False).release()
    with pytest.raises(RecordsError, match="no mail of that dispatch"):
        ledger.settle(NAME, Decision.ACCEPTED, NOW, [key])
    assert ledger.summary(NAME).in_doubt == 1


def test_nobody_settles_while_a_sender_is_at_it(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger), pytest.raises(RecordsError, match="being sent by desk"):
        ledger.settle(NAME, Decision.RESEND, NOW)


def journal(folder: Path) -> Journal:
    found = open_journal(folder, "test")
    assert found is not None
    return found


def a_planned_mail(folder: Path) -> PlannedMail:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        return open_mails(sending)[0]


def test_a_journal_has_one_writer(tmp_path: Path) -> None:
    first = journal(tmp_path)
    assert open_journal(tmp_path, "test") is None
    first.close(keep=True)
    journal(tmp_path).close(keep=True)


def test_half_a_line_is_no_line(tmp_path: Path) -> None:
    mail = a_planned_mail(tmp_path)
    written = journal(tmp_path)
    written.start(1, BOOT)
    written.begin(mail)
    written.settle(accepted(mail))
    written.close(keep=True)
    file = tmp_path / "test.0"
    content = file.read_bytes()
    end = content.rindex(b"\n")
    file.write_bytes(content[: end - 5] + bytes(len(content) - end + 5))
    replay = journal(tmp_path).replay(BOOT)
    assert replay.begun == {(mail.key, mail.tries)}
    assert replay.outcomes == {}
    assert replay.complete


def test_a_journal_that_turns_over_forgets_nothing_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FILE_SIZE", 600)
    monkeypatch.setattr(journals, "_EMPTY", bytes(600))
    mail = a_planned_mail(tmp_path)
    written = journal(tmp_path)
    written.start(4, BOOT)
    written.begin(replace(mail, key="1.77.0"))
    written.settle(replace(accepted(mail), mail=replace(mail, key="1.78.0")))
    for number in range(200):
        passing = replace(mail, key=f"2.{number}.0")
        written.begin(passing)
        written.settle(replace(accepted(mail), mail=passing))
        written.committed(passing.key)
    written.close(keep=True)
    replay = journal(tmp_path).replay(BOOT)
    assert (replay.session, replay.complete) == (4, True)
    assert ("1.77.0", 1) in replay.begun
    assert replay.outcomes[("1.78.0", 1)].state is MailState.ACCEPTED
    assert len(replay.begun) < 40


@pytest.fixture(scope="module")
def replays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, Iterator[int]]]:
    """One ledger for all examples, each of which is a dispatch of its own, and their numbers."""
    ledger = a_ledger(tmp_path_factory.mktemp("replay"))
    yield ledger, count(1)
    ledger.close()


@given(deeds=st.lists(st.sampled_from(["nothing", "begun", "accepted", "refused", "deferred"]), max_size=12))
def test_a_replay_never_puts_more_in_doubt_than_had_begun(
    replays: tuple[Ledger, Iterator[int]], deeds: list[str]
) -> None:
    ledger, numbers = replays
    name = f"replay {next(numbers)}"
    ledger.plan(a_request(name=name, digest=name), roster(len(deeds)), NOW)
    claim = Claim("desk, process 7", BOOT, resend_doubts=False)
    sending = ledger.claim(name, claim, NOW)
    mails = open_mails(sending)
    sending.exchange([], mails, NOW)
    outcomes = {
        "accepted": (MailState.ACCEPTED, None),
        "refused": (MailState.REFUSED, MailState.HELD),
        "deferred": (MailState.DEFERRED, None),
    }
    for mail, deed in zip(mails, deeds, strict=True):
        if deed != "nothing":
            sending.begin(mail)
        if deed in outcomes:
            state, rest = outcomes[deed]
            sending.settle(Settlement(mail, state, 1, due=NOW, rest=rest))
    die(sending)
    with ledger.claim(name, claim, NOW):
        found = {entry.key: entry.state for entry in ledger.history(name=name)}
    expected = {"nothing": "planned", "begun": "in_doubt"}
    assert [found[mail.key] for mail in mails] == [expected.get(deed, deed) for deed in deeds]
