"""Rates that senders share: how many places a turn needs, and that nobody goes before its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from ledgers import NOW, claimed, member, open_mails, planned_ledger

from notegen.dispatch.options import Options
from notegen.dispatch.places import ALL, moments, wanted
from notegen.dispatch.pool import Pool
from notegen.domain.notification import series
from notegen.domain.planned_mail import PlannedMail

DOMAIN = "mission.test"
SECOND = timedelta(seconds=1)


def mails(tmp_path: Path, count: int) -> list[PlannedMail]:
    return open_mails(claimed(planned_ledger(tmp_path, count)))


def test_without_a_rate_no_place_is_asked_for(tmp_path: Path) -> None:
    assert wanted(mails(tmp_path, 3), Options()) == {}


def test_a_turn_asks_for_a_place_in_each_rate(tmp_path: Path) -> None:
    options = Options(rate=4, domain_rate=2)
    assert wanted(mails(tmp_path, 3), options) == {ALL: (3, 4), DOMAIN: (3, 2)}


def test_each_mail_goes_when_both_its_places_have_come(tmp_path: Path) -> None:
    begins: Mapping[str, datetime] = {ALL: NOW, DOMAIN: NOW + SECOND}
    found = moments(mails(tmp_path, 3), begins, Options(rate=4, domain_rate=2))
    assert found == [NOW + SECOND, NOW + 1.5 * SECOND, NOW + 2 * SECOND]


def test_where_nothing_is_shared_nothing_waits(tmp_path: Path) -> None:
    assert moments(mails(tmp_path, 2), {}, Options(rate=4)) == [None, None]


def test_a_mail_whose_place_comes_later_is_called_then_and_no_other_is_picked_before(tmp_path: Path) -> None:
    pool = Pool(Options(rate=1000))
    for mail in mails(tmp_path, 3):
        pool.admit([mail])
    first = pool.pick(1, 100.0)[0]
    pool.put_off(first, 102.0)
    assert (pool.pick(9, 101.9), pool.called(9, 101.9), pool.opens(101.9)) == ([], [], 102.0)
    assert pool.called(9, 102.0) == [first]
    assert len(pool.pick(9, 102.0)) > 0


def test_a_domain_that_waits_for_its_place_does_not_hold_up_the_others(tmp_path: Path) -> None:
    people = [series(member(row, domain)) for row, domain in ((2, DOMAIN), (3, DOMAIN), (4, "other.test"))]
    pool = Pool(Options(domain_rate=1))
    for mail in open_mails(claimed(planned_ledger(tmp_path, people))):
        pool.admit([mail])
    first = pool.pick(1, 100.0)[0]
    pool.put_off(first, 105.0)
    assert [mail.notification.row for mail in pool.pick(9, 104.0)] == [4]
    assert pool.called(9, 105.0) == [first]
