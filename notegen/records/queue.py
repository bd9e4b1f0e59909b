"""The one door to procrastinate: summons for workers, in the same PostgreSQL as the ledger.

A summons is written in the very transaction that makes it necessary, and names what is to be looked at by
numbers alone. It is a call to look, not the truth: whoever answers it looks into the ledger first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager

from notegen.errors import RecordsError
from notegen.records.database import Connection, Database
from notegen.records.holds import hold

QUEUE = "notegen"
_PAUSE = 5

Handler = Callable[[Sequence[int]], Awaitable[None]]
"""Answers a summons of one kind; the numbers say to what."""


@dataclass(frozen=True, slots=True)
class Summons:
    """A call to a worker: of which kind, to what (by numbers), how pressing, and from when on (now: None).

    Only workers that listen to its queue hear it; all listen to the common one.
    """

    kind: str
    numbers: tuple[int, ...]
    priority: int = 0
    at: datetime | None = None
    queue: str = QUEUE


@dataclass(frozen=True, slots=True)
class Shift:
    """How a worker works: so many summonses at once, and three times in seconds.

    `heartbeat`: between two signs of life. `stalled`: without one it is dead. `poll`: between two looks.
    `queues` are those it listens to besides the common one.
    """

    concurrency: int = 1
    heartbeat: float = 10.0
    stalled: float = 30.0
    poll: float = 5.0
    queues: tuple[str, ...] = ()


def prepare_queue(database: Database) -> None:
    """Make procrastinate's own tables beside those of the ledger, where they are not there yet."""
    with database.writing() as connection:
        hold(connection, alone=["queue"])
        found = connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar()
        if found is None:
            _driver(connection).execute(SchemaManager.get_schema())


def enqueue(connection: Connection, calls: Sequence[Summons]) -> None:
    """Write summonses within a transaction; one that waits already for the same is moved up, not doubled."""
    for start in range(0, len(calls), 1000):
        _enqueue(connection, calls[start : start + 1000])


def withdraw(connection: Connection, kind: str, numbers: Sequence[Sequence[int]]) -> None:
    """Take back the summonses to all of these that nobody has answered yet."""
    connection.exec_driver_sql(
        "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(%s)",
        ([_lock(kind, each) for each in numbers],),
    )


_UNSUMMONED = """
    SELECT p.dispatch, p.number, p.priority FROM portions p
    WHERE (p.holder IS NOT NULL AND p.lease_until <= %(now)s OR p.holder IS NULL AND p.due <= %(now)s
           AND NOT EXISTS (SELECT FROM dispatches d WHERE d.id = p.dispatch AND d.not_before > %(now)s))
    AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.status = 'todo'
                    AND j.queueing_lock = 'portion ' || p.dispatch || ' ' || p.number
                    AND (j.scheduled_at IS NULL OR j.scheduled_at <= now()))
    ORDER BY p.dispatch, p.number LIMIT 1000 FOR UPDATE OF p SKIP LOCKED"""


def unsummoned(connection: Connection, moment: int) -> list[tuple[int, int, int]]:
    """Portions (dispatch, number, priority) that are due or forsaken, and to which nobody was summoned."""
    found = connection.exec_driver_sql(_UNSUMMONED, {"now": moment})
    return [(row.dispatch, row.number, row.priority) for row in found]


def signs_of_life(database: Database, seconds: float) -> int:
    """How many workers gave a sign of life within the last seconds; 0 where there is no queue."""
    if database.file is not None:
        return 0
    with database.reading() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('procrastinate_workers')").scalar() is None:
            return 0
        counted = (
            "SELECT count(*) FROM procrastinate_workers "
            "WHERE last_heartbeat > now() - make_interval(secs => %s)"
        )
        return int(connection.exec_driver_sql(counted, (seconds,)).scalar() or 0)


async def work(
    address: str, handlers: Mapping[str, Handler], shift: Shift, watch: Handler, stop: asyncio.Event
) -> None:
    """Answer summonses until `stop` is set and those that are under way have been answered.

    `watch` is called at once, then every few seconds. RecordsError (temporary) when the database goes away:
    call it again then.
    """
    _quieten()
    asyncio.get_running_loop().set_exception_handler(_tell_but_of_the_queue)
    connector = procrastinate.PsycopgConnector(
        conninfo=address,
        min_size=1,
        max_size=shift.concurrency + 2,
        timeout=10,
        kwargs={"connect_timeout": 10},
    )
    app = procrastinate.App(connector=connector)
    for kind, handler in handlers.items():
        _add(app, kind, handler)
    try:
        async with app.open_async():
            watching = asyncio.create_task(_watch(app, watch, shift))
            try:
                await _until_stopped(app, shift, stop)
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
    except (exceptions.ConnectorException, psycopg.Error, OSError) as error:
        cause = error.__cause__ or error
        raise RecordsError(
            f"the queue cannot be reached: {type(cause).__name__}",
            hint="Check that PostgreSQL runs and can be reached.",
            temporary=True,
        ) from error


async def _until_stopped(app: procrastinate.App, shift: Shift, stop: asyncio.Event) -> None:
    worker = asyncio.create_task(
        app.run_worker_async(
            queues=[QUEUE, *shift.queues],
            concurrency=shift.concurrency,
            fetch_job_polling_interval=shift.poll,
            update_heartbeat_interval=shift.heartbeat,
            stalled_worker_timeout=shift.stalled,
            delete_jobs="successful",
            install_signal_handlers=False,
        )
    )
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((worker, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        # Cancelled, it takes no new summons and waits for those under way.
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    if not stop.is_set():
        raise exceptions.ConnectorException("the worker ended by itself")


def _add(app: procrastinate.App, kind: str, handler: Handler) -> None:
    retry = procrastinate.RetryStrategy(wait=_PAUSE, max_attempts=1000)

    @app.task(name=kind, queue=QUEUE, retry=retry, pass_context=True)
    async def answer(context: procrastinate.JobContext, numbers: list[int]) -> None:
        try:
            await handler(numbers)
        except Exception:  # noqa: BLE001 — the handler tells; what it says stays out of procrastinate's words
            failed = True
        else:
            failed = False
        if failed:
            await _summon_again(app, context.job)


async def _summon_again(app: procrastinate.App, job: jobs.Job) -> None:
    """In a while, unless somebody has been summoned to the same meanwhile, which is enough."""
    again = app.configure_task(
        job.task_name,
        queue=job.queue,
        priority=job.priority,
        queueing_lock=job.queueing_lock,
        schedule_in={"seconds": _PAUSE},
    )
    with contextlib.suppress(exceptions.AlreadyEnqueued):
        await again.defer_async(**job.task_kwargs)


async def _watch(app: procrastinate.App, watch: Handler, shift: Shift) -> None:
    """Every few seconds, whatever the worker is busy with: what others forsook is brought back."""
    while True:
        with contextlib.suppress(exceptions.ConnectorException, RecordsError):
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=shift.stalled):
                await _give_back(app, job)
            await watch(())
        await asyncio.sleep(shift.heartbeat)


async def _give_back(app: procrastinate.App, job: jobs.Job) -> None:
    """A worker died over it: the summons waits again, unless another for the same does already."""
    try:
        await app.job_manager.retry_job(job)
    except exceptions.UniqueViolation:
        await app.job_manager.finish_job(job, jobs.Status.FAILED, delete_job=True)
    except exceptions.ConnectorException:
        # Answered or given back by another meanwhile.
        return


def _enqueue(connection: Connection, calls: Sequence[Summons]) -> None:
    by_lock = {_lock(call.kind, call.numbers): call for call in calls}
    waiting = connection.exec_driver_sql(
        "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(%s)",
        (list(by_lock),),
    )
    known = set(waiting.scalars())
    new = [_job(lock, call) for lock, call in by_lock.items() if lock not in known]
    if new:
        offline = procrastinate.SyncPsycopgConnector()
        try:
            JobManager(offline).batch_defer_jobs(new, connection=_driver(connection))
        except exceptions.AlreadyEnqueued as error:
            # Given back by another at this very moment.
            raise RecordsError("two called a worker to the same at once", temporary=True) from error
    for lock in sorted(known):
        connection.exec_driver_sql(
            "UPDATE procrastinate_jobs SET scheduled_at = least(scheduled_at, coalesce(%s, now())) "
            "WHERE status = 'todo' AND queueing_lock = %s",
            (by_lock[lock].at, lock),
        )


def _lock(kind: str, numbers: Sequence[int]) -> str:
    """What is the same for two summonses to the same; one of them waits at a time."""
    return f"{kind} {' '.join(map(str, numbers))}"


def _job(lock: str, call: Summons) -> jobs.Job:
    return jobs.Job(
        id=None,
        queue=call.queue,
        task_name=call.kind,
        priority=call.priority,
        lock=None,
        queueing_lock=lock,
        task_kwargs={"numbers": list(call.numbers)},
        scheduled_at=call.at,
    )


def _driver(connection: Connection) -> Any:
    """The psycopg connection under SQLAlchemy's, within the same transaction."""
    return connection.connection.driver_connection


def _tell_but_of_the_queue(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waits for is told, but not that a summons could not be ticked off: others see to it."""
    if not isinstance(context.get("exception"), exceptions.ConnectorException):
        loop.default_exception_handler(context)


def _quieten() -> None:
    """procrastinate's own log names what failed with its arguments: ours says it in our words."""
    log = logging.getLogger("procrastinate")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    pool = logging.getLogger("psycopg.pool")
    pool.addHandler(logging.NullHandler())
    pool.propagate = False
