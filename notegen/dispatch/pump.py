"""The pump between ledger and connections: one transaction every few milliseconds, outcomes and intents."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from notegen.dispatch.event import Event, EventKind
from notegen.dispatch.places import moments, wanted
from notegen.dispatch.pool import Pool
from notegen.dispatch.traffic import Traffic
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement

_PEOPLE_AT_ONCE = 1024

T = TypeVar("T")


class Pump:
    """Fills the pool from the ledger, has intents written, grants them, and has outcomes written."""

    def __init__(self, traffic: Traffic, thread: ThreadPoolExecutor) -> None:
        self._traffic = traffic
        self._thread = thread
        self._pool = Pool(traffic.options)
        self._after = 0
        self._soonest: datetime | None = None

    async def run(self) -> None:
        """Go on until nothing is due any more, or until what is under way has ended after a stop."""
        if await self._may_start():
            while await self._turn():
                pass
        self._traffic.close()

    def finish(self) -> None:
        """Write the last outcomes and plan again what was granted and not taken; in the ledger's thread."""
        traffic = self._traffic
        traffic.closing = True
        traffic.give_back()
        settled, traffic.outcomes = traffic.outcomes, []
        traffic.sending.exchange(settled, [], traffic.clock())
        traffic.sending.expire(traffic.clock())

    async def _may_start(self) -> bool:
        begin = self._traffic.sending.not_before
        if begin is None or begin <= self._traffic.clock():
            return True
        if begin > self._traffic.clock() + self._traffic.options.wait:
            return False
        while not self._traffic.closing and begin > self._traffic.clock():
            await self._rest(self._until(begin))
        return True

    async def _turn(self) -> bool:
        traffic = self._traffic
        self._look_at_the_time()
        if traffic.is_uncertain:
            await self._exchange([], [])
        await self._refill()
        settled, traffic.outcomes = traffic.outcomes, []
        intents = await self._picked()
        if settled or intents:
            await self._exchange(settled, intents)
            return True
        if traffic.closing and traffic.granted:
            traffic.give_back()
            return True
        if traffic.closing and not traffic.open:
            return False
        if not traffic.closing and not len(self._pool) and self._after < 0:
            return await self._wait_for_deferred()
        await self._pause(self._patience())
        return True

    async def _exchange(self, settled: list[Settlement], intents: list[PlannedMail]) -> None:
        traffic = self._traffic
        begun, moment = time.monotonic(), traffic.clock()
        try:
            alive = await self._in_thread(lambda: traffic.sending.exchange(settled, intents, traffic.clock()))
        except BaseException:
            # Whether it reached the disk is not known: nothing of it may be taken, and to write an outcome
            # twice does no harm.
            traffic.close()
            traffic.outcomes[:0] = settled
            traffic.granted.extend(intents)
            raise
        traffic.confirmed = moment
        for settlement in settled:
            self._remember(settlement)
        if alive:
            traffic.grant(intents)
        else:
            traffic.close()
        left = traffic.options.group_commit - (time.monotonic() - begun)
        if left > 0 and traffic.is_well_supplied:
            await traffic.running_low.wait(left)

    def _remember(self, settlement: Settlement) -> None:
        self._pool.settle(settlement)
        if settlement.state is MailState.DEFERRED and settlement.due is not None:
            self._soonest = min(self._soonest or settlement.due, settlement.due)
        self._traffic.progress(Event(EventKind.SETTLED, settlement=settlement))

    async def _picked(self) -> list[PlannedMail]:
        traffic = self._traffic
        if traffic.closing or traffic.paused:
            return []
        room, now = traffic.options.window - traffic.open, time.monotonic()
        called = self._pool.called(room, now)
        picked = self._pool.pick(room - len(called), now)
        return called + await self._with_a_place(picked)

    async def _with_a_place(self, picked: list[PlannedMail]) -> list[PlannedMail]:
        """Those that may go at once; where rates are shared, the others wait for their place."""
        options, now = self._traffic.options, self._traffic.clock()
        places = wanted(picked, options)
        if not places:
            return picked
        begins = await self._in_thread(lambda: self._traffic.sending.reserve(places, now))
        at_once: list[PlannedMail] = []
        for mail, moment in zip(picked, moments(picked, begins, options), strict=True):
            if moment is None or moment <= now:
                at_once.append(mail)
            else:
                self._pool.put_off(mail, time.monotonic() + (moment - now).total_seconds())
        return at_once

    async def _refill(self) -> None:
        if self._traffic.closing:
            return
        now = self._traffic.clock()
        if self._after < 0 and self._soonest is not None and self._soonest <= now:
            self._after, self._soonest = 0, None
        if self._after >= 0 and len(self._pool) < _PEOPLE_AT_ONCE // 2:
            after = self._after
            self._after, found = await self._in_thread(
                lambda: self._traffic.sending.people(after, _PEOPLE_AT_ONCE, now)
            )
            for own in found:
                self._pool.admit(own)
            if self._after < 0:
                await self._look_ahead(now)

    async def _look_ahead(self, now: datetime) -> None:
        due = await self._in_thread(lambda: self._traffic.sending.next_due(now))
        if due is not None:
            self._soonest = min(self._soonest or due, due)

    async def _wait_for_deferred(self) -> bool:
        traffic = self._traffic
        if self._soonest is None or self._soonest > traffic.clock() + traffic.options.wait:
            return False
        await self._rest(self._until(self._soonest))
        return True

    async def _rest(self, seconds: float) -> None:
        traffic = self._traffic
        traffic.progress(Event(EventKind.WAITING, seconds=seconds))
        await self._pause(min(seconds, traffic.options.heartbeat))

    async def _pause(self, seconds: float) -> None:
        if not await self._traffic.to_write.wait(seconds) and seconds >= self._traffic.options.heartbeat:
            # A sign of life: without one the lease of the dispatch would lapse.
            await self._exchange([], [])

    def _look_at_the_time(self) -> None:
        expires = self._traffic.sending.expires
        if expires is not None and expires <= self._traffic.clock():
            self._traffic.close()

    def _patience(self) -> float:
        opens = None if self._traffic.closing else self._pool.opens(time.monotonic())
        if opens is None or self._traffic.open >= self._traffic.options.window:
            return self._traffic.options.heartbeat
        left = max(opens, self._traffic.relay.resumes) - time.monotonic()
        return min(self._traffic.options.heartbeat, max(left, 0.001))

    def _until(self, moment: datetime) -> float:
        return max((moment - self._traffic.clock()) / timedelta(seconds=1), 0.001)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
