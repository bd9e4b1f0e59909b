"""Summonses to workers: answered until it works, and silent about what failed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence

import pytest

from notegen.records.database import Database
from notegen.records.queue import Handler, Shift, Summons, enqueue, prepare_queue, work

pytestmark = pytest.mark.tools("postgresql")

CALL = Summons("portion", (7, 1), priority=3)


@pytest.fixture
def database(postgres_url: str) -> Database:
    found = Database(postgres_url)
    prepare_queue(found)
    return found


def summon(database: Database) -> None:
    with database.writing() as connection:
        enqueue(connection, [CALL])


def answered(database: Database, handler: Handler, stop: asyncio.Event) -> None:
    async def nothing(_: Sequence[int]) -> None:
        pass

    asyncio.run(work(database.address, {"portion": handler}, Shift(poll=0.5), nothing, stop))
    gc.collect()


def test_who_fails_and_was_summoned_anew_meanwhile_is_summoned_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stop, tries = asyncio.Event(), 0

    async def handler(_: Sequence[int]) -> None:
        nonlocal tries
        tries += 1
        if tries == 2:
            stop.set()
            return
        await asyncio.to_thread(summon, database)
        raise ValueError("the words of zoe@mission.test")

    summon(database)
    answered(database, handler, stop)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT status FROM procrastinate_jobs").all() == []
    assert caplog.messages == []


def test_who_fails_is_summoned_again_after_a_while(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stop = asyncio.Event()

    async def handler(_: Sequence[int]) -> None:
        stop.set()
        raise ValueError("the words of zoe@mission.test")

    summon(database)
    answered(database, handler, stop)
    columns = "status, priority, queueing_lock, args, scheduled_at > now()"
    with database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT {columns} FROM procrastinate_jobs").all()
    assert [tuple(row) for row in found] == [("todo", 3, "portion 7 1", {"numbers": [7, 1]}, True)]
    assert caplog.messages == []


def test_who_slept_while_another_answered_in_its_place_says_nothing_of_it(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stop = asyncio.Event()

    async def handler(_: Sequence[int]) -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
        stop.set()

    summon(database)
    answered(database, handler, stop)
    assert caplog.messages == []
