"""What every delivery promises, tried on each one that DELIVERIES names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from outbox import ListOutbox, a_mail
from smtp_server import serving_in_thread

from notegen.delivery.backends import DELIVERIES, Backend
from notegen.domain.mail import Delivery, Mail
from notegen.domain.receipt import Outcome


@pytest.fixture(params=sorted(DELIVERIES))
def delivery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Delivery]:
    """Made from whichever of these settings the delivery knows."""
    with serving_in_thread() as server:
        known: dict[str, Any] = {
            "folder": tmp_path / "outbox",
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "local_hostname": "notegen.test",
        }
        backend: Backend = DELIVERIES[request.param]
        given = {name: value for name, value in known.items() if name in backend.settings.model_fields}
        yield backend.make(backend.settings(**given))


class WaitingOutbox(ListOutbox):
    """Says that it waits instead of None, and then waits for ever."""

    def __init__(self, mails: list[Mail]) -> None:
        super().__init__(mails)
        self.idle = asyncio.Event()

    async def take(self) -> Mail | None:
        mail = self.take_at_once()
        if mail is None:
            self.idle.set()
            await asyncio.Event().wait()
        return mail


def test_every_mail_taken_is_settled_once_and_accepted(delivery: Delivery) -> None:
    outbox = ListOutbox([a_mail(n) for n in range(1, 8)])
    asyncio.run(delivery.deliver(outbox))
    assert outbox.taken == [f"mail-{n}" for n in range(1, 8)]
    assert outbox.outcomes == [Outcome.ACCEPTED] * 7


def test_a_mail_is_begun_before_it_is_accepted(delivery: Delivery) -> None:
    outbox = ListOutbox([a_mail(1), a_mail(2)])
    asyncio.run(delivery.deliver(outbox))
    assert outbox.begun == ["mail-1", "mail-2"]


def test_an_empty_outbox_ends_the_delivery(delivery: Delivery) -> None:
    outbox = ListOutbox([])
    asyncio.run(delivery.deliver(outbox))
    assert outbox.taken == []


def test_the_same_delivery_can_be_used_again(delivery: Delivery) -> None:
    first, second = ListOutbox([a_mail(1)]), ListOutbox([a_mail(2)])
    asyncio.run(delivery.deliver(first))
    asyncio.run(delivery.deliver(second))
    assert first.outcomes == second.outcomes == [Outcome.ACCEPTED]


def test_two_connections_share_one_delivery(delivery: Delivery) -> None:
    outboxes = [ListOutbox([a_mail(n), a_mail(n + 1)]) for n in (1, 3)]

    async def main() -> None:
        await asyncio.gather(*(delivery.deliver(outbox) for outbox in outboxes))

    asyncio.run(main())
    assert [outbox.outcomes for outbox in outboxes] == [[Outcome.ACCEPTED] * 2] * 2


def test_a_delivery_stopped_while_it_waits_leaves_nothing_unsettled(delivery: Delivery) -> None:
    async def main() -> WaitingOutbox:
        outbox = WaitingOutbox([a_mail(1), a_mail(2)])
        task = asyncio.create_task(delivery.deliver(outbox))
        await outbox.idle.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return outbox

    assert asyncio.run(main()).outcomes == [Outcome.ACCEPTED] * 2
