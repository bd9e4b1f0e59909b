"""Several at once, in one database: what one of them does, the others find done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from ledgers import BOOT, KEY, NAME, NOW, a_ledger, a_request, address, planned_ledger, roster

from notegen.domain.planned_mail import Summary
from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import RecordsError
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
