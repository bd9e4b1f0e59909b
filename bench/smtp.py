"""How fast mails leave: SmtpDelivery beside Postfix's smtp-source and beside aiosmtplib, in one run.

    python bench/smtp.py [--mails 20000] [--connections 8] [--delays 1 5 20]

All send a mail of 6 KB to Postfix's smtp-sink on loopback (Debian: `apt install postfix`), everything on one
core, best of three rounds taken in turns. A delay (ms a round trip) comes from a small proxy in a process of
its own. send_message gets a message made for the person, as its users make it; SmtpDelivery gets bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage

import aiosmtplib

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.email_address import EmailAddress
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt

LINE = "Some words of a mail to a person, of the usual length of a line, é.\n"
ROUNDS = 3


def a_message(number: int) -> EmailMessage:
    """What CONTENT is like, made by the email package."""
    message = EmailMessage()
    message["From"] = "Profiles <noreply@example.org>"
    message["To"] = f"A Person <person{number}@example.org>"
    message["Subject"] = "Your profile"
    message["Date"] = "Thu, 17 Jun 2021 10:00:00 +0200"
    message["Message-ID"] = f"<{number}@notegen.test>"
    message.set_content(LINE * 25, cte="quoted-printable")
    message.add_alternative("<p>" + LINE * 50 + "</p>", subtype="html", cte="quoted-printable")
    return message


CONTENT = a_message(1).as_bytes(policy=policy.SMTP)


class CountingOutbox:
    """Gives out `number` mails and counts those accepted."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.accepted = 0

    async def take(self) -> Mail | None:
        return self.take_at_once()

    def take_at_once(self) -> Mail | None:
        if self.left == 0:
            return None
        self.left -= 1
        person = EmailAddress(f"person{self.left}", "example.org")
        return Mail(str(self.left), "<1@notegen.test>", "bounces@example.org", person, CONTENT)

    def begin(self, mail: Mail) -> None:
        pass

    def settle(self, mail: Mail, receipt: Receipt) -> None:
        del mail
        self.accepted += receipt.outcome is Outcome.ACCEPTED


def by_delivery(port: int, mails: int, connections: int, *, pipelining: bool = True) -> None:
    """Our own way: each connection takes from one outbox until it is empty."""

    async def main() -> None:
        outbox = CountingOutbox(mails)
        settings = SmtpSettings(
            host="127.0.0.1",
            port=port,
            security="none",
            local_hostname="bench.test",
            messages_per_connection=10**9,
            pipelining=pipelining,
        )
        delivery = SmtpDelivery(settings)
        await asyncio.gather(*(delivery.deliver(outbox) for _ in range(connections)))
        assert outbox.accepted == mails

    asyncio.run(main())


def by_plain_delivery(port: int, mails: int, connections: int) -> None:
    """Our own way without PIPELINING."""
    by_delivery(port, mails, connections, pipelining=False)


def by_send_message(port: int, mails: int, connections: int) -> None:
    """aiosmtplib's send_message with an EmailMessage, over connections kept open."""
    left = iter(range(mails))

    async def connection() -> None:
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1", port=port, start_tls=False, local_hostname="bench.test"
        )
        await client.connect()
        for number in left:
            await client.send_message(a_message(number), sender="bounces@example.org")
        await client.quit()

    async def main() -> None:
        await asyncio.gather(*(connection() for _ in range(connections)))

    asyncio.run(main())


def by_smtp_source(port: int, mails: int, connections: int) -> None:
    """Postfix's own load generator, connections kept open (-d)."""
    command = ["smtp-source", "-d", "-s", str(connections), "-m", str(mails), "-l", str(len(CONTENT))]
    subprocess.run([*command, "-f", "a@example.org", "-t", "b@example.org", f"127.0.0.1:{port}"], check=True)


Way = Callable[[int, int, int], None]
WAYS: dict[str, tuple[Way, float]] = {
    "smtp-source": (by_smtp_source, 1),
    "SmtpDelivery, pipelined": (by_delivery, 1),
    "SmtpDelivery, plain": (by_plain_delivery, 1),
    "aiosmtplib send_message": (by_send_message, 0.05),
}
"""Each way with the share of the mails that it gets, so that a round ends in reasonable time."""


def table(port: int, mails: int, connections: int, title: str) -> None:
    """Measure every way in turns and print mails a second and the ratio to smtp-source."""
    best = dict.fromkeys(WAYS, 0.0)
    for _ in range(ROUNDS):
        for name, (way, share) in WAYS.items():
            number = max(connections, int(mails * share))
            start = time.perf_counter()
            way(port, number, connections)
            best[name] = max(best[name], number / (time.perf_counter() - start))
    print(f"\n{title}, {connections} connections\n{'':26}{'mails/s':>9}{'ratio':>8}")
    for name, rate in best.items():
        print(f"{name:26}{rate:9.0f}{rate / best['smtp-source']:8.2f}")


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port."""
    port = _free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _running(["smtp-sink", *user, f"127.0.0.1:{port}", "1000"], port):
        yield port


@contextmanager
def delayed(target: int, milliseconds: float) -> Iterator[int]:
    """A proxy before `target` that holds back everything, each way."""
    port = _free_port()
    with _running([sys.executable, __file__, "--proxy", str(port), str(target), str(milliseconds)], port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Half(asyncio.Protocol):
    """One side of a proxied connection: what comes in leaves on the other side `seconds` later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.other: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(self.seconds, self._pass_on, data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        asyncio.get_running_loop().call_later(self.seconds, self._pass_on, None)

    def _pass_on(self, data: bytes | None) -> None:
        if not self.other.done():
            self.other.add_done_callback(lambda _: self._pass_on(data))
        elif data is None:
            self.other.result().close()
        else:
            self.other.result().write(data)


async def proxy(port: int, target: int, milliseconds: float) -> None:
    """Serve until terminated."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def accept() -> Half:
        near = Half(milliseconds / 1000)

        async def link() -> None:
            far = Half(milliseconds / 1000)
            await loop.create_connection(lambda: far, "127.0.0.1", target)
            assert near.transport is not None
            assert far.transport is not None
            far.other.set_result(near.transport)
            near.other.set_result(far.transport)

        task = loop.create_task(link())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return near

    server = await loop.create_server(accept, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--delays", type=float, nargs="*", default=[1, 5, 20])
    parser.add_argument("--proxy", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.proxy:
        asyncio.run(proxy(int(given.proxy[0]), int(given.proxy[1]), float(given.proxy[2])))
        return
    if shutil.which("smtp-sink") is None:
        sys.exit("smtp-sink is missing: apt install postfix")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with sink() as port:
        table(port, given.mails, given.connections, "no delay")
        for delay in given.delays:
            with delayed(port, delay / 2) as slow:
                number = int(min(given.mails, 600 * given.connections / (1 + delay)))
                table(slow, number, given.connections, f"{delay:g} ms a round trip")


if __name__ == "__main__":
    main()
