"""A worker on duty: answers summonses until it is told to stop, and rides out a database that is away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from notegen.dispatch.loop import run
from notegen.dispatch.options import Options
from notegen.dispatch.traffic import Composer
from notegen.domain.email_address import without_addresses
from notegen.domain.planned_mail import Summary
from notegen.errors import InputError, NotegenError, RecordsError
from notegen.gauges import write_figures
from notegen.mailroom import make_delivery
from notegen.records.ledger import Ledger
from notegen.records.portions import Wanted
from notegen.records.print_orders import KIND as PRINT
from notegen.records.queue import Handler, Shift, work
from notegen.records.sending import Claim, Sending
from notegen.settings import Settings
from notegen.worker.figures import Figures
from notegen.worker.printing import Printing
from notegen.worker.report import Report, mail_log
from notegen.worker.supervisor import notify

_FIRST_REST = 5.0
_LONGEST_REST = 300.0
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker works with; `options` are those of one portion among as many as it sends at once."""

    settings: Settings
    ledger: Ledger
    composer: Composer
    claim: Claim
    options: Options
    shift: Shift
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    report: Report
    figures: Figures
    stop: asyncio.Event
    printing: Printing | None = None
    metrics: Path | None = None
    log_json: bool = False


async def serve(duty: Duty, address: str) -> None:
    """Work until `stop` is set; `address` is that of the queue's database.

    InputError when the figures cannot be written at the start, RecordsError.
    """
    await _keep_figures(duty)
    signs = [asyncio.create_task(_pulse(duty))]
    if duty.printing is not None:
        signs.append(asyncio.create_task(duty.printing.greet(duty.shift.stalled)))
    pause = 1.0
    try:
        while not duty.stop.is_set():
            began = duty.now()
            try:
                await _work(duty, address)
            except RecordsError as error:
                if not error.temporary:
                    raise
                pause = 1.0 if duty.now() - began > timedelta(minutes=1) else min(pause * 2, _LONGEST_PAUSE)
                duty.report("database_away", level="warning", text=error.what, seconds=pause)
                await _stopped_within(duty, pause)
    finally:
        for sign in signs:
            sign.cancel()
        await asyncio.gather(*signs, return_exceptions=True)


async def send_portion(duty: Duty, numbers: Sequence[int]) -> None:
    """Send what is due of one portion, if it may be had, and give it back.

    What went wrong is reported, and the portion rests for a while. RecordsError when the ledger cannot be
    reached any more, or another has taken over: the queue then summons somebody again.
    """
    dispatch, number = numbers
    wanted = Wanted(dispatch, number)
    held = await asyncio.to_thread(duty.ledger.lease, wanted, duty.claim, duty.now())
    if held is None:
        return
    duty.figures.at_work += 1
    duty.figures.portions += 1
    try:
        await _send(duty, held)
    except BaseException:
        held.rest_until(duty.now() + timedelta(seconds=_FIRST_REST))
        raise
    finally:
        duty.figures.at_work -= 1
        await asyncio.to_thread(held.release)


async def _send(duty: Duty, held: Sending) -> None:
    watch = mail_log(held.name, log_json=duty.log_json, count=duty.figures.count)
    facts = {"dispatch": held.name, "portion": held.portion}
    duty.report("portion_begun", **facts)
    try:
        delivery = make_delivery(duty.settings, held.name)
        summary = await run(
            held, duty.composer, lambda: delivery, duty.options, duty.now, duty.jitter, watch, duty.stop
        )
    except RecordsError:
        raise
    except NotegenError as error:
        duty.figures.troubles += 1
        duty.figures.in_a_row += 1
        seconds = _rest(duty)
        held.rest_until(duty.now() + timedelta(seconds=seconds))
        duty.report("portion_in_trouble", level="error", **facts, **_told(error), rest_seconds=seconds)
        return
    duty.figures.in_a_row = 0
    if not duty.stop.is_set():
        # What is due at once although the run ended would otherwise summon workers without a pause.
        held.rest_until(duty.now() + timedelta(seconds=1))
    counts = {"accepted": summary.accepted, "refused": summary.refused, "open": _open(summary)}
    duty.report("portion_ended", **facts, **counts)


async def _work(duty: Duty, address: str) -> None:
    async def portion(numbers: Sequence[int]) -> None:
        try:
            await send_portion(duty, numbers)
        except Exception as error:
            told = _told(error) if isinstance(error, NotegenError) else {"what": type(error).__name__}
            duty.report("portion_in_trouble", level="error", portion=numbers[-1], **told)
            raise

    async def watch(_: Sequence[int]) -> None:
        summoned = await asyncio.to_thread(duty.ledger.summon, duty.now())
        if summoned:
            duty.report("summoned_again", portions=summoned)
        if duty.printing is not None:
            await asyncio.to_thread(duty.printing.erase_lost)

    handlers: dict[str, Handler] = {"portion": portion}
    if duty.printing is not None:
        handlers[PRINT] = duty.printing.answer
    await work(address, handlers, duty.shift, watch, duty.stop)


async def _pulse(duty: Duty) -> None:
    """Signs of life of this process: to its supervisor, and in the file of figures."""
    while True:
        notify("WATCHDOG=1")
        try:
            await _keep_figures(duty)
        except InputError as error:
            # A full disk is no reason to fall silent, which would have the supervisor kill this process.
            duty.report("figures_not_kept", level="warning", **_told(error))
        await asyncio.sleep(min(duty.shift.heartbeat, 10.0))


async def _keep_figures(duty: Duty) -> None:
    if duty.metrics is not None:
        await asyncio.to_thread(write_figures, duty.metrics, duty.figures.text(duty.now()))


async def _stopped_within(duty: Duty, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(duty.stop.wait(), seconds)


def _rest(duty: Duty) -> float:
    """How long a portion rests after trouble: longer each time in a row, so that nobody is pressed."""
    grown = _FIRST_REST * 2.0 ** min(duty.figures.in_a_row - 1, 16)
    return min(grown, _LONGEST_REST) * (0.5 + duty.jitter() / 2)


def _told(error: NotegenError) -> dict[str, str]:
    # A server's words may hold addresses.
    told = {"where": error.where, "what": error.what, "hint": error.hint}
    return {name: without_addresses(words) for name, words in told.items() if words}


def _open(summary: Summary) -> int:
    return summary.planned + summary.sending + summary.deferred
