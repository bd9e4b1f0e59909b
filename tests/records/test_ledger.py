"""Planning, recognising, claiming, purging: what the ledger keeps and what it forgets."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from ledgers import (
    BOOT,
    DIGEST,
    NAME,
    NOW,
    a_ledger,
    a_request,
    accepted,
    address,
    claimed,
    member,
    open_mails,
    planned_ledger,
    roster,
)
from sqlalchemy import inspect

from notegen.domain.notification import series
from notegen.domain.planned_mail import MailState, Settlement, Summary
from notegen.errors import RecordsError
from notegen.records import schema
from notegen.records.database import Connection, Database, select, update
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.portions import Wanted
from notegen.records.schema import VERSION, dispatches, people, versions
from notegen.records.sending import Claim, Sending


def send_all(sending: Sending) -> None:
    while mails := open_mails(sending):
        sending.exchange([], mails, NOW)
        sending.exchange([accepted(mail) for mail in mails], [], NOW)


def payloads(folder: Path) -> list[str | None]:
    database = Database(address(folder))
    with database.reading() as connection:
        found = list(connection.execute(select(people.c.payload)).scalars())
    database.close()
    return found


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_a_row_per_member_and_mail_is_planned(folder: Path) -> None:
    ledger = a_ledger(folder)
    planned = ledger.plan(a_request(), roster(5), NOW)
    assert (planned.name, planned.added, planned.resumed) == (NAME, 15, False)
    assert ledger.summary(NAME) == Summary(NAME, planned=15)


def test_the_same_roster_again_is_recognised_and_plans_nobody_twice(folder: Path) -> None:
    ledger = planned_ledger(folder, 5)
    again = ledger.plan(a_request(), roster(5), NOW)
    assert (again.name, again.added, again.resumed) == (NAME, 0, True)
    assert ledger.summary(NAME).total == 15


def test_a_dispatch_named_by_a_person_is_recognised_without_its_name(folder: Path) -> None:
    ledger = planned_ledger(folder, 2, name="May")
    assert ledger.plan(a_request(), roster(2), NOW).name == "May"


def test_the_same_roster_under_another_name_is_refused_unless_it_is_wanted_again(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with pytest.raises(RecordsError, match=f"already planned as '{NAME}'"):
        ledger.plan(a_request(name="May"), roster(2), NOW)
    with pytest.raises(RecordsError, match="a name of its own"):
        ledger.plan(a_request(again=True), roster(2), NOW)
    assert ledger.plan(a_request(name="May", again=True), roster(2), NOW).added == 6
    assert ledger.plan(a_request(name="May", again=True), roster(2), NOW).added == 0


def test_a_name_belongs_to_one_content(folder: Path) -> None:
    ledger = planned_ledger(folder, 2, name="May")
    with pytest.raises(RecordsError, match="other content"):
        ledger.plan(a_request(name="May", digest="ab" * 32), roster(2), NOW)


def test_a_selection_is_completed_by_the_whole_roster_later(folder: Path) -> None:
    ledger = planned_ledger(folder, roster(5)[1:3], complete=False)
    assert ledger.plan(a_request(), roster(5), NOW).added == 9
    assert ledger.plan(a_request(), roster(5), NOW).added == 0


def test_a_dry_run_counts_and_keeps_nothing(folder: Path) -> None:
    ledger = a_ledger(folder)
    assert ledger.plan(a_request(), roster(5), NOW, commit=False).added == 15
    assert ledger.status(NOW) == []


def test_planning_that_breaks_off_leaves_nothing(folder: Path) -> None:
    def broken() -> object:
        yield from roster(700)
        raise OSError("the roster could not be read to its end")

    ledger = a_ledger(folder)
    with pytest.raises(OSError, match="to its end"):
        ledger.plan(a_request(), broken(), NOW)  # type: ignore[arg-type]
    assert ledger.status(NOW) == []


def test_neither_number_nor_name_stands_in_the_file_once_the_last_mail_was_accepted(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 3)
    assert b"person2" in bytes_on_disk(tmp_path)
    assert member(2).number.digits.encode() not in bytes_on_disk(tmp_path)
    with claimed(ledger) as sending:
        send_all(sending)
    ledger.close()
    assert payloads(tmp_path) == [None, None, None]
    assert b"person2" not in bytes_on_disk(tmp_path)
    assert "Zoë".encode() not in bytes_on_disk(tmp_path)


def test_a_payload_stays_while_a_mail_is_still_to_come(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        for _ in range(2):
            mails = open_mails(sending)
            sending.exchange([accepted(mail) for mail in mails], [], NOW)
    assert payloads(folder) != [None]
    assert ledger.summary(NAME) == Summary(NAME, planned=1, accepted=2)


def test_a_refusal_holds_the_rest_of_that_person_and_nobody_else(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        first, second = open_mails(sending)
        refusal = Settlement(first, MailState.REFUSED, 1, code=550, text="5.1.1 no such", rest=MailState.HELD)
        sending.exchange([refusal, accepted(second)], [], NOW)
        assert [mail.key for mail in open_mails(sending)] == ["1.2.1"]
    assert ledger.summary(NAME) == Summary(NAME, planned=2, accepted=1, refused=1, held=2)


def test_the_servers_words_are_kept_without_the_address_in_them(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        (mail,) = open_mails(sending)
        words = "5.1.1 <person2@mission.test>: Recipient address rejected"
        sending.exchange([Settlement(mail, MailState.REFUSED, 1, code=550, text=words)], [], NOW)
    entry = next(entry for entry in ledger.history() if entry.state is MailState.REFUSED)
    assert (entry.code, entry.words) == (550, "5.1.1 <…@mission.test>: Recipient address rejected")


def test_a_second_sender_is_told_who_is_at_it(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger), pytest.raises(RecordsError, match="being sent by desk, process 7"):
        a_ledger(folder).claim(NAME, Claim("other, process 8", "boot"), NOW)


def test_a_lease_is_given_back_at_the_end(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger):
        assert ledger.status(NOW)[0].holder == "desk, process 7"
    assert ledger.status(NOW)[0].holder == ""
    with claimed(ledger) as sending:
        assert len(open_mails(sending)) == 1


def test_a_sender_without_its_journal_waits_until_the_lease_has_lapsed(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    elsewhere = folder / "another machine"
    elsewhere.mkdir()
    other = open_ledger(address(folder), b"k", journals=elsewhere)
    with claimed(ledger) as sending:
        with pytest.raises(RecordsError, match=r"its hold lapses at 09:31:00 UTC"):
            other.claim(NAME, Claim("other", "boot"), NOW)
        later = NOW + timedelta(seconds=61)
        other.claim(NAME, Claim("other", "boot"), later)
        with pytest.raises(RecordsError, match="taken over"):
            sending.exchange([], [], later)


def test_a_sign_of_life_prolongs_the_lease(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        sending.exchange([], [], NOW + timedelta(seconds=45))
        assert ledger.status(NOW + timedelta(seconds=90))[0].holder == "desk, process 7"


def test_only_the_people_asked_for_get_their_turn(folder: Path) -> None:
    ledger = planned_ledger(folder, 3)
    only = [series(member(3)).identity]
    with ledger.claim(NAME, Claim("desk", "boot"), NOW, only=only) as sending:
        assert [mail.notification.row for mail in open_mails(sending)] == [3]


def test_people_come_in_portions_and_in_the_order_of_the_roster(folder: Path) -> None:
    ledger = planned_ledger(folder, 7)
    with claimed(ledger) as sending:
        after, rows = 0, []
        while after >= 0:
            after, found = sending.people(after, 3, NOW)
            rows += [own[0].notification.row for own in found]
    assert rows == list(range(2, 9))


def test_a_person_whose_mail_is_on_its_way_does_not_come_again(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        first, _ = open_mails(sending)
        sending.exchange([], [first], NOW)
        assert [mail.notification.row for mail in open_mails(sending)] == [3]


def test_a_mail_on_its_way_is_told_as_such(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        first, second = open_mails(sending)
        sending.exchange([], [first, second], NOW)
        sending.exchange([accepted(second)], [], NOW)
        assert sending.summary() == ledger.summary(NAME) == Summary(NAME, planned=4, sending=1, accepted=1)
        assert ledger.status(NOW)[0].summary.sending == 1
        assert {mail.key for mail in ledger.history() if mail.state is MailState.SENDING} == {first.key}
        sending.exchange([accepted(first)], [], NOW)
        assert ledger.summary(NAME) == Summary(NAME, planned=4, accepted=2)


def test_a_mail_that_was_deferred_and_is_on_its_way_again_is_counted_once(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    with claimed(ledger) as sending:
        (mail,) = open_mails(sending)
        sending.exchange([Settlement(mail, MailState.DEFERRED, 1, due=NOW, code=451)], [], NOW)
        sending.exchange([], open_mails(sending), NOW)
        assert ledger.summary(NAME) == Summary(NAME, planned=2, sending=1)


def test_what_is_on_its_way_is_not_cancelled_and_its_outcome_counts(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        first, second = open_mails(sending)
        sending.exchange([], [first], NOW)
        assert ledger.cancel(NAME, NOW).sending == 1
        assert not sending.exchange([accepted(first)], [second], NOW)
    assert ledger.summary(NAME) == Summary(NAME, accepted=1, cancelled=5)


def test_a_deferred_mail_comes_again_when_it_is_due(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    due = NOW + timedelta(minutes=3)
    with claimed(ledger) as sending:
        (mail,) = open_mails(sending)
        sending.exchange([Settlement(mail, MailState.DEFERRED, 1, due=due, code=451)], [], NOW)
        assert open_mails(sending) == []
        assert sending.next_due(NOW) == due
        (again,) = open_mails(sending, due)
    assert (again.key, again.attempts, again.message_id) == (mail.key, 1, mail.message_id)
    assert ledger.summary(NAME) == Summary(NAME, planned=2, deferred=1)


def test_what_waits_is_given_up_and_erased_when_the_time_is_over(folder: Path) -> None:
    expires = NOW + timedelta(days=2)
    ledger = planned_ledger(folder, 2, expires=expires)
    with claimed(ledger, expires) as sending:
        assert open_mails(sending, expires) == []
    assert ledger.summary(NAME) == Summary(NAME, expired=6)
    assert payloads(folder) == [None, None]


def test_a_usual_expiry_is_that_of_the_first_run_and_a_wish_replaces_it(folder: Path) -> None:
    ledger = planned_ledger(folder, 1, expires_unless_said=NOW + timedelta(days=5))
    ledger.plan(a_request(expires_unless_said=NOW + timedelta(days=6)), roster(1), NOW)
    assert ledger.status(NOW)[0].expires == NOW + timedelta(days=5)
    ledger.plan(a_request(expires=NOW + timedelta(days=2)), roster(1), NOW)
    assert ledger.status(NOW)[0].expires == NOW + timedelta(days=2)


def test_a_cancelled_dispatch_is_erased_and_cannot_be_sent(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    assert ledger.cancel(NAME, NOW) == Summary(NAME, cancelled=6)
    assert payloads(folder) == [None, None]
    with pytest.raises(RecordsError, match="was cancelled"):
        claimed(ledger)
    with pytest.raises(RecordsError, match="was cancelled"):
        ledger.plan(a_request(), roster(2), NOW)


def test_a_cancellation_reaches_a_sender_and_spares_what_is_on_its_way(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        first, second = open_mails(sending)
        sending.exchange([], [first], NOW)
        a_ledger(folder).cancel(NAME, NOW)
        assert not sending.exchange([accepted(first)], [second], NOW)
    assert ledger.summary(NAME) == Summary(NAME, accepted=1, cancelled=5)


def test_a_purge_empties_what_ended_long_ago_and_still_recognises_it(folder: Path) -> None:
    ledger = planned_ledger(folder, 2)
    with claimed(ledger) as sending:
        send_all(sending)
    assert ledger.purge(NOW + timedelta(days=29), timedelta(days=30)) == 0
    assert ledger.purge(NOW + timedelta(days=31), timedelta(days=30)) == 1
    assert ledger.history() == []
    with pytest.raises(RecordsError, match="sent and purged"):
        ledger.plan(a_request(), roster(2), NOW)


def test_a_purge_leaves_what_still_waits_and_erases_what_has_expired(folder: Path) -> None:
    ledger = planned_ledger(folder, 1, expires=NOW + timedelta(days=1))
    ledger.plan(a_request(digest="ab" * 32), roster(1), NOW)
    assert ledger.purge(NOW + timedelta(days=2), timedelta(days=30)) == 0
    assert ledger.summary(NAME) == Summary(NAME, expired=3)
    assert ledger.summary("ab" * 6) == Summary("ab" * 6, planned=3)


def test_the_history_lists_a_requesters_mails_newest_first(folder: Path) -> None:
    ledger = planned_ledger(folder, 1, requester="Embassy of Examplia")
    ledger.plan(a_request(digest="ab" * 32, requester="Somebody else"), roster(1), NOW)
    with claimed(ledger) as sending:
        (mail,) = open_mails(sending)
        sending.exchange([accepted(mail)], [], NOW + timedelta(minutes=1))
    entries = ledger.history(requester="Embassy of Examplia")
    assert (entries[0].kind, entries[0].state) == ("profile-created", MailState.ACCEPTED)
    assert len(entries) == 3
    assert {entry.row for entry in entries} == {2}


def test_a_short_history_is_the_beginning_of_the_long_one(folder: Path) -> None:
    ledger = planned_ledger(folder, 4, requester="Embassy of Examplia")
    ledger.plan(a_request(digest="ab" * 32), roster(2), NOW)
    with claimed(ledger) as sending:
        for minutes, mail in enumerate(reversed(open_mails(sending)), start=1):
            sending.exchange([accepted(mail)], [], NOW + timedelta(minutes=minutes))
    whole = ledger.history()
    assert [entry.row for entry in whole[:4]] == [2, 3, 4, 5]
    assert [ledger.history(limit=limit) for limit in (1, 5, 18)] == [whole[:1], whole[:5], whole]
    own = [entry for entry in whole if entry.dispatch == NAME]
    for asked in ({"name": NAME}, {"requester": "Embassy of Examplia"}):
        assert ledger.history(**asked, limit=7) == own[:7]  # type: ignore[arg-type]
    assert ledger.history(name=NAME, requester="Somebody else") == []


def test_the_digest_of_a_person_depends_on_the_key(tmp_path: Path) -> None:
    one = a_ledger(tmp_path)
    other = open_ledger(f"sqlite:///{tmp_path / 'other.db'}", b"another key")
    assert one.member("12345678901") != other.member("12345678901")
    assert len(one.member("12345678901")) == 64


def test_an_unknown_dispatch_is_said_to_be_unknown(folder: Path) -> None:
    with pytest.raises(RecordsError, match="no dispatch of that name"):
        a_ledger(folder).summary("June")
    with pytest.raises(RecordsError, match="no dispatch of that name"):
        a_ledger(folder).history(name="June")


def test_a_sound_ledger_has_no_integrity_problems(folder: Path) -> None:
    assert planned_ledger(folder, 3).integrity_problems() == []


def test_a_broken_file_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(RecordsError, match="not a database"):
        a_ledger(tmp_path)


def test_a_missing_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="Check that the folder exists"):
        a_ledger(tmp_path / "nowhere")


def test_records_of_a_newer_notegen_are_left_alone(folder: Path) -> None:
    planned_ledger(folder, 1).close()
    database = Database(address(folder))
    with database.writing() as connection:
        connection.execute(update(versions).values(version=VERSION + 1))
    with pytest.raises(RecordsError, match="newer notegen"):
        a_ledger(folder)


def test_a_notegen_that_has_become_the_older_one_meanwhile_takes_up_nothing(folder: Path) -> None:
    ledger = planned_ledger(folder, 1)
    database = Database(address(folder))
    with database.writing() as connection:
        connection.execute(update(versions).values(version=VERSION + 1))
    with pytest.raises(RecordsError, match="newer notegen"):
        claimed(ledger)
    with pytest.raises(RecordsError, match="newer notegen"):
        ledger.lease(Wanted(), Claim("a worker", BOOT), NOW)
    database.close()


def test_records_of_an_older_notegen_are_brought_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_ledger(folder, 1).close()
    database = Database(address(folder))
    steps: list[str] = []
    monkeypatch.setattr(schema, "VERSION", VERSION + 2)
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        {VERSION: lambda _: steps.append("first"), VERSION + 1: lambda _: steps.append("second")},
    )
    ledger = a_ledger(folder)
    assert steps == ["first", "second"]
    assert ledger.summary(NAME).planned == 3
    with database.reading() as connection:
        assert connection.execute(select(versions.c.version)).scalar_one() == VERSION + 2


def test_records_of_version_1_are_brought_up_to_date_and_sent_from(folder: Path) -> None:
    planned_ledger(folder, 3).close()
    first = {"dispatches", "people", "mails", "reference_numbers", "register_entries", "notegen_schema"}
    database = Database(address(folder))
    with database.writing() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            if table.name not in first:
                table.drop(connection)
        connection.exec_driver_sql("ALTER TABLE dispatches DROP COLUMN under_way")
        if is_postgres := connection.dialect.name == "postgresql":
            connection.exec_driver_sql("CREATE INDEX people_due ON people (dispatch, person)")
        connection.execute(update(versions).values(version=1))
    ledger = a_ledger(folder)
    with claimed(ledger) as sending:
        send_all(sending)
    assert ledger.summary(NAME) == Summary(NAME, accepted=9)
    assert set(database.tables()) == set(schema.metadata.tables)
    with database.reading() as connection:
        indexes = {index["name"] for index in inspect(connection).get_indexes("people")}
    assert ("people_due" in indexes) is not is_postgres
    database.close()


def test_a_migration_that_breaks_off_leaves_the_old_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_ledger(folder, 1).close()

    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE mails ADD COLUMN half TEXT")
        raise RecordsError("the disk is full")

    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", {VERSION: broken})
    with pytest.raises(RecordsError, match="disk is full"):
        a_ledger(folder)
    monkeypatch.undo()
    assert a_ledger(folder).summary(NAME).planned == 3


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    planned_ledger(tmp_path, 1)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}


def test_a_database_error_shows_no_personal_data(folder: Path) -> None:
    ledger: Ledger = planned_ledger(folder, 1)
    database = Database(address(folder))
    row = {"name": NAME, "digest": "person2@mission.test", "id_domain": "", "created": 0}
    with pytest.raises(RecordsError) as caught, database.writing() as connection:
        connection.execute(dispatches.insert().values(row))
    assert "person2" not in "".join(traceback.format_exception(caught.value))
    assert ledger.summary(NAME).planned == 3


def test_two_ledgers_in_new_files_agree_on_the_schema(folder: Path) -> None:
    for _ in range(2):
        assert a_ledger(folder).plan(a_request(digest=DIGEST), roster(1), NOW).name == NAME
