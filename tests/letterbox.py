"""A small relay on loopback that keeps every mail the moment it has all of it, before it answers for it.

A sender that dies before the answer leaves a mail that was accepted and that it knows nothing about: the
case that duplicates come from. `on_mail(count)` is called between keeping and answering.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Letterbox:
    """`contents` holds (recipient, content) in the order of arrival."""

    on_mail: Callable[[int], None] = lambda _: None
    port: int = 0
    contents: list[tuple[str, str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            writer.write(b"220 letterbox.test ESMTP\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                reply = b"250 2.0.0 ok\r\n"
                if verb == b"EHLO":
                    reply = b"250-letterbox.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
                elif verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    self.contents.append((recipient, content.decode()))
                    self.on_mail(len(self.contents))
                elif verb == b"QUIT":
                    reply = b"221 2.0.0 bye\r\n"
                writer.write(reply)
        writer.close()


@contextlib.contextmanager
def open_letterbox() -> Iterator[Letterbox]:
    """A letterbox in a thread of its own."""
    letterbox = Letterbox()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        server = await asyncio.start_server(letterbox.serve, "127.0.0.1", 0, limit=1 << 24)
        letterbox.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield letterbox
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
