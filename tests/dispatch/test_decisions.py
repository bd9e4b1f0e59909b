"""What a receipt means for a mail, for its person, and for the next attempt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import NOW, member

from notegen.dispatch.decisions import pause, settlement, uncomposed
from notegen.dispatch.options import InDoubt, Options
from notegen.domain.notification import plan
from notegen.domain.planned_mail import MailState, PlannedMail
from notegen.domain.receipt import Outcome, Receipt

receipts = st.builds(
    Receipt, st.sampled_from(Outcome), st.integers(0, 599), st.text(max_size=20), relay_fault=st.booleans()
)
jitters = st.floats(0, 1, exclude_max=True)
option_sets = st.builds(
    Options,
    in_doubt=st.sampled_from(InDoubt),
    attempts=st.integers(1, 50),
    first_pause=st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
    growth=st.floats(1, 10),
    longest_pause=st.timedeltas(timedelta(hours=1), timedelta(days=1)),
)
ATTEMPTED = st.integers(0, 60)


def a_mail(attempts: int = 0) -> PlannedMail:
    return PlannedMail("1.2.0", "may", "ab" * 32, "<a@b>", plan(member(2))[0], attempts=attempts)


@given(receipts, ATTEMPTED, option_sets, jitters, st.none() | st.timedeltas(timedelta(0), timedelta(days=9)))
def test_every_receipt_has_one_outcome_that_promises_nothing_false(
    receipt: Receipt, attempts: int, options: Options, jitter: float, left: timedelta | None
) -> None:
    mail = a_mail(attempts)
    expires = None if left is None else NOW + left
    settled = settlement(mail, receipt, NOW, expires, options, jitter)
    assert (settled.state is MailState.ACCEPTED) == (receipt.outcome is Outcome.ACCEPTED)
    assert (settled.state is MailState.REFUSED) == (receipt.outcome is Outcome.REFUSED)
    assert settled.in_doubt == (receipt.outcome is Outcome.IN_DOUBT)
    assert (settled.due is not None) == (settled.state is MailState.DEFERRED)
    if settled.due is not None:
        assert NOW < settled.due <= NOW + options.longest_pause
        assert expires is None or settled.due < expires
    if settled.state in (MailState.REFUSED, MailState.IN_DOUBT):
        assert settled.rest is MailState.HELD
    if settled.state in (MailState.ACCEPTED, MailState.DEFERRED, MailState.PLANNED):
        assert settled.rest is None


@given(st.integers(1, 60), option_sets, jitters)
def test_pauses_grow_and_stay_within_bounds(attempts: int, options: Options, jitter: float) -> None:
    now, later = pause(attempts, options, jitter), pause(attempts + 1, options, jitter)
    shortest = min(options.first_pause, options.longest_pause) / 2 - timedelta(microseconds=1)
    assert shortest <= now <= later <= options.longest_pause


def test_mails_deferred_together_do_not_return_together() -> None:
    assert pause(3, Options(), 0.0) == timedelta(minutes=2)
    assert pause(3, Options(), 0.5) == timedelta(minutes=3)


def test_a_fault_of_the_relay_does_not_count_as_an_attempt() -> None:
    fault = Receipt(Outcome.DEFERRED, 421, "4.3.2 shutting down", relay_fault=True)
    settled = settlement(a_mail(3), fault, NOW, None, Options(), 0.5)
    assert (settled.state, settled.attempts) == (MailState.PLANNED, 3)


def test_a_deferral_counts_and_comes_back() -> None:
    settled = settlement(a_mail(), Receipt(Outcome.DEFERRED, 451, "greylisted"), NOW, None, Options(), 0.0)
    assert (settled.state, settled.attempts) == (MailState.DEFERRED, 1)
    assert settled.due == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("attempts", "expires"), [(29, None), (0, NOW + timedelta(seconds=10))], ids=["attempts", "time"]
)
def test_the_end_of_patience_is_the_end_for_the_whole_person(attempts: int, expires: object) -> None:
    later = Receipt(Outcome.DEFERRED, 451, "later")
    settled = settlement(a_mail(attempts), later, NOW, expires, Options(), 0.0)  # type: ignore[arg-type]
    assert (settled.state, settled.rest) == (MailState.EXPIRED, MailState.EXPIRED)


def test_a_doubt_is_sent_again_or_held_as_the_options_say() -> None:
    silence = Receipt(Outcome.IN_DOUBT, text="no answer")
    again = settlement(a_mail(), silence, NOW, None, Options(in_doubt=InDoubt.RESEND), 0.0)
    assert (again.state, again.in_doubt, again.rest) == (MailState.DEFERRED, True, None)
    held = settlement(a_mail(), silence, NOW, None, Options(in_doubt=InDoubt.HOLD), 0.0)
    assert (held.state, held.in_doubt, held.rest) == (MailState.IN_DOUBT, True, MailState.HELD)


def test_a_doubt_without_patience_left_waits_for_a_person() -> None:
    settled = settlement(a_mail(29), Receipt(Outcome.IN_DOUBT), NOW, None, Options(), 0.0)
    assert (settled.state, settled.rest) == (MailState.IN_DOUBT, MailState.HELD)


def test_a_mail_without_words_waits_for_a_person() -> None:
    settled = uncomposed(a_mail(), "a control character in a name")
    assert (settled.state, settled.rest, settled.attempts) == (MailState.HELD, MailState.HELD, 0)


@pytest.mark.parametrize("changes", [{"connections": 0}, {"window": 4}, {"window": 5000}])
def test_options_that_contradict_each_other_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one connection"):
        Options(**changes)  # type: ignore[arg-type]
