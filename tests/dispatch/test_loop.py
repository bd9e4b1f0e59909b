"""Whole dispatches over a real ledger: to a scripted mail server, and to deliveries that misbehave."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledgers import BOOT, NAME, NOW, Clock, a_composer, a_ledger, planned_ledger
from relay import smtp_settings
from smtp_server import CLOSE, HANG, RESET, Received, Script, Server, ServerSession, serving

from notegen.delivery.smtp import SmtpDelivery
from notegen.dispatch.event import Event, EventKind
from notegen.dispatch.loop import run
from notegen.dispatch.options import InDoubt, Options
from notegen.domain.mail import Mail, Outbox
from notegen.domain.planned_mail import PlannedMail, Settlement, Summary
from notegen.domain.receipt import Outcome, Receipt
from notegen.errors import DeliveryError, RecordsError, RenderingError, TemplateError
from notegen.records.ledger import Ledger
from notegen.records.sending import Claim

QUICK = Options(
    connections=4,
    first_pause=timedelta(milliseconds=20),
    longest_pause=timedelta(milliseconds=50),
    wait=timedelta(seconds=5),
    relay_pause=0.01,
    longest_relay_pause=0.02,
    idle=0.5,
)
KINDS = ["profile-created", "activation-link", "activation-code"]


def real_clock() -> datetime:
    return datetime.now(UTC)


async def dispatch(
    ledger: Ledger,
    open_delivery: Callable[[], object],
    options: Options = QUICK,
    clock: Callable[[], datetime] = real_clock,
    composer: Callable[[PlannedMail], Mail] = a_composer,
    progress: Callable[[Event], None] = lambda _: None,
    stop: asyncio.Event | None = None,
) -> Summary:
    claim = Claim("test, process 1", BOOT, resend_doubts=options.in_doubt is InDoubt.RESEND)
    with ledger.claim(NAME, claim, clock()) as sending:
        return await run(sending, composer, open_delivery, options, clock, lambda: 0.5, progress, stop)  # type: ignore[arg-type]


def to_server(
    ledger: Ledger, script: Script, options: Options = QUICK, **settings: object
) -> tuple[Server, Summary]:
    async def main() -> tuple[Server, Summary]:
        async with serving(script) as server:
            delivery = SmtpDelivery(smtp_settings(server, **settings))
            return server, await dispatch(ledger, lambda: delivery, options)

    return asyncio.run(main())


def kinds_by_person(received: list[Received]) -> dict[str, list[str]]:
    """What each person got, in the order in which the server answered for it."""
    found: dict[str, list[str]] = defaultdict(list)
    for mail in received:
        found[mail.recipient].append(mail.content.decode().partition("\r\n")[0].removeprefix("Subject: "))
    return found


class Obliging:
    """A delivery that answers each mail by a function and remembers what it was given."""

    def __init__(self, answer: Callable[[Mail], Receipt]) -> None:
        self.answer = answer
        self.keys: list[str] = []

    async def deliver(self, outbox: Outbox) -> None:
        while (mail := await outbox.take()) is not None:
            outbox.begin(mail)
            self.keys.append(mail.key)
            await asyncio.sleep(0)
            outbox.settle(mail, self.answer(mail))


def accept(_: Mail) -> Receipt:
    return Receipt(Outcome.ACCEPTED, 250, "queued")


def test_everyone_gets_three_mails_in_order(tmp_path: Path) -> None:
    server, summary = to_server(planned_ledger(tmp_path, 30), Script())
    assert summary == Summary(NAME, accepted=90)
    assert set(map(tuple, kinds_by_person(server.accepted).values())) == {tuple(KINDS)}
    assert len(server.accepted) == 90


def test_a_second_run_sends_nothing(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 3)
    to_server(ledger, Script())
    server, summary = to_server(ledger, Script())
    assert summary == Summary(NAME, accepted=9)
    assert server.connections == 0


def test_a_greylisting_server_gets_each_mail_in_the_end(tmp_path: Path) -> None:
    script = Script(answers={"RCPT": ["451 4.7.1 greylisted"] * 8})
    server, summary = to_server(planned_ledger(tmp_path, 4), script)
    assert summary == Summary(NAME, accepted=12)
    assert set(map(tuple, kinds_by_person(server.accepted).values())) == {tuple(KINDS)}


def test_mails_that_are_not_due_within_the_wait_stay_deferred(tmp_path: Path) -> None:
    options = replace(QUICK, first_pause=timedelta(hours=1), longest_pause=timedelta(hours=1))
    script = Script(answers={"RCPT": "451 4.7.1 greylisted"})
    _, summary = to_server(planned_ledger(tmp_path, 2), script, options)
    assert summary == Summary(NAME, deferred=2, planned=4)


def test_a_refusal_holds_the_rest_of_one_person_only(tmp_path: Path) -> None:
    script = Script(answers={"RCPT": ["550 5.1.1 no such mailbox"]})
    _, summary = to_server(planned_ledger(tmp_path, 5), script)
    assert summary == Summary(NAME, accepted=12, refused=1, held=2)


@pytest.mark.parametrize(
    "answers",
    [
        {"GREETING": ["421 4.3.2 not now"]},
        {"MAIL": [None, "421 4.3.2 closing", "421 4.3.2 closing"]},
        {"DATA": [None, None, (RESET,)]},
        {"RCPT": [(CLOSE,), None, (CLOSE,)]},
    ],
    ids=["at connect", "on the second mail", "reset before the content", "closed after RCPT"],
)
def test_a_relay_that_fails_costs_nobody_an_attempt_or_a_mail(
    tmp_path: Path, answers: dict[str, object]
) -> None:
    ledger = planned_ledger(tmp_path, 6)
    server, summary = to_server(ledger, Script(answers=answers))
    assert summary == Summary(NAME, accepted=18)
    assert len(server.accepted) == 18
    assert {entry.attempts for entry in ledger.history()} == {1}


def test_silence_after_the_content_is_a_doubt_and_sent_again_with_the_same_message_id(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 3)
    server, summary = to_server(ledger, Script(answers={"DOT": [(RESET,)]}))
    assert summary == Summary(NAME, accepted=9)
    assert sum(entry.doubts for entry in ledger.history()) == 1
    assert len({mail.content for mail in server.accepted}) == 9


def test_a_doubt_is_held_where_the_options_say_so(tmp_path: Path) -> None:
    options = replace(QUICK, in_doubt=InDoubt.HOLD)
    _, summary = to_server(planned_ledger(tmp_path, 3), Script(answers={"DOT": [(RESET,)]}), options)
    assert summary == Summary(NAME, accepted=6, in_doubt=1, held=2)


def test_a_limit_on_mails_per_connection_is_only_a_reason_to_connect_again(tmp_path: Path) -> None:
    server, summary = to_server(planned_ledger(tmp_path, 10), Script(mails_per_connection=4))
    assert summary == Summary(NAME, accepted=30)
    assert server.connections >= 7


def test_a_limit_on_connections_is_respected_in_the_end(tmp_path: Path) -> None:
    options = replace(QUICK, connections=6, reconnections=200)
    _, summary = to_server(planned_ledger(tmp_path, 30), Script(connections_at_once=2), options)
    assert summary == Summary(NAME, accepted=90)


def test_no_more_connections_than_mails_are_opened(tmp_path: Path) -> None:
    server, _ = to_server(planned_ledger(tmp_path, 1), Script())
    assert server.connections == 1


def test_without_any_server_everything_stays_planned(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 3)

    async def main() -> None:
        async with serving() as server:
            settings = smtp_settings(server)
        await dispatch(ledger, lambda: SmtpDelivery(settings))

    with pytest.raises(DeliveryError):
        asyncio.run(main())
    assert ledger.summary(NAME) == Summary(NAME, planned=9)


def test_a_relay_that_never_takes_a_mail_ends_the_run_with_everything_planned(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 3)
    with pytest.raises(DeliveryError, match=r"no mails at the moment: 421 4\.3\.2 not now"):
        to_server(ledger, Script(answers={"GREETING": "421 4.3.2 not now"}), replace(QUICK, reconnections=3))
    assert ledger.summary(NAME) == Summary(NAME, planned=9)


def test_whoever_watches_hears_why_the_relay_wants_a_pause(tmp_path: Path) -> None:
    seen: list[Event] = []
    script = Script(answers={"GREETING": ["421 4.3.2 not now"], "MAIL": ["421 4.7.0 too many connections"]})

    async def main() -> Summary:
        async with serving(script) as server:
            delivery = SmtpDelivery(smtp_settings(server))
            return await dispatch(planned_ledger(tmp_path, 3), lambda: delivery, progress=seen.append)

    summary = asyncio.run(main())
    assert summary == Summary(NAME, accepted=9)
    told = [event.text for event in seen if event.kind is EventKind.RELAY_FAULT]
    assert told == ["421 4.3.2 not now", "421 4.7.0 too many connections"]


def test_a_stop_finishes_what_is_under_way_and_leaves_the_rest_planned(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 200)
    stop = asyncio.Event()

    def answer(mail: Mail) -> Receipt:
        if len(delivery.keys) == 50:
            stop.set()
        return accept(mail)

    delivery = Obliging(answer)
    summary = asyncio.run(dispatch(ledger, lambda: delivery, stop=stop))
    assert summary == Summary(NAME, accepted=len(delivery.keys), planned=600 - len(delivery.keys))
    assert 50 <= len(delivery.keys) < 60


def test_outcomes_are_written_even_when_the_run_is_cancelled(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 10)

    async def main() -> int:
        silent = asyncio.Barrier(5)

        async def silence(_: ServerSession) -> object:
            await silent.wait()
            return HANG

        async with serving(Script(answers={"DOT": [None] * 5 + [silence] * 4})) as server:
            delivery = SmtpDelivery(smtp_settings(server))
            options = replace(QUICK, in_doubt=InDoubt.HOLD)
            task = asyncio.create_task(dispatch(ledger, lambda: delivery, options))
            await silent.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return len(server.accepted)

    accepted = asyncio.run(main())
    summary = ledger.summary(NAME)
    assert (summary.accepted, summary.in_doubt, summary.sending) == (accepted, 4, 0)
    assert ledger.status(NOW)[0].holder == ""


def test_a_mail_that_cannot_be_put_into_words_is_held_and_the_others_go(tmp_path: Path) -> None:
    def composer(planned: PlannedMail) -> Mail:
        if planned.notification.row == 3:
            raise RenderingError("a name with a line break")
        return a_composer(planned)

    ledger = planned_ledger(tmp_path, 3)
    summary = asyncio.run(dispatch(ledger, lambda: Obliging(accept), composer=composer))
    assert summary == Summary(NAME, accepted=6, held=3)


def test_a_broken_template_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    def composer(planned: PlannedMail) -> Mail:
        if planned.notification.position:
            raise TemplateError("an unknown word")
        return a_composer(planned)

    ledger = planned_ledger(tmp_path, 3)
    delivery = Obliging(accept)
    with pytest.raises(TemplateError):
        asyncio.run(dispatch(ledger, lambda: delivery, composer=composer))
    summary = ledger.summary(NAME)
    assert (summary.accepted, summary.planned) == (len(delivery.keys), 9 - len(delivery.keys))


def test_a_delivery_that_forgets_its_mails_leaves_them_in_doubt_or_planned(tmp_path: Path) -> None:
    class Forgetful:
        async def deliver(self, outbox: Outbox) -> None:
            first = await outbox.take()
            assert first is not None
            outbox.begin(first)
            outbox.take_at_once()

    ledger = planned_ledger(tmp_path, 2)
    options = replace(QUICK, in_doubt=InDoubt.HOLD)
    assert asyncio.run(dispatch(ledger, Forgetful, options)) == Summary(NAME, in_doubt=2, held=4)


def test_nothing_goes_before_its_time(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 1, not_before=NOW + timedelta(hours=1))
    delivery = Obliging(accept)
    early = asyncio.run(dispatch(ledger, lambda: delivery, clock=Clock(NOW)))
    assert (early, delivery.keys) == (Summary(NAME, planned=3), [])
    late = asyncio.run(dispatch(ledger, lambda: delivery, clock=Clock(NOW + timedelta(hours=1))))
    assert late == Summary(NAME, accepted=3)


def test_a_run_may_wait_for_its_time(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 1, not_before=NOW + timedelta(milliseconds=20))
    clock = Clock(NOW)

    def watch(event: Event) -> None:
        if event.kind is EventKind.WAITING:
            clock.pass_by(milliseconds=15)

    delivery = Obliging(accept)
    assert asyncio.run(dispatch(ledger, lambda: delivery, clock=clock, progress=watch)).accepted == 3
    assert clock.now == NOW + timedelta(milliseconds=30)


def test_what_the_ledger_could_not_write_is_not_sent(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 40)
    exchanges: list[int] = []
    with ledger.claim(NAME, Claim("test", BOOT), NOW) as sending:
        exchange = sending.exchange

        def failing(settled: Sequence[Settlement], intents: Sequence[PlannedMail], now: datetime) -> bool:
            exchanges.append(len(intents))
            if len(exchanges) == 3:
                raise RecordsError("the disk is full")
            return exchange(settled, intents, now)

        sending.exchange = failing  # type: ignore[method-assign]
        delivery = Obliging(accept)
        options = replace(QUICK, window=16)
        work = run(sending, a_composer, lambda: delivery, options, Clock(NOW), lambda: 0.5, lambda _: None)
        with pytest.raises(RecordsError, match="disk is full"):
            asyncio.run(work)
    assert len(delivery.keys) <= sum(exchanges[:2])
    assert ledger.summary(NAME) == Summary(
        NAME, accepted=len(delivery.keys), planned=120 - len(delivery.keys)
    )


def test_nothing_goes_after_its_time(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 5, expires=NOW + timedelta(hours=1))
    clock = Clock(NOW)

    def answer(mail: Mail) -> Receipt:
        clock.pass_by(minutes=20)
        return accept(mail)

    delivery = Obliging(answer)
    summary = asyncio.run(dispatch(ledger, lambda: delivery, clock=clock))
    assert summary == Summary(NAME, accepted=len(delivery.keys), expired=15 - len(delivery.keys))
    assert 3 <= len(delivery.keys) <= 6


def test_a_cancelled_dispatch_stops_its_sender(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 200)

    def answer(mail: Mail) -> Receipt:
        if len(delivery.keys) == 20:
            a_ledger(tmp_path).cancel(NAME, NOW)
        return accept(mail)

    delivery = Obliging(answer)
    asyncio.run(dispatch(ledger, lambda: delivery, clock=Clock(NOW)))
    assert ledger.summary(NAME) == Summary(
        NAME, accepted=len(delivery.keys), cancelled=600 - len(delivery.keys)
    )
    assert len(delivery.keys) < 300


def test_a_lost_lease_ends_the_run(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 50)

    def answer(mail: Mail) -> Receipt:
        if len(delivery.keys) == 20:
            other = a_ledger(tmp_path)
            with other._database.writing() as connection:
                connection.exec_driver_sql("UPDATE dispatches SET session = session + 1")
        return accept(mail)

    delivery = Obliging(answer)
    with pytest.raises(RecordsError, match="taken over"):
        asyncio.run(dispatch(ledger, lambda: delivery))
    assert len(delivery.keys) < 150


def test_a_sender_that_slept_too_long_sends_nothing_before_it_knows_that_nobody_took_over(
    tmp_path: Path,
) -> None:
    ledger, clock = planned_ledger(tmp_path, 50), Clock(NOW)

    def answer(mail: Mail) -> Receipt:
        if len(delivery.keys) == 20:
            clock.pass_by(minutes=10)
            with a_ledger(tmp_path)._database.writing() as connection:
                connection.exec_driver_sql("UPDATE dispatches SET session = session + 1")
        return accept(mail)

    delivery = Obliging(answer)
    with pytest.raises(RecordsError, match="taken over"):
        asyncio.run(dispatch(ledger, lambda: delivery, replace(QUICK, connections=1), clock))
    assert len(delivery.keys) == 20


def test_a_sender_that_slept_goes_on_where_nobody_took_over(tmp_path: Path) -> None:
    ledger, clock = planned_ledger(tmp_path, 50), Clock(NOW)

    def answer(mail: Mail) -> Receipt:
        if len(delivery.keys) in (20, 40):
            clock.pass_by(minutes=10)
        return accept(mail)

    delivery = Obliging(answer)
    assert asyncio.run(dispatch(ledger, lambda: delivery, clock=clock)).accepted == 150


def test_runs_of_one_process_leave_the_garbage_collector_as_it_was(tmp_path: Path) -> None:
    def planned(folder: str) -> Ledger:
        (tmp_path / folder).mkdir()
        return planned_ledger(tmp_path / folder, 1)

    short, long = planned("short"), planned("long")

    async def main() -> None:
        under_way, over = asyncio.Event(), asyncio.Event()

        class Patient(Obliging):
            async def deliver(self, outbox: Outbox) -> None:
                under_way.set()
                await over.wait()
                await super().deliver(outbox)

        class Awaited(Obliging):
            async def deliver(self, outbox: Outbox) -> None:
                await under_way.wait()
                await super().deliver(outbox)

        first = asyncio.create_task(dispatch(short, lambda: Awaited(accept)))
        await asyncio.sleep(0)
        second = asyncio.create_task(dispatch(long, lambda: Patient(accept)))
        await first
        over.set()
        await second

    before = gc.get_threshold()
    try:
        asyncio.run(main())
        assert gc.get_threshold() == before
    finally:
        gc.set_threshold(*before)


def test_never_more_than_the_window_is_open(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 60)
    options = replace(QUICK, connections=2, window=7)
    counts: list[int] = []

    def answer(mail: Mail) -> Receipt:
        counts.append(a_ledger(tmp_path).summary(NAME).sending)
        return accept(mail)

    asyncio.run(dispatch(ledger, lambda: Obliging(answer), options))
    assert len(counts) == 180
    assert 0 < max(counts) <= 7


def test_each_connection_keeps_to_its_rate(tmp_path: Path) -> None:
    moments: list[float] = []

    def answer(mail: Mail) -> Receipt:
        moments.append(time.monotonic())
        return accept(mail)

    options = replace(QUICK, connections=1, connection_rate=50)
    summary = asyncio.run(dispatch(planned_ledger(tmp_path, 10), lambda: Obliging(answer), options))
    assert summary == Summary(NAME, accepted=30)
    assert moments[-1] - moments[0] >= (30 - 1 - 0.1 * 50 - 1) / 50


def test_whoever_watches_hears_of_each_mail_once(tmp_path: Path) -> None:
    events: list[Event] = []
    asyncio.run(dispatch(planned_ledger(tmp_path, 4), lambda: Obliging(accept), progress=events.append))
    settled = [event.settlement.mail.key for event in events if event.settlement]
    assert len(settled) == len(set(settled)) == 12
    assert events[-1].kind is EventKind.STOPPING or events[-1].kind is EventKind.SETTLED


def test_a_waiting_run_can_be_stopped(tmp_path: Path) -> None:
    ledger = planned_ledger(tmp_path, 1)
    stop = asyncio.Event()

    def watch(event: Event) -> None:
        if event.kind is EventKind.WAITING:
            stop.set()

    options = replace(
        QUICK, first_pause=timedelta(hours=1), longest_pause=timedelta(hours=1), wait=timedelta(days=1)
    )
    greylisting = Obliging(lambda _: Receipt(Outcome.DEFERRED, 451, "later"))
    summary = asyncio.run(dispatch(ledger, lambda: greylisting, options, progress=watch, stop=stop))
    assert summary == Summary(NAME, deferred=1, planned=2)
