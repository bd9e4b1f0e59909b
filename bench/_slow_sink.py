"""A relay that takes every mail and lets each answer travel for a while: `_slow_sink.py PORT SECONDS`."""

from __future__ import annotations

import asyncio
import sys

REPLIES = {
    b"EHLO": b"250-slow.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """Answers a packet's commands together, `delay` seconds later."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.buffer = b""
        self.in_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 slow.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        replies = b""
        while (end := self.buffer.find(END if self.in_content else b"\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + (5 if self.in_content else 2) :]
            verb = b"." if self.in_content else head[:4].upper()
            self.in_content = verb == b"DATA"
            replies += REPLIES.get(verb, b"250 2.0.0 ok\r\n")
        if replies:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, replies)


async def main(port: int, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
