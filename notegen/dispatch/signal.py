"""Wakes whoever waits on one event loop; nothing is remembered for those who come later."""

from __future__ import annotations

import asyncio


class Signal:
    """`notify` wakes all who wait at that moment."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake all who wait."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait to be woken, at most so long; whether it happened."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            done, _ = await asyncio.wait((waiter,), timeout=seconds)
        finally:
            self._waiting.discard(waiter)
        return bool(done)
