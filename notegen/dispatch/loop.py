"""The loop: one task speaks with the ledger, some connections carry mails. Start with `run`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from notegen.dispatch.event import Progress
from notegen.dispatch.options import Options
from notegen.dispatch.outbox import ConnectionOutbox
from notegen.dispatch.pump import Pump
from notegen.dispatch.sending import Sending
from notegen.dispatch.traffic import Composer, Traffic
from notegen.domain.mail import Delivery
from notegen.domain.planned_mail import Summary
from notegen.errors import DeliveryError

_LOOK_AGAIN = 1.0
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


async def run(
    ledger: Sending,
    composer: Composer,
    open_delivery: Callable[[], Delivery],
    options: Options,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
    progress: Progress,
    stop: asyncio.Event | None = None,
) -> Summary:
    """Send what is due of a claimed dispatch and say where its mails stand.

    `open_delivery` is called for each connection; `clock` gives aware moments; `jitter` numbers from 0 to 1.
    When `stop` is set nothing new is taken and what is under way is finished. Outcomes are written even when
    the task is cancelled. DeliveryError when no server can be reached or trusted (everything not sent stays
    planned), RecordsError when the ledger cannot be written.
    """
    traffic = Traffic(ledger, composer, options, clock, jitter, progress)
    with _rare_collections(), ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
        pump = Pump(traffic, thread)
        connections = (_connection(traffic, open_delivery, index) for index in range(options.connections))
        tasks = [asyncio.create_task(work) for work in (pump.run(), *connections)]
        watch = asyncio.create_task(_watch(stop, traffic))
        try:
            await _all(tasks, traffic)
        finally:
            await _ended([*tasks, watch])
            # Blocking on purpose: a second cancellation must not keep outcomes from the disk.
            thread.submit(pump.finish).result()
        return thread.submit(ledger.summary).result()


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Mails hold no cycles, and some thousand are always about: to look for cycles all the time is waste."""
    before = gc.get_threshold()
    if not 0 < before[0] < _OBJECTS_BETWEEN_COLLECTIONS:
        # Another run in this process has seen to it already, and puts it right when it ends.
        yield
        return
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _all(tasks: list[asyncio.Task[None]], traffic: Traffic) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    # Where one failed, the others still finish what is under way: cutting it short would put it in doubt.
    traffic.close()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    while waiting := [task for task in tasks if not task.done()]:
        # Connections settle what they carry while they end: nothing may cut that short.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(waiting)


async def _watch(stop: asyncio.Event | None, traffic: Traffic) -> None:
    if stop is not None:
        await stop.wait()
        traffic.close()


async def _connection(traffic: Traffic, open_delivery: Callable[[], Delivery], index: int) -> None:
    while await _wanted(traffic, index):
        outbox = ConnectionOutbox(traffic, index)
        failure: DeliveryError | None = None
        try:
            await open_delivery().deliver(outbox)
        except DeliveryError as error:
            failure = error
        finally:
            outbox.close()
        if failure is not None or not (outbox.answered or outbox.finished):
            traffic.failed(failure, outbox.fault)
        elif outbox.fault and not traffic.closing:
            await asyncio.sleep(traffic.options.relay_pause / 10 * traffic.jitter())


async def _wanted(traffic: Traffic, index: int) -> bool:
    while not traffic.closing:
        pause = traffic.relay.resumes - time.monotonic()
        if pause <= 0 and index < min(traffic.relay.limit, traffic.backlog):
            return True
        await traffic.to_take.wait(pause if 0 < pause < _LOOK_AGAIN else _LOOK_AGAIN)
    return False
