"""An SMTP session after the greetings: bytes out, replies in, a time limit on every wait."""

from __future__ import annotations

import asyncio
from collections import deque

from notegen.delivery.reply import GarbledReplyError, Reply, ReplyReader

LARGE = 65_536
"""Bytes from which a content leaves piece by piece, its final dot held back until all else has left."""

INCOMING = 16_384
"""Bytes taken from the network at a time; replies are short."""

FAREWELL_SECONDS = 5.0
"""How long the answer to QUIT is waited for; it changes nothing any more."""


class SessionOverError(Exception):
    """The session cannot go on: it was lost, fell silent, or is out of step.

    `code` is that of the reply which ended it, 0 where there was none; `estranged` says that the server does
    not seem to understand us: it said nothing in time, or nothing sensible.
    """

    def __init__(self, words: str, code: int = 0, *, estranged: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.code = code
        self.estranged = estranged


class Session(asyncio.BufferedProtocol):
    """One open connection. Takes the transport over from whoever made the greetings."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._end = ""
        self._garbled = False
        self._incoming = memoryview(bytearray(INCOMING))
        self._deadline = 0.0
        self._watch: asyncio.TimerHandle | None = None
        transport.set_protocol(self)
        if transport.is_closing():
            self._end = "the server closed the connection"

    def get_buffer(self, sizehint: int) -> memoryview:
        """Part of asyncio.BufferedProtocol."""
        del sizehint
        return self._incoming

    def buffer_updated(self, nbytes: int) -> None:
        """Part of asyncio.BufferedProtocol."""
        try:
            self._replies.extend(self._reader.feed(bytes(self._incoming[:nbytes])))
        except GarbledReplyError as garbled:
            self._end = f"the server's answer is not SMTP: {garbled}"
            self._garbled = True
            self._transport.abort()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.BufferedProtocol."""
        if self._watch is not None:
            self._watch.cancel()
        self._end = self._end or (
            "the connection was lost" if exc is not None else "the server closed the connection"
        )
        self._wake()

    def pause_writing(self) -> None:
        """Part of asyncio.BufferedProtocol."""
        self._paused = True

    def resume_writing(self) -> None:
        """Part of asyncio.BufferedProtocol."""
        self._paused = False
        self._wake()

    def write(self, data: bytes) -> None:
        """Send commands. SessionOverError when the session has ended or the server spoke out of turn."""
        self.check()
        self._transport.write(data)

    def check(self) -> None:
        """SessionOverError when the session has ended or the server spoke out of turn."""
        if self._replies:
            unasked = self._replies.popleft()
            raise SessionOverError(unasked.words, unasked.code, estranged=unasked.code != 421)
        if self._end:
            raise SessionOverError(self._end, estranged=self._garbled)

    def ready_reply(self) -> Reply | None:
        """The next reply if it is here already."""
        return self._replies.popleft() if self._replies else None

    async def reply(self, seconds: float) -> Reply:
        """The next reply. SessionOverError when none comes in time or ever."""
        while not self._replies:
            if self._end:
                raise SessionOverError(self._end, estranged=self._garbled)
            await self._wait(seconds)
        return self._replies.popleft()

    async def write_slowly(self, data: bytes, seconds: float) -> bool:
        """Send piece by piece, each within the limit; False as soon as the server answers in between."""
        self.check()
        for start in range(0, len(data), LARGE):
            self._transport.write(data[start : start + LARGE])
            while self._paused and not self._replies and not self._end:
                await self._wait(seconds)
            if self._replies:
                return False
            if self._end:
                raise SessionOverError(self._end, estranged=self._garbled)
        return True

    async def quit(self) -> None:
        """Take leave politely, briefly."""
        try:
            self.write(b"QUIT\r\n")
            await self.reply(FAREWELL_SECONDS)
        except SessionOverError:
            pass
        finally:
            self._transport.close()

    def abort(self) -> None:
        """Close at once; unsent bytes are thrown away."""
        self._end = self._end or "the connection was given up"
        self._transport.abort()

    async def _wait(self, seconds: float) -> None:
        """Wait for news. One timer serves many waits: it is moved only when it would ring too late."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + seconds
        if self._watch is None or self._watch.when() > self._deadline:
            self._set_watch(loop)
        self._waiter = loop.create_future()
        try:
            await self._waiter
        except TimeoutError:
            silence = f"the server did not answer within {seconds:g} s"
            raise SessionOverError(silence, estranged=True) from None
        finally:
            self._waiter = None

    def _set_watch(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = loop.call_at(self._deadline, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watch = None
        if self._waiter is None or self._waiter.done():
            return
        if loop.time() < self._deadline:
            self._set_watch(loop)
        else:
            self._waiter.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
