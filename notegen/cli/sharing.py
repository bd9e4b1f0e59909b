"""A run that shares its dispatch with workers: it takes up portions too, and waits until nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from notegen.cli.face import Face
from notegen.cli.progress import speaker, tallied
from notegen.dispatch.event import Event, Progress
from notegen.dispatch.loop import run
from notegen.dispatch.options import Options
from notegen.domain.mail import Delivery
from notegen.domain.planned_mail import Summary
from notegen.errors import DeliveryError, RecordsError
from notegen.mailroom import claim_of, make_delivery, portion_options, stop_by_signal
from notegen.records.ledger import Ledger
from notegen.records.portions import Wanted
from notegen.records.sending import Claim, Sending
from notegen.rendering.email import EmailComposer

_LOOK_SECONDS = 0.5
_STOPPED = "Stopping: what is under way is finished. The rest is left to workers, or waits for the next run."
_AWAY = "The database is away. Waiting for it; Ctrl-C stops."


@dataclass(frozen=True, slots=True)
class Share:
    """What this run needs to take up portions of one dispatch."""

    face: Face
    ledger: Ledger
    name: str
    composer: EmailComposer
    delivery: Delivery
    claim: Claim
    options: Options
    only: list[str] | None
    watch: Progress
    say: Callable[[str], None]
    stop: asyncio.Event


def send_shared(
    face: Face, ledger: Ledger, name: str, composer: EmailComposer, only: list[str] | None, *, log_json: bool
) -> DeliveryError | None:
    """Take up portions until none is left that is due soon; what kept it from its end."""
    if claim_of(face.settings).resend_doubts:
        ledger.resume(name, face.now())
    try:
        asyncio.run(_shared(face, ledger, name, composer, only, log_json=log_json))
    except DeliveryError as error:
        return error
    return None


async def _shared(
    face: Face, ledger: Ledger, name: str, composer: EmailComposer, only: list[str] | None, *, log_json: bool
) -> None:
    say = speaker(log_json)
    share = Share(
        face=face,
        ledger=ledger,
        name=name,
        composer=composer,
        delivery=make_delivery(face.settings, name),
        claim=claim_of(face.settings),
        options=portion_options(face.settings, 1),
        only=only,
        watch=_watch(name, log_json=log_json),
        say=say,
        stop=asyncio.Event(),
    )
    stop_by_signal(share.stop, lambda: say(_STOPPED))
    with tallied(ledger.summary(name), log_json) as show:
        counting = asyncio.create_task(_count(share, show))
        try:
            await _take_up(share)
        finally:
            counting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await counting


async def _take_up(share: Share) -> None:
    """Portion after portion, as they come due; ends when no other sender holds one and none is due soon."""
    passed = Wanted()
    while not share.stop.is_set():
        try:
            held = await asyncio.to_thread(_lease, share, passed)
            if held is not None:
                await _send(share, held)
                # With a selection a portion may be due for others: it is looked at once.
                passed = Wanted(after=held.portion) if share.only is not None else passed
            elif share.only is not None or await asyncio.to_thread(_is_over, share):
                return
            else:
                await _pause(share.stop)
        except RecordsError as error:
            if not error.temporary:
                raise
            share.say(_AWAY)
            await _until_back(share)


async def _send(share: Share, held: Sending) -> None:
    dice = random.SystemRandom()
    try:
        await run(
            held,
            share.composer.compose,
            lambda: share.delivery,
            share.options,
            share.face.now,
            dice.random,
            share.watch,
            share.stop,
        )
    finally:
        await asyncio.to_thread(held.release)


def _lease(share: Share, wanted: Wanted) -> Sending | None:
    return share.ledger.lease(wanted, share.claim, share.face.now(), name=share.name, only=share.only)


def _is_over(share: Share) -> bool:
    """Whether nobody is at it any more and nothing is due within the time that a run waits."""
    now = share.face.now()
    far = share.ledger.share(share.name, now)
    if far is None or far.held:
        return far is None
    begins = share.ledger.status(now, share.name)[0].not_before
    moments = [moment for moment in (far.due, begins) if moment is not None]
    wait = timedelta(minutes=share.face.settings.dispatch.wait_minutes)
    return far.due is None or max(moments) > now + wait


async def _count(share: Share, show: Callable[[Summary], None]) -> None:
    """Show the ledger's tally about every half second, less often where counting itself takes long."""
    while True:
        begun = time.monotonic()
        with contextlib.suppress(RecordsError):
            show(await asyncio.to_thread(share.ledger.summary, share.name))
        await asyncio.sleep(max(_LOOK_SECONDS, 5 * (time.monotonic() - begun)))


async def _until_back(share: Share) -> None:
    while not share.stop.is_set():
        await _pause(share.stop)
        with contextlib.suppress(RecordsError):
            await asyncio.to_thread(share.ledger.summary, share.name)
            return


async def _pause(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)


def _watch(name: str, *, log_json: bool) -> Progress:
    if log_json:
        from notegen.logbook import event_log

        return event_log(name)
    return _silence


def _silence(event: Event) -> None:
    del event
