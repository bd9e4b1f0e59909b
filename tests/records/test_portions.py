"""A dispatch that many share: portions under leases, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ledgers import BOOT, KEY, NAME, NOW, a_request, accepted, address, claimed, open_mails, roster

from notegen.domain.planned_mail import MailState, PlannedMail, Settlement, Summary
from notegen.errors import RecordsError
from notegen.records import takeover
from notegen.records.database import Connection, Database
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.portions import Wanted
from notegen.records.sending import Claim, Sending
from notegen.records.under_way import places_under_way
from notegen.records.unfinished import Decision

LEASE = timedelta(seconds=60)
LATER = NOW + LEASE + timedelta(seconds=1)


def on_machine(folder: Path, machine: str) -> Ledger:
    """The ledger as one machine opens it: the database is shared, the journals are its own."""
    (folder / machine).mkdir(exist_ok=True)
    ledger = open_ledger(address(folder), KEY, journals=folder / machine)
    if ledger.is_shared:
        ledger.open_queue()
    return ledger


def shared(folder: Path, people: int, size: int, **changes: object) -> Ledger:
    ledger = on_machine(folder, "one")
    ledger.plan(a_request(portion=size, **changes), roster(people), NOW)
    return ledger


def lease(ledger: Ledger, holder: str = "one", *, now: object = NOW, **other: object) -> Sending | None:
    wanted = Wanted(number=int(str(other.get("number", 0))))
    claim = Claim(holder, f"{BOOT} of {holder}", LEASE, resend_doubts=bool(other.get("resend", True)))
    return ledger.lease(wanted, claim, now)  # type: ignore[arg-type]


def leased(ledger: Ledger, holder: str = "one", **other: object) -> Sending:
    held = lease(ledger, holder, **other)
    assert held is not None
    return held


def whose(mails: Sequence[PlannedMail]) -> set[int]:
    return {int(mail.key.split(".")[1]) for mail in mails}


def send_all(held: Sending, now: object = NOW) -> None:
    while mails := open_mails(held, now):  # type: ignore[arg-type]
        held.exchange([], mails, now)  # type: ignore[arg-type]
        held.exchange([accepted(mail) for mail in mails], [], now)  # type: ignore[arg-type]


def die(held: Sending) -> None:
    """The process is gone: nothing is released, and the kernel has lifted the lock of its journal."""
    held._journal.close(keep=True)


def test_each_sender_gets_a_portion_of_its_own_until_none_is_left(folder: Path) -> None:
    ledger = shared(folder, 25, 10)
    held = [leased(ledger) for _ in range(3)]
    assert [whose(open_mails(one)) for one in held] == [
        set(range(1, 11)),
        set(range(11, 21)),
        set(range(21, 26)),
    ]
    assert lease(ledger) is None
    for one in held:
        send_all(one)
        one.release()
    assert lease(ledger) is None
    assert ledger.summary(NAME) == Summary(NAME, accepted=75)


def test_people_who_are_added_later_stand_in_portions_of_their_own(folder: Path) -> None:
    ledger = shared(folder, 5, 10, complete=False)
    first = leased(ledger)
    ledger.plan(a_request(portion=10), roster(12), NOW)
    assert [len(whose(open_mails(one))) for one in (first, leased(ledger))] == [5, 7]


def test_a_sender_counts_its_own_portion_and_the_dispatch_counts_all(folder: Path) -> None:
    ledger = shared(folder, 20, 10)
    held = leased(ledger)
    assert (held.summary().total, ledger.summary(NAME).total) == (30, 60)


def test_a_lease_that_lapsed_is_taken_over_and_the_late_sender_is_kept_out(folder: Path) -> None:
    ledger = shared(folder, 5, 10)
    late = leased(ledger)
    mails = open_mails(late)
    late.exchange([], mails, NOW)
    elsewhere = on_machine(folder, "two")
    assert lease(elsewhere, "two") is None
    leased(elsewhere, "two", now=LATER)
    with pytest.raises(RecordsError, match="another sender has taken over"):
        late.exchange([accepted(mail) for mail in mails], [], LATER)
    assert ledger.summary(NAME).accepted == 0


def test_a_lease_is_prolonged_by_each_sign_of_life(folder: Path) -> None:
    ledger = shared(folder, 5, 10)
    alive = leased(ledger)
    alive.exchange([], [], NOW + LEASE / 2)
    assert lease(on_machine(folder, "two"), "two", now=LATER) is None
    alive.exchange([], open_mails(alive), LATER)


def test_on_the_same_machine_the_journal_tells_at_once_what_a_dead_sender_left(folder: Path) -> None:
    ledger = shared(folder, 3, 10)
    dead = leased(ledger)
    mails = open_mails(dead)
    dead.exchange([], mails, NOW)
    dead.begin(mails[0])
    dead.settle(accepted(mails[0]))
    dead.begin(mails[1])
    die(dead)
    heir = leased(ledger)
    summary = heir.summary()
    assert (summary.accepted, summary.planned, summary.sending) == (1, 8, 0)
    assert [mail.message_id for mail in open_mails(heir)[1:]] == [mail.message_id for mail in mails[1:]]
    doubted = [entry.doubts for entry in ledger.history(limit=9) if entry.key == mails[1].key]
    assert doubted == [1], (
        "what had begun to leave goes again, and it is known that it may be the second time"
    )


def test_what_could_not_be_written_before_a_portion_was_given_up_is_still_in_the_journal(
    folder: Path,
) -> None:
    ledger = shared(folder, 3, 10)
    held = leased(ledger)
    mails = open_mails(held)
    held.exchange([], mails, NOW)
    for mail in mails[:2]:
        held.begin(mail)
        held.settle(accepted(mail))
    held.release()
    assert lease(on_machine(folder, "two"), "two") is None, "not before the hold has lapsed"
    again = leased(ledger)
    assert again.summary() == Summary(NAME, accepted=2, planned=7)
    again.release()
    assert lease(on_machine(folder, "two"), "two") is not None


def test_a_database_that_goes_away_while_a_portion_is_taken_up_leaves_it_to_the_next_try(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = shared(folder, 3, 10)
    taken_over = takeover._taken_over

    def cut_off(connection: Connection, *others: Any) -> Any:
        lease = taken_over(connection, *others)
        connection.connection.driver_connection.close()  # type: ignore[union-attr]
        return lease

    with monkeypatch.context() as patch:
        patch.setattr(takeover, "_taken_over", cut_off)
        with pytest.raises(RecordsError):
            leased(ledger)
    send_all(leased(ledger))


def test_on_another_machine_what_was_open_is_in_doubt(folder: Path) -> None:
    ledger = shared(folder, 3, 10)
    dead = leased(ledger)
    mails = open_mails(dead)
    dead.exchange([], mails, NOW)
    heir = leased(on_machine(folder, "two"), "two", now=LATER)
    assert [mail.message_id for mail in open_mails(heir, LATER)] == [mail.message_id for mail in mails]
    assert {entry.doubts for entry in ledger.history(limit=9)} == {0, 1}


def test_or_it_is_held_for_a_person_where_that_was_asked_for(folder: Path) -> None:
    ledger = shared(folder, 3, 10)
    dead = leased(ledger)
    dead.exchange([], open_mails(dead), NOW)
    elsewhere = on_machine(folder, "two")
    assert lease(elsewhere, "two", now=LATER, resend=False) is None
    assert ledger.summary(NAME) == Summary(NAME, in_doubt=3, held=6)
    assert ledger.settle(NAME, Decision.ACCEPTED, LATER) == 3
    assert len(open_mails(leased(elsewhere, "two", now=LATER), LATER)) == 3


def test_what_is_settled_while_others_send_is_sent_later(folder: Path) -> None:
    ledger = shared(folder, 4, 2)
    one, other = leased(ledger), leased(ledger)
    mails = open_mails(one)
    one.exchange([], mails, NOW)
    doubted = [Settlement(mail, MailState.IN_DOUBT, 1, rest=MailState.HELD, in_doubt=True) for mail in mails]
    one.exchange(doubted, [], NOW)
    one.release()
    assert ledger.settle(NAME, Decision.RESEND, NOW) == 2
    again = leased(ledger)
    assert whose(open_mails(again)) == {1, 2}
    for held in (again, other):
        send_all(held)
        held.release()
    assert ledger.summary(NAME) == Summary(NAME, accepted=12)


def test_whoever_settles_meanwhile_neither_disturbs_what_is_on_its_way_nor_makes_it_unknown(
    folder: Path,
) -> None:
    ledger = shared(folder, 3, 10)
    held = leased(ledger)
    lives, begun, rests = open_mails(held)
    held.exchange([], [lives, begun, rests], NOW)
    held.begin(begun)
    ledger.resume(NAME, NOW)
    assert ledger.summary(NAME) == Summary(NAME, sending=3, planned=6)
    held.exchange([accepted(lives)], [], NOW)
    assert whose(open_mails(held)) == whose([lives])
    ledger.resume(NAME, NOW)
    die(held)
    again = leased(ledger, resend=False)
    assert ledger.summary(NAME) == Summary(NAME, accepted=1, in_doubt=1, held=2, planned=5)
    assert whose(open_mails(again)) == whose([lives, rests])


def test_whoever_plans_the_same_again_leaves_what_is_on_its_way_to_its_sender(folder: Path) -> None:
    ledger = shared(folder, 3, 10)
    held = leased(ledger)
    begun = open_mails(held)
    held.exchange([], begun, NOW)
    # Planning is not alone with the dispatch: what it moved could have been settled at the same moment.
    ledger.plan(a_request(portion=10), roster(3), NOW)
    with closing(Database(address(folder))) as database, database.reading() as connection:
        assert len(places_under_way(connection)) == 3
    held.exchange([accepted(mail) for mail in begun], [], NOW)
    assert ledger.summary(NAME) == Summary(NAME, planned=6, accepted=3)


def test_deferred_mails_bring_the_portion_back_when_they_are_due(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    held = leased(ledger)
    mails = open_mails(held)
    held.exchange([], mails, NOW)
    due = NOW + timedelta(minutes=5)
    held.exchange([Settlement(mail, MailState.DEFERRED, 1, due=due) for mail in mails], [], NOW)
    held.release()
    share = ledger.share(NAME, NOW)
    assert share is not None
    assert (share.held, share.due) == (0, due)
    assert lease(ledger) is None
    assert len(open_mails(leased(ledger, now=due), due)) == 2


def test_a_portion_that_is_to_rest_rests(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    held = leased(ledger)
    held.rest_until(NOW + timedelta(seconds=30))
    held.release()
    assert lease(ledger) is None
    assert lease(ledger, now=NOW + timedelta(seconds=30)) is not None


def test_nothing_is_taken_up_before_the_dispatch_may_begin(folder: Path) -> None:
    begins = NOW + timedelta(hours=1)
    ledger = shared(folder, 2, 10, not_before=begins)
    assert lease(ledger) is None
    assert lease(ledger, now=begins) is not None


def test_a_cancellation_reaches_those_who_send_and_what_rests(folder: Path) -> None:
    ledger = shared(folder, 4, 2)
    held = leased(ledger)
    mails = open_mails(held)
    held.exchange([], mails, NOW)
    ledger.cancel(NAME, NOW)
    assert held.exchange([accepted(mails[0])], [], NOW) is False
    held.exchange([replace(accepted(mails[1]), state=MailState.PLANNED)], [], NOW)
    held.release()
    assert ledger.summary(NAME) == Summary(NAME, accepted=1, cancelled=11)
    assert lease(ledger) is None


def test_what_a_dead_sender_left_of_a_cancelled_dispatch_is_closed_by_the_next(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    dead = leased(ledger)
    dead.exchange([], open_mails(dead), NOW)
    ledger.cancel(NAME, NOW)
    assert ledger.summary(NAME).sending == 2
    assert lease(on_machine(folder, "two"), "two", now=LATER) is None
    assert ledger.summary(NAME).sending == 0


def test_when_the_time_is_over_nothing_is_taken_up_and_all_is_erased(folder: Path) -> None:
    ledger = shared(folder, 2, 10, expires=NOW + timedelta(minutes=1))
    assert lease(ledger, now=LATER) is None
    assert ledger.summary(NAME) == Summary(NAME, expired=6)
    assert ledger.purge(LATER + timedelta(days=1), timedelta(0)) == 1
    assert ledger.summary(NAME).total == 0


def test_a_purge_gives_up_what_nobody_came_for(folder: Path) -> None:
    ledger = shared(folder, 2, 10, expires=NOW + timedelta(minutes=1))
    ledger.purge(LATER, timedelta(days=1))
    assert ledger.summary(NAME) == Summary(NAME, expired=6)


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_a_purge_erases_people_whose_sender_died_though_no_worker_ever_comes(folder: Path, end: str) -> None:
    ledger = shared(folder, 2, 10, expires=NOW + timedelta(minutes=1))
    held = leased(ledger)
    held.exchange([], open_mails(held), NOW)
    die(held)
    if end == "cancelled":
        ledger.cancel(NAME, NOW)
    on_machine(folder, "two").purge(LATER, timedelta(days=1))
    assert ledger.summary(NAME) == replace(Summary(NAME, in_doubt=2), **{end: 4})
    with ledger._database.reading() as connection:
        kept = "SELECT count(*) FROM people WHERE payload IS NOT NULL"
        assert connection.exec_driver_sql(kept).scalar() == 0


def test_after_a_backup_was_put_back_everybody_who_was_open_is_in_doubt(folder: Path) -> None:
    ledger = shared(folder, 4, 2)
    held = leased(ledger)
    with pytest.raises(RecordsError, match="being sent by one"):
        ledger.put_in_doubt(NAME, NOW)
    held.release()
    assert ledger.put_in_doubt(NAME, NOW) == 4
    assert lease(ledger) is None
    assert ledger.settle(NAME, Decision.RESEND, NOW) == 4
    assert whose(open_mails(leased(ledger))) == {1, 2}


def test_who_sends_is_told(folder: Path) -> None:
    ledger = shared(folder, 6, 2)
    leased(ledger, "one")
    leased(ledger, "two")
    assert ledger.status(NOW, NAME)[0].holder == "one, two"
    assert ledger.status(LATER, NAME)[0].holder == ""


def test_a_dispatch_is_not_sent_whole_while_somebody_has_a_portion_of_it(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    held = leased(ledger)
    with pytest.raises(RecordsError, match="being sent by one"):
        claimed(ledger)
    held.release()
    assert len(open_mails(claimed(ledger))) == 2


def test_a_dispatch_whose_only_sender_died_is_shared_once_its_hold_has_lapsed(folder: Path) -> None:
    ledger = on_machine(folder, "one")
    ledger.plan(a_request(), roster(2), NOW)
    asleep = claimed(ledger)
    sent_then = open_mails(asleep)
    asleep.exchange([], sent_then[:1], NOW)
    die(asleep)
    with pytest.raises(RecordsError, match="being sent by desk"):
        ledger.plan(a_request(portion=1), roster(2), NOW)
    ledger.plan(a_request(portion=1), roster(2), LATER)
    held = leased(ledger, "two", now=LATER)
    assert open_mails(held, LATER)[0].tries == 2
    with pytest.raises(RecordsError, match="taken over"):
        asleep.exchange([accepted(sent_then[0])], [], LATER)
    held.release()


@pytest.mark.parametrize("off", [timedelta(seconds=-11), timedelta(seconds=11)], ids=["behind", "ahead"])
def test_a_machine_whose_clock_is_wrong_takes_nothing_from_others(folder: Path, off: timedelta) -> None:
    ledger = shared(folder, 2, 10)
    right = datetime.now(UTC)
    claim = Claim("late", BOOT, LEASE, clocks_within=timedelta(seconds=10))
    if ledger.is_shared:
        for wrong in (right + off, right + off * 1000):
            with pytest.raises(RecordsError, match="clock of this machine"):
                ledger.lease(Wanted(), claim, wrong)
            with pytest.raises(RecordsError, match="clock of this machine"):
                ledger.claim(NAME, claim, wrong)
    else:
        right += off
    held = ledger.lease(Wanted(), claim, right)
    assert held is not None
    held.release()
    ledger.claim(NAME, claim, right).release()


def test_the_more_pressing_dispatch_goes_first(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    ledger.plan(a_request(portion=10, digest="77" * 32, name="pressing", priority=50), roster(1), NOW)
    assert [leased(ledger).name, leased(ledger).name] == ["pressing", NAME]


def test_senders_share_a_rate(folder: Path) -> None:
    ledger = shared(folder, 4, 2)
    one, other = leased(ledger), leased(ledger)
    second = timedelta(seconds=1)
    assert one.reserve({"": (4, 2.0), "mission.test": (1, 1.0)}, NOW) == {"": NOW, "mission.test": NOW}
    assert other.reserve({"": (1, 2.0)}, NOW) == {"": NOW + 2 * second}
    assert other.reserve({"mission.test": (1, 1.0)}, NOW) == {"mission.test": NOW + second}
    assert one.reserve({"": (1, 2.0)}, NOW + 10 * second) == {"": NOW + 10 * second}


def test_what_the_dead_left_goes_when_others_have_carried_on(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    held = leased(ledger)
    mails = open_mails(held)
    held.exchange([], mails, NOW)
    die(held)
    ledger.remove_outlived()
    assert len(list((folder / "one").iterdir())) == 2, "it may still be needed"
    with leased(on_machine(folder, "two"), "two", now=LATER) as other:
        send_all(other, LATER)
    ledger.remove_outlived()
    assert list((folder / "one").iterdir()) == []


def test_what_the_dead_left_goes_with_a_purge(folder: Path) -> None:
    ledger = shared(folder, 1, 10)
    die(leased(ledger))
    ledger.cancel(NAME, LATER)
    ledger.purge(LATER + timedelta(days=100), timedelta(days=90))
    assert list((folder / "one").iterdir()) == []


def test_a_journal_that_is_newer_than_the_ledger_stays(folder: Path) -> None:
    ledger = shared(folder, 1, 10)
    die(leased(ledger))
    with ledger._database.writing() as connection:
        connection.exec_driver_sql("UPDATE portions SET session = 0, holder = NULL")
    ledger.remove_outlived()
    assert len(list((folder / "one").iterdir())) == 2
    with pytest.raises(RecordsError, match="newer than the ledger"):
        lease(ledger)


def test_no_journal_is_left_behind_by_a_portion_that_was_given_back(folder: Path) -> None:
    ledger = shared(folder, 2, 10)
    leased(ledger).release()
    assert list((folder / "one").iterdir()) == []
