"""Several at once, in one database: what one of them does, the others find done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import TypeVar

import psycopg
import pytest
from ledgers import (
    BOOT,
    KEY,
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
from senders import until

from notegen.domain.notification import Series
from notegen.domain.planned_mail import Summary
from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import RecordsError
from notegen.records import planning
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.register import Register, open_register
from notegen.records.sending import Claim

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T | RecordsError]:
    """What came of deeds that begin at the same moment, in threads of their own."""
    start = Barrier(len(deeds))

    def done(deed: Callable[[], T]) -> T | RecordsError:
        start.wait()
        try:
            return deed()
        except RecordsError as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(done, deeds))


def refusals(found: list[T | RecordsError]) -> list[str]:
    return [error.what for error in found if isinstance(error, RecordsError)]


def test_many_who_open_new_records_at_once_make_them_once(folder: Path) -> None:
    def opened() -> Summary:
        with closing(a_ledger(folder)) as ledger:
            ledger.plan(a_request(), roster(2), NOW)
            return ledger.summary(NAME)

    assert at_once(*[opened] * 4) == [Summary(NAME, planned=6)] * 4


def test_two_who_plan_the_same_roster_at_once_plan_nobody_twice(folder: Path) -> None:
    with closing(a_ledger(folder)) as one, closing(a_ledger(folder)) as other:

        def planned(ledger: Ledger) -> int:
            return ledger.plan(a_request(), roster(700), NOW).added

        assert sorted(at_once(lambda: planned(one), lambda: planned(other))) == [0, 2100]  # type: ignore[type-var]
        assert one.summary(NAME).total == 2100


def test_the_same_roster_under_two_names_at_once_is_planned_under_one(folder: Path) -> None:
    with closing(a_ledger(folder)) as one, closing(a_ledger(folder)) as other:
        found = at_once(
            lambda: one.plan(a_request(name="May"), roster(50), NOW),
            lambda: other.plan(a_request(name="June"), roster(50), NOW),
        )
        assert ["the same content was already planned" in refusal for refusal in refusals(found)] == [True]


def test_two_rosters_under_one_name_at_once_are_one_dispatch(folder: Path) -> None:
    with closing(a_ledger(folder)) as one, closing(a_ledger(folder)) as other:
        found = at_once(
            lambda: one.plan(a_request(name="May"), roster(50), NOW),
            lambda: other.plan(a_request(name="May", digest="ab" * 32), roster(50), NOW),
        )
        assert refusals(found) == ["this name belongs to a dispatch of other content"]


@pytest.mark.tools("postgresql")
@pytest.mark.parametrize("deed", ["purge", "cancel"])
def test_nobody_purges_or_cancels_while_more_of_a_dispatch_is_planned(
    postgres_url: str, tmp_path: Path, deed: str
) -> None:
    (tmp_path / "postgresql").write_text(postgres_url)
    ledger = planned_ledger(tmp_path, 1, complete=False)
    with claimed(ledger) as sending:
        while mails := open_mails(sending):
            sending.exchange([accepted(mail) for mail in mails], [], NOW)
    begun, go_on = Event(), Event()

    def slowly() -> Iterator[Series]:
        yield from roster(600)
        begun.set()
        go_on.wait()
        yield from roster(1, first_row=1000)

    def someone_waits() -> bool:
        with psycopg.connect(postgres_url) as connection:
            return connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None

    later = NOW + timedelta(days=9)
    with ThreadPoolExecutor(2) as threads, closing(a_ledger(tmp_path)) as other:
        planning = threads.submit(ledger.plan, a_request(), slowly(), later)
        begun.wait()
        doing = threads.submit(
            lambda: other.purge(later, timedelta(0)) if deed == "purge" else other.cancel(NAME, later)
        )
        until(someone_waits)
        go_on.set()
        assert planning.result().added == 1800
        doing.result()
        expected = {
            "purge": Summary(NAME, planned=1800, accepted=3),
            "cancel": Summary(NAME, accepted=3, cancelled=1800),
        }
        assert other.summary(NAME) == expected[deed]
    ledger.close()


def test_of_two_machines_that_claim_a_dispatch_at_once_one_has_it(folder: Path) -> None:
    planned_ledger(folder, 1).close()
    ledgers = []
    for machine in ("one", "other"):
        (folder / machine).mkdir()
        ledgers.append(open_ledger(address(folder), KEY, journals=folder / machine))
    one, other = ledgers
    found = at_once(
        lambda: one.claim(NAME, Claim("one", BOOT), NOW), lambda: other.claim(NAME, Claim("other", BOOT), NOW)
    )
    assert ["being sent by" in refusal for refusal in refusals(found)] == [True]


def test_issuers_of_different_counters_make_one_chain(folder: Path) -> None:
    def issue(register: Register, topic: str) -> None:
        for number in range(15):
            with register.issuing(ReferenceRequest("P0.0", "PRO.3143", topic), NOW) as issuing:
                found = issuing.reserve(NOW.date(), f"{topic} {number}", lambda it: folder / f"{it.slug}.pdf")
                (folder / f"{found.slug}.pdf").write_text("note")
                issuing.confirm(found)

    with closing(open_register(address(folder))) as one, closing(open_register(address(folder))) as other:
        assert at_once(lambda: issue(one, "VACCIN"), lambda: issue(other, "PARKING")) == [None, None]
        assert len(one.entries()) == 30
        assert one.verify(NOW) == []


def test_a_number_that_two_notes_bring_along_at_once_is_that_of_one(folder: Path) -> None:
    own = ReferenceNumber.parse("P0.0/PRO.3143/17.06.2021/VACCIN/5")
    request = ReferenceRequest("P0.0", "PRO.3143", "VACCIN")

    def adopt(register: Register, note: str) -> None:
        with register.issuing(request, NOW) as issuing:
            issuing.adopt(own, note, folder / f"{note}.pdf")
            (folder / f"{note}.pdf").write_text(note)
            issuing.confirm(own)

    with closing(open_register(address(folder))) as one, closing(open_register(address(folder))) as other:
        found = at_once(lambda: adopt(one, "a"), lambda: adopt(other, "b"))
        assert refusals(found) == ["this number is taken already"]
        assert one.verify(NOW) == []


def test_planning_many_keeps_postgresql_informed_and_nobody_waiting(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "_LOOKED_AT_FROM", 500)
    with (
        closing(open_ledger(postgres_url, KEY, journals=tmp_path)) as one,
        closing(open_ledger(postgres_url, KEY, journals=tmp_path)) as another,
    ):

        def people() -> Iterator[Series]:
            yield from roster(1200)
            assert another.plan(a_request(digest="cd" * 32, name="another"), roster(1200), NOW).added == 3600

        assert one.plan(a_request(), people(), NOW).added == 3600
    with psycopg.connect(postgres_url) as connection:
        (known,) = connection.execute(
            "SELECT reltuples FROM pg_class WHERE relname = 'people'"
        ).fetchone() or (0,)
    assert known >= 500
