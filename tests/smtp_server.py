"""A mail server on loopback that follows a script: real sockets, every misbehaviour on demand.

    script = Script(answers={"RCPT": ["451 4.7.1 come back later"]})      # the first RCPT; then as usual
    async with serving(script) as server:
        ...                                                              # 127.0.0.1, server.port
    server.accepted                                                      # what it answered for, in order

An answer is a reply ("250 ok"), HANG, STALL, RESET, CLOSE, a Trickle, an async function of the session, or a
tuple of those, done one after the other. A list gives the answers to the first, second, … occurrence on the
whole server (None: the usual answer); anything else is given every time. The occasions are GREETING, EHLO,
HELO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (after `body_bytes` of a content), DOT (after its end), RSET,
NOOP and QUIT.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Deed(Enum):
    """What a server does instead of answering."""

    HANG = "says nothing more, and listens until the other side has gone"
    STALL = "says nothing more and reads nothing more"
    RESET = "cuts the connection (RST)"
    CLOSE = "closes the connection (FIN)"


HANG, STALL, RESET, CLOSE = Deed.HANG, Deed.STALL, Deed.RESET, Deed.CLOSE


@dataclass(frozen=True)
class Trickle:
    """A reply sent one byte at a time, each in a packet of its own."""

    reply: str


Answer = Any
USUAL = {
    "GREETING": "220 relay.test ESMTP",
    "STARTTLS": "220 2.0.0 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "DATA": "354 end with a dot",
    "DOT": "250 2.0.0 queued",
    "RSET": "250 2.0.0 afresh",
    "NOOP": "250 2.0.0 yes",
    "HELO": "250 relay.test",
    "QUIT": ("221 2.0.0 bye", CLOSE),
}


@dataclass
class Script:
    """How the server behaves where it does not behave as usual."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10485760")
    answers: dict[str, Answer] = field(default_factory=dict)
    body_bytes: int = 0
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    extensions_after_tls: tuple[str, ...] | None = None
    deaf_to_pipelining: bool = False
    mails_per_connection: int = 0
    connections_at_once: int = 0


@dataclass(frozen=True)
class Received:
    """A mail that the server has answered for with 2xx; `content` without doubled dots."""

    connection: int
    sender: str
    recipient: str
    parameters: str
    content: bytes
    raw: bytes
    encrypted: bool
    user: str


class GoneError(Exception):
    """The other side has closed, or the script has."""


class ServerSession:
    """One connection, from the server's side."""

    def __init__(
        self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.server = server
        self.script = server.script
        self.reader = reader
        self.writer = writer
        self.number = number
        self.buffer = bytearray()
        self.sender: str | None = None
        self.parameters = ""
        self.recipients: list[str] = []
        self.mails = 0
        self.encrypted = server.script.implicit_tls
        self.user = ""

    async def run(self) -> None:
        full = self.script.connections_at_once
        if full and self.server.open > full:
            await self.perform(("421 4.7.0 too many connections", CLOSE))
        await self.answer("GREETING")
        while True:
            line = (await self.line()).decode("utf-8", "surrogateescape")
            verb, _, rest = line.partition(" ")
            await self.obey(verb.upper(), rest, line)
            if self.script.deaf_to_pipelining:
                self.buffer.clear()

    async def obey(self, verb: str, rest: str, line: str) -> None:
        self.server.log.append((self.number, line))
        match verb:
            case "EHLO":
                await self.answer("EHLO", usual=self.ehlo())
            case "STARTTLS":
                await self.starttls()
            case "AUTH":
                self.user = "" if (await self.answer("AUTH"))[:1] != "2" else rest
            case "MAIL":
                await self.mail(rest)
            case "RCPT":
                await self.rcpt(rest)
            case "DATA":
                await self.data()
            case "RSET":
                self.forget()
                await self.answer("RSET")
            case _ if verb in USUAL:
                await self.answer(verb)
            case _:
                await self.say("500 5.5.2 what?")

    async def mail(self, rest: str) -> None:
        usual = "503 5.5.1 nested MAIL" if self.sender is not None else USUAL["MAIL"]
        limit = self.script.mails_per_connection
        if limit and self.mails >= limit:
            usual = ("421 4.7.0 too many mails on one connection", CLOSE)
        if (await self.answer("MAIL", usual=usual))[:1] == "2":
            path, _, self.parameters = rest.partition(":")[2].partition(" ")
            self.sender = path.strip("<>")

    async def rcpt(self, rest: str) -> None:
        usual = "503 5.5.1 MAIL first" if self.sender is None else USUAL["RCPT"]
        if (await self.answer("RCPT", usual=usual))[:1] == "2":
            self.recipients.append(rest.partition(":")[2].strip("<>"))

    async def data(self) -> None:
        usual = USUAL["DATA"] if self.recipients else "554 5.5.1 no valid recipients"
        if (await self.answer("DATA", usual=usual))[:1] != "3":
            return
        raw = await self.content()
        refusal = "554 5.5.1 no valid recipients" if not self.recipients else None
        if (await self.answer("DOT", usual=refusal))[:1] == "2":
            self.accept(raw)
        self.forget()

    def accept(self, raw: bytes) -> None:
        self.mails += 1
        content = raw[1:] if raw.startswith(b".") else raw
        content = content.replace(b"\r\n..", b"\r\n.")
        for recipient in self.recipients:
            self.server.accepted.append(
                Received(
                    self.number,
                    self.sender or "",
                    recipient,
                    self.parameters,
                    content,
                    raw,
                    self.encrypted,
                    self.user,
                )
            )

    def forget(self) -> None:
        self.sender, self.parameters, self.recipients = None, "", []

    async def starttls(self) -> None:
        reply = await self.answer("STARTTLS")
        if reply[:1] != "2":
            return
        assert self.script.tls is not None
        await self.writer.start_tls(self.script.tls)
        self.encrypted = True
        self.buffer.clear()

    def ehlo(self) -> str:
        offered = self.script.extensions
        if self.encrypted and self.script.extensions_after_tls is not None:
            offered = self.script.extensions_after_tls
        lines = ["relay.test", *offered]
        return "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines)

    async def answer(self, occasion: str, usual: Answer = None) -> str:
        """Perform the scripted answer, else the usual one; the code that was said."""
        answers = self.script.answers.get(occasion)
        self.server.occasions[occasion] += 1
        if isinstance(answers, list):
            nth = self.server.occasions[occasion] - 1
            answers = answers[nth] if nth < len(answers) else None
        if answers is None:
            answers = usual if usual is not None else USUAL[occasion]
        return await self.perform(answers)

    async def perform(self, answer: Answer) -> str:
        code = ""
        for part in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(part, str | bytes):
                await self.say(part)
                code = part[:3] if isinstance(part, str) else part[:3].decode("latin-1")
            elif isinstance(part, Trickle):
                await self.trickle(part.reply)
                code = part.reply[:3]
            elif isinstance(part, Deed):
                await self.do(part)
            else:
                code = await self.perform_function(part)
        return code

    async def perform_function(self, function: Callable[[ServerSession], Awaitable[Answer]]) -> str:
        answer = await function(self)
        return await self.perform(answer) if answer is not None else ""

    async def say(self, reply: str | bytes) -> None:
        self.writer.write(reply if isinstance(reply, bytes) else reply.encode() + b"\r\n")
        await self.writer.drain()

    async def trickle(self, reply: str) -> None:
        for byte in reply.encode() + b"\r\n":
            await self.say(bytes([byte]))
            await asyncio.sleep(0)

    async def do(self, deed: Deed) -> None:
        if deed is HANG:
            while await self.reader.read(65536):
                pass
        if deed is STALL:
            await asyncio.Event().wait()
        if deed is RESET:
            connection = self.writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        raise GoneError

    async def line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            await self.more()
        return self.take_off(end, b"\r\n")

    async def content(self) -> bytes:
        if "BODY" in self.script.answers:
            while len(self.buffer) < self.script.body_bytes:
                await self.more()
            await self.answer("BODY", usual=())
        looked_at = 0
        while not self.buffer.startswith(b".\r\n"):
            end = self.buffer.find(b"\r\n.\r\n", looked_at)
            if end >= 0:
                return self.take_off(end, b"\r\n.\r\n") + b"\r\n"
            looked_at = max(0, len(self.buffer) - 4)
            await self.more()
        return self.take_off(0, b".\r\n")

    def take_off(self, end: int, terminator: bytes) -> bytes:
        taken = bytes(self.buffer[:end])
        del self.buffer[: end + len(terminator)]
        return taken

    async def until_buffered(self, token: bytes) -> None:
        """Wait until the client has sent `token` ahead of any answer."""
        while token not in self.buffer:
            await self.more()

    async def more(self) -> None:
        data = await self.reader.read(65536)
        if not data:
            raise GoneError
        self.buffer += data


class Server:
    """A running server: where it is, and what it saw. `log` holds (connection, command) pairs."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.port = 0
        self.connections = 0
        self.open = 0
        self.accepted: list[Received] = []
        self.log: list[tuple[int, str]] = []
        self.occasions: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def recipients(self) -> list[str]:
        """Who got a mail, in order."""
        return [received.recipient for received in self.accepted]

    def commands(self, verb: str) -> list[str]:
        """The commands of one kind, in order."""
        return [line for _, line in self.log if line.upper().startswith(verb)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections += 1
        self.open += 1
        session = ServerSession(self, reader, writer, self.connections)
        try:
            await session.run()
        except GoneError:
            pass
        except OSError:
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self.open -= 1
            self.tasks.discard(task)
            writer.close()


@contextlib.asynccontextmanager
async def serving(script: Script | None = None, port: int = 0) -> AsyncIterator[Server]:
    """A server in this event loop."""
    server = Server(script or Script())
    tls = server.script.tls if server.script.implicit_tls else None
    listener = await asyncio.start_server(server.serve, "127.0.0.1", port, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(server.tasks):
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


@contextlib.contextmanager
def serving_in_thread(script: Script | None = None, port: int = 0) -> Iterator[Server]:
    """A server in a thread of its own, for tests that start other processes or have no event loop."""
    started: threading.Event = threading.Event()
    found: list[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        async with serving(script, port) as server:
            stop = asyncio.Event()
            found.append((server, asyncio.get_running_loop(), stop))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert started.wait(10)
    server, loop, stop = found[0]
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
