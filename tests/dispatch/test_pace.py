"""Rates, the relay's state, and who goes next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from ledgers import member

from notegen.dispatch.options import Options
from notegen.dispatch.pace import DomainRates, Rate, Relay
from notegen.dispatch.pool import Pool, person_of
from notegen.domain.notification import plan
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement


def own_mails(person: int, domain: str = "mission.test") -> list[PlannedMail]:
    return [
        PlannedMail(f"1.{person}.{n.position}", "may", f"{person:064x}", "<a@b>", n, final=n.position == 2)
        for n in plan(member(person, domain))
    ]


@given(st.floats(0.5, 500), st.lists(st.floats(0, 0.3), max_size=200))
def test_a_rate_is_never_exceeded_by_more_than_its_tenth_of_a_second(
    per_second: float, steps: list[float]
) -> None:
    rate, now, sent = Rate(per_second), 100.0, 0
    for step in steps:
        now += step
        while rate.opens() <= now and sent < 10_000:
            rate.take(now)
            sent += 1
        assert sent <= (now - 100.0 + 0.1) * per_second + 1.001


def test_without_a_rate_everything_may_go_at_once() -> None:
    rate = Rate(0)
    for _ in range(1000):
        rate.take(5.0)
    assert rate.opens() <= 5.0


def test_each_domain_has_a_rate_of_its_own() -> None:
    domains = DomainRates(2)
    assert [domains.take("a.test", 10.0) for _ in range(3)] == [10.0, 10.5, 11.0]
    assert domains.take("b.test", 10.0) == 10.0


def test_domains_that_are_free_again_are_forgotten() -> None:
    domains = DomainRates(100)
    for number in range(25_000):
        domains.take(f"d{number}.test", float(number))
    assert len(domains._next) < 10_010


def test_a_relay_that_fails_is_given_growing_pauses_and_fewer_connections() -> None:
    relay = Relay(Options(connections=8, relay_pause=1, longest_relay_pause=3))
    assert relay.limit == 1
    relay.answered(deferred=False)
    assert relay.limit == 8
    pauses, now = [], 10.0
    for _ in range(4):
        pauses.append(relay.failed(now, 1.0))
        now = relay.resumes
    assert pauses == [1, 2, 3, 3]
    assert relay.limit == 1


def test_connections_that_fail_together_count_as_one_failure() -> None:
    relay = Relay(Options(reconnections=2))
    for _ in range(8):
        relay.failed(10.0, 0.5)
    assert (relay.failures, relay.hopeless) == (1, False)


def test_an_answer_gives_new_hope_and_acceptances_more_connections() -> None:
    relay = Relay(Options(connections=4))
    relay.answered(deferred=False)
    relay.failed(10.0, 0.0)
    assert (relay.limit, relay.failures) == (2, 1)
    for _ in range(100):
        relay.answered(deferred=False)
    assert (relay.limit, relay.failures) == (4, 0)


def test_a_run_of_deferrals_slows_down() -> None:
    relay = Relay(Options(connections=8))
    for _ in range(60):
        relay.answered(deferred=True)
    assert relay.limit == 1


def settled(mail: PlannedMail, state: MailState) -> Settlement:
    return Settlement(mail, state, mail.attempts + 1)


@given(st.data(), st.integers(1, 6))
def test_a_persons_mails_are_picked_one_at_a_time_and_in_order(data: st.DataObject, people: int) -> None:
    pool = Pool(Options())
    for person in range(people):
        pool.admit(own_mails(person))
    on_their_way: list[PlannedMail] = []
    accepted: dict[str, list[int]] = defaultdict(list)
    while len(pool):
        on_their_way += pool.pick(data.draw(st.integers(1, 4)), 0.0)
        persons = [person_of(mail.key) for mail in on_their_way]
        assert len(set(persons)) == len(persons)
        mail = on_their_way.pop(data.draw(st.integers(0, len(on_their_way) - 1)))
        state = data.draw(st.sampled_from([MailState.ACCEPTED, MailState.PLANNED, MailState.REFUSED]))
        if state is MailState.ACCEPTED:
            accepted[person_of(mail.key)].append(mail.notification.position)
        pool.settle(settled(mail, state))
    assert all(positions == list(range(len(positions))) for positions in accepted.values())


def test_each_pick_is_a_turn_of_its_own() -> None:
    pool = Pool(Options())
    pool.admit(own_mails(1))
    (mail,) = pool.pick(5, 0.0)
    pool.settle(replace(settled(mail, MailState.PLANNED), attempts=0))
    (again,) = pool.pick(5, 0.0)
    assert (mail.tries, again.tries) == (1, 2)


def test_a_slow_domain_does_not_stop_the_others() -> None:
    pool = Pool(Options(domain_rate=1))
    for person in range(3):
        pool.admit(own_mails(person, "slow.test"))
    pool.admit(own_mails(9, "quick.test"))
    assert [person_of(mail.key) for mail in pool.pick(10, 50.0)] == ["1.0", "1.9"]
    assert pool.opens(50.0) == 51.0
    assert [person_of(mail.key) for mail in pool.pick(10, 51.0)] == ["1.1"]


def test_somebody_who_is_here_already_is_not_admitted_twice() -> None:
    pool = Pool(Options())
    pool.admit(own_mails(1))
    pool.admit(own_mails(1))
    assert len(pool.pick(10, 0.0)) == 1
