"""Whole dispatches, from members to accepted mails, against smtp-source and a naive loop in the same run.

python bench/dispatch.py [--people 3000] [--rounds 3] [--delay 0 | --postfix] [--one-core]

Everything (sender, relay) shares the machine; `--one-core` puts all of it on one core, and only the ratios
within one run count: each is the median of the ratios that single rounds gave. The relay is Postfix's smtp-
sink, with `--delay MS` a sink that answers that much later, with `--postfix` a whole Postfix, which takes
each mail onto its disk and delivers it before the next way begins. smtp-source sends mails of the same size
over 16 connections. CPU is what sender and relay used for a mail; on a machine that others use as well it
says more than the time that went by.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.dispatch.loop import run
from notegen.dispatch.options import Options
from notegen.dispatch.sending import Sending as Held
from notegen.domain.activation import Activation
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.mail_sender import MailSender
from notegen.domain.member import Member
from notegen.domain.message_id import message_id
from notegen.domain.notification import series
from notegen.domain.planned_mail import PlannedMail, Settlement, Summary
from notegen.reading.language_folder import read_languages
from notegen.records.ledger import open_ledger
from notegen.records.planning import PlanRequest
from notegen.records.sending import Claim
from notegen.rendering.email import EmailComposer
from notegen.rendering.template import Templates

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from postfix import running_postfix

TEMPLATES = Path(__file__).parent.parent / "templates"
DOMAIN = "profiles.example.org"
SENDER = MailSender(
    EmailAddress("noreply", DOMAIN), "User Profile Service", EmailAddress("help", DOMAIN), valid_days=30
)
PATH = f"{os.environ['PATH']}:/usr/sbin"
NAIVE_MAILS = 600
SOURCE = "smtp-source -d -s 16"
WHOLE = "notegen, whole dispatch"
IN_MEMORY = "notegen, ledger in memory"
NAIVE = "send_message and a commit a mail"


def clock() -> datetime:
    return datetime.now(UTC)


def composer() -> EmailComposer:
    activation = Activation(bytes(range(32)), f"https://{DOMAIN}/activate?t={{token}}")
    languages = read_languages([TEMPLATES])
    made = EmailComposer(Templates([TEMPLATES]), languages, sender=SENDER, date=clock, activation=activation)
    made.prepare(("profile-created", "activation-link", "activation-code"), languages)
    return made


def members(count: int) -> Iterator[Member]:
    for row in range(count):
        yield Member(
            row=row,
            number=IdentificationNumber(f"{row:011d}"),
            email=EmailAddress(f"person{row}", "mission.example.org"),
            language=("fr", "nl", "en", "de")[row % 4],
            first_names=("Amélie", "Jean-Luc", "Zoë", "Mary Ann")[row // 4 % 4],
            last_name=("Van den Berghe", "O'Neill", "Müller", "Dupont")[row // 16 % 4],
            protocol_card="",
        )


class InMemory:
    """A ledger without a disk: what the durable one costs is the difference."""

    name, not_before, expires = "bench", None, None

    def __init__(self, people: list[tuple[PlannedMail, ...]]) -> None:
        self.waiting = people
        self.accepted = 0

    def people(self, after: int, limit: int, now: datetime) -> tuple[int, list[tuple[PlannedMail, ...]]]:
        found = self.waiting[after : after + limit]
        return (after + limit if after + limit < len(self.waiting) else -1), found

    def begin(self, mail: PlannedMail) -> None: ...

    def settle(self, settlement: Settlement) -> None:
        self.accepted += 1

    def exchange(self, settled: Sequence[Settlement], intents: Sequence[PlannedMail], now: datetime) -> bool:
        return True

    def expire(self, now: datetime) -> None: ...

    def next_due(self, after: datetime) -> datetime | None:
        return None

    def reserve(self, wanted: Mapping[str, tuple[int, float]], now: datetime) -> Mapping[str, datetime]:
        return {}

    def summary(self) -> Summary:
        return Summary(self.name, accepted=self.accepted)


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay under measurement; `process` is 0 and `queue` its folder where it is a whole Postfix."""

    port: int
    process: int = 0
    queue: Path | None = None

    def deliver_all(self) -> None:
        """Wait until nothing is left of what it took."""
        while self.queue and any(
            path.is_file() for name in ("incoming", "active") for path in (self.queue / name).rglob("*")
        ):
            time.sleep(0.1)

    @property
    def cpu(self) -> float:
        """Seconds of a processor that it has used."""
        if not self.process:
            return 0.0
        return int(Path(f"/proc/{self.process}/schedstat").read_text().split()[0]) / 1e9


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds for one mail: on the clock, of a processor for the sender, and for the relay."""

    clock: float
    cpu: float
    relay: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.cpu + other.cpu, self.relay + other.relay)


def own_cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(relay: Relay, mails: int, work: Callable[[], object]) -> Spent:
    relay.deliver_all()
    before = time.perf_counter(), own_cpu(), relay.cpu
    work()
    after = time.perf_counter(), own_cpu(), relay.cpu
    return Spent(*((later - earlier) / mails for earlier, later in zip(before, after, strict=True)))


@contextmanager
def a_postfix() -> Iterator[Relay]:
    """A Postfix as relay; what it uses of a processor is not told."""
    program = shutil.which("postfix", path=PATH)
    assert program
    with running_postfix(program) as server:
        yield Relay(server.port, queue=server.folder / "queue")


@contextmanager
def relay(delay: float) -> Iterator[Relay]:
    """A sink that runs as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if delay:
        command = [sys.executable, str(Path(__file__).parent / "_slow_sink.py"), str(port), str(delay / 1000)]
    else:
        sink = shutil.which("smtp-sink", path=PATH)
        assert sink, "smtp-sink comes with Debian's postfix"
        command = [sink, "-u", "nobody", "-m", "100", f"inet:127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Relay(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def smtp_source(relay: Relay, mails: int, size: int) -> Spent:
    source = shutil.which("smtp-source", path=PATH)
    assert source
    command = [source, "-d", "-s", "16", "-m", str(mails), "-l", str(size), f"inet:127.0.0.1:{relay.port}"]
    return measured(relay, mails, lambda: subprocess.run(command, check=True))


def delivery(port: int) -> SmtpDelivery:
    return SmtpDelivery(
        SmtpSettings(host="127.0.0.1", port=port, security="none", local_hostname="bench.test")
    )


def sent(held: Held, make: EmailComposer, port: int, connections: int) -> Summary:
    carrier = delivery(port)
    options = Options(connections=connections)
    return asyncio.run(
        run(held, make.compose, lambda: carrier, options, clock, random.random, lambda _: None)
    )


def whole_dispatch(relay: Relay, people: int, connections: int, make: EmailComposer) -> tuple[Spent, Spent]:
    """Planning; then sending and accounting."""
    request, mails = PlanRequest("ab" * 32, DOMAIN), people * 3
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/bench.db", b"bench")

        def plan() -> None:
            assert ledger.plan(request, map(series, members(people)), clock()).added == mails

        def send() -> None:
            with ledger.claim(name, Claim("bench", "boot"), clock()) as sending:
                assert sent(sending, make, relay.port, connections).accepted == mails

        planning = measured(relay, mails, plan)
        name = ledger.status(clock())[0].name
        sending = measured(relay, mails, send)
        ledger.close()
    return planning, sending


def without_ledger(relay: Relay, people: int, connections: int, make: EmailComposer) -> tuple[Spent, Spent]:
    """The same with a list in memory for a ledger; Message-IDs are derived there too."""
    rows: list[tuple[PlannedMail, ...]] = []

    def plan() -> None:
        rows.extend(own_mails(member) for member in members(people))

    def send() -> None:
        assert sent(InMemory(rows), make, relay.port, connections).accepted == people * 3

    return measured(relay, people * 3, plan), measured(relay, people * 3, send)


def own_mails(member: Member) -> tuple[PlannedMail, ...]:
    digest = f"{member.row:064x}"
    return tuple(
        PlannedMail(
            f"1.{member.row}.{n.position}", "bench", digest, message_id("bench", digest, n.kind, DOMAIN), n,
            final=n.position == 2,
        )
        for n in series(member).notifications
    )  # fmt: skip


def naive(port: int, mails: Sequence[PlannedMail], connections: int, make: EmailComposer) -> None:
    """What most people would write: EmailMessage, `send_message`, a commit for each mail."""
    texts = [make.preview(mail) for member in members(12) for mail in own_mails(member)]
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/naive.db")
        database.execute("CREATE TABLE sent (id TEXT PRIMARY KEY)")

        async def worker(own: Sequence[tuple[int, PlannedMail]]) -> None:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
            await client.connect()
            for index, mail in own:
                shown = texts[index % len(texts)]
                message = EmailMessage(policy=SMTP)
                message["From"] = SENDER.address.text
                message["To"] = mail.notification.recipient.text
                message["Subject"] = shown.subject
                message["Message-ID"] = mail.message_id
                message.set_content(shown.text, cte="quoted-printable")
                message.add_alternative(shown.html, subtype="html", cte="quoted-printable")
                await client.send_message(message)
                database.execute("INSERT INTO sent VALUES (?)", (mail.message_id,))
                database.commit()
            await client.quit()

        async def main() -> None:
            numbered = list(enumerate(mails))
            await asyncio.gather(*(worker(numbered[n::connections]) for n in range(connections)))

        asyncio.run(main())
        database.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--delay", type=float, default=0, help="milliseconds before each answer of the relay")
    parser.add_argument("--postfix", action="store_true", help="a whole Postfix for a relay")
    parser.add_argument("--one-core", action="store_true")
    given = parser.parse_args()
    if given.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    make = composer()
    size = len(make.compose(own_mails(next(members(1)))[0]).content)
    naive_mails = [mail for one in members(min(given.people, NAIVE_MAILS // 3)) for mail in own_mails(one)]
    rounds: list[dict[str, tuple[Spent, ...]]] = []
    with a_postfix() if given.postfix else relay(given.delay) as server:
        ways: dict[str, Callable[[], tuple[Spent, ...]]] = {
            SOURCE: lambda: (smtp_source(server, given.people * 3, size),),
            WHOLE: lambda: whole_dispatch(server, given.people, given.connections, make),
            IN_MEMORY: lambda: without_ledger(server, given.people, given.connections, make),
            NAIVE: lambda: (
                measured(
                    server, len(naive_mails), lambda: naive(server.port, naive_mails, given.connections, make)
                ),
            ),
        }
        if given.delay or given.postfix:
            del ways[SOURCE]
        rounds += [{way: measure() for way, measure in ways.items()} for _ in range(given.rounds)]
    report(rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size} bytes a mail; peak memory {peak:.0f} MiB")


def report(rounds: Sequence[dict[str, tuple[Spent, ...]]]) -> None:
    first = next(iter(rounds[0]))
    print(f"{'':<34}{'mails/s':>9}{'of the':>9}{'times':>9}{'CPU µs':>9}{'relay':>7}{'of the first':>14}")
    print(f"{'':<34}{'':>9}{'first':>9}{'naive':>9}{'a mail':>9}{'µs':>7}{'by CPU':>14}")
    for way in rounds[0]:
        spent = [whole(each[way]) for each in rounds]
        head = [whole(each[first]) for each in rounds]
        last = [whole(each[NAIVE]) for each in rounds]
        figures = (
            f"{middle(1 / own.clock for own in spent):>9.0f}",
            f"{middle(other.clock / own.clock for other, own in zip(head, spent, strict=True)):>9.2f}",
            f"{middle(other.clock / own.clock for other, own in zip(last, spent, strict=True)):>9.1f}",
            f"{middle(own.cpu * 1e6 for own in spent):>9.0f}{middle(own.relay * 1e6 for own in spent):>7.0f}",
            f"{middle(busy(other) / busy(own) for other, own in zip(head, spent, strict=True)):>14.2f}",
        )
        print(f"{way:<34}{''.join(figures)}")
    for what, parts in (("planning", [0]), ("the durable ledger", [1]), ("both", [0, 1])):
        of_the_time = middle(cost(each, parts, lambda spent: spent.clock) for each in rounds)
        by_cpu = middle(cost(each, parts, busy) for each in rounds)
        micros = middle(sum(each[WHOLE][n].cpu - each[IN_MEMORY][n].cpu for n in parts) for each in rounds)
        print(
            f"cost of {what:<20}{of_the_time:>6.1%} of the time, {by_cpu:.1%} by CPU,"
            f" {micros * 1e6:.0f} µs a mail"
        )


def whole(parts: Sequence[Spent]) -> Spent:
    return sum(parts[1:], start=parts[0])


def busy(spent: Spent) -> float:
    return spent.cpu + spent.relay


def middle(found: Iterable[float]) -> float:
    return statistics.median(found)


def cost(each: dict[str, tuple[Spent, ...]], parts: Sequence[int], of: Callable[[Spent], float]) -> float:
    """What part of a whole dispatch goes into what the one in memory does without."""
    more = sum(of(each[WHOLE][part]) - of(each[IN_MEMORY][part]) for part in parts)
    return more / sum(map(of, each[WHOLE]))


if __name__ == "__main__":
    main()
