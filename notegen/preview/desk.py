"""The desk: the snapshot that is being looked at, and those who wait for the next one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from notegen.preview.snapshot import Commission, Snapshot
from notegen.rendering.pdf import PdfWriter

_HEARTBEAT_SECONDS = 15


class Desk:
    """Holds the snapshot of now. `renew` is called in the loop that the watchers wait in."""

    def __init__(self, commission: Commission) -> None:
        self.commission = commission
        self._writer = PdfWriter()
        self.snapshot = Snapshot(commission, 1, self._writer)
        self._turn = asyncio.Event()
        self._closed = False

    def renew(self) -> None:
        """A file has changed: begin again, and tell everyone."""
        self.snapshot = Snapshot(self.commission, self.snapshot.number + 1, self._writer)
        self._wake()

    def close(self) -> None:
        """Let go of those who wait."""
        self._closed = True
        self._wake()

    async def changes(self) -> AsyncIterator[int | None]:
        """The number of the snapshot, now and after each change; None now and then, as a sign of life."""
        yield self.snapshot.number
        while not self._closed:
            turn = self._turn
            try:
                await asyncio.wait_for(turn.wait(), _HEARTBEAT_SECONDS)
            except TimeoutError:
                yield None
            else:
                if not self._closed:
                    yield self.snapshot.number

    def _wake(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()
