"""Whole dispatches, from members to accepted mails, against smtp-source and a naive loop in the same run.

python bench/dispatch.py [--people 3000] [--rounds 3] [--delay 0] [--one-core]

Everything (sender, relay) shares the machine; `--one-core` puts all of it on one core, and only the ratios
within one run count. The relay is Postfix's smtp-sink, or with `--delay MS` a sink that answers that much
later. smtp-source sends mails of the same size over 16 connections.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
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
from notegen.domain.notification import series
from notegen.domain.planned_mail import PlannedMail, Settlement, Summary
from notegen.reading.language_folder import read_languages
from notegen.records.ledger import open_ledger
from notegen.records.planning import PlanRequest
from notegen.records.sending import Claim
from notegen.rendering.email import EmailComposer
from notegen.rendering.template import Templates

TEMPLATES = Path(__file__).parent.parent / "templates"
DOMAIN = "profiles.example.org"
SENDER = MailSender(
    EmailAddress("noreply", DOMAIN), "User Profile Service", EmailAddress("help", DOMAIN), valid_days=30
)
PATH = f"{os.environ['PATH']}:/usr/sbin"
NAIVE_MAILS = 600


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

    def summary(self) -> Summary:
        return Summary(self.name, accepted=self.accepted)


@contextmanager
def relay(delay: float) -> Iterator[int]:
    """The port of a sink that runs as a process of its own."""
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
        yield port
    finally:
        process.terminate()
        process.wait()


def smtp_source(port: int, mails: int, size: int) -> float:
    source = shutil.which("smtp-source", path=PATH)
    assert source
    command = [source, "-d", "-s", "16", "-m", str(mails), "-l", str(size), f"inet:127.0.0.1:{port}"]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return mails / (time.perf_counter() - start)


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


def whole_dispatch(port: int, people: int, connections: int, make: EmailComposer) -> float:
    """Planning, sending, accounting: mails a second."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/bench.db", b"bench")
        start = time.perf_counter()
        planned = ledger.plan(PlanRequest("ab" * 32, DOMAIN), map(series, members(people)), clock())
        with ledger.claim(planned.name, Claim("bench", "boot"), clock()) as sending:
            summary = sent(sending, make, port, connections)
        spent = time.perf_counter() - start
        ledger.close()
    assert summary.accepted == people * 3, summary
    return people * 3 / spent


def without_ledger(port: int, people: int, connections: int, make: EmailComposer) -> float:
    start = time.perf_counter()
    rows = [own_mails(member) for member in members(people)]
    summary = sent(InMemory(rows), make, port, connections)
    assert summary.accepted == people * 3
    return people * 3 / (time.perf_counter() - start)


def own_mails(member: Member) -> tuple[PlannedMail, ...]:
    digest = f"{member.row:064x}"
    return tuple(
        PlannedMail(
            f"1.{member.row}.{n.position}", "bench", digest, f"<{member.row}.{n.position}@{DOMAIN}>", n,
            final=n.position == 2,
        )
        for n in series(member).notifications
    )  # fmt: skip


def naive(port: int, people: int, connections: int, make: EmailComposer) -> float:
    """What most people would write: EmailMessage, `send_message`, a commit for each mail."""
    texts = [make.preview(mail) for member in members(12) for mail in own_mails(member)]
    mails = [mail for member in members(min(people, NAIVE_MAILS // 3)) for mail in own_mails(member)]
    start = time.perf_counter()
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
    return len(mails) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--delay", type=float, default=0, help="milliseconds before each answer of the relay")
    parser.add_argument("--one-core", action="store_true")
    given = parser.parse_args()
    if given.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    make = composer()
    size = len(make.compose(own_mails(next(members(1)))[0]).content)
    ways: dict[str, Callable[[int], float]] = {
        "smtp-source -d -s 16": lambda port: smtp_source(port, given.people * 3, size),
        "notegen, whole dispatch": lambda port: whole_dispatch(port, given.people, given.connections, make),
        "notegen, ledger in memory": lambda port: without_ledger(port, given.people, given.connections, make),
        "send_message and a commit a mail": lambda port: naive(port, given.people, given.connections, make),
    }
    if given.delay:
        del ways["smtp-source -d -s 16"]
    rates: dict[str, list[float]] = {way: [] for way in ways}
    with relay(given.delay) if given.delay >= 0 else nullcontext(25) as port:
        for _ in range(given.rounds):
            for way, measure in ways.items():
                rates[way].append(measure(port))
    medians = {way: statistics.median(found) for way, found in rates.items()}
    first, slowest = next(iter(medians.values())), medians["send_message and a commit a mail"]
    print(f"{'way':<36}{'mails/s':>10}{'of the first':>14}{'of the last':>13}")
    for way, rate in medians.items():
        print(f"{way:<36}{rate:>10.0f}{rate / first:>14.2f}{rate / slowest:>13.1f}")
    cost = 1 - medians["notegen, whole dispatch"] / medians["notegen, ledger in memory"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"planning and the durable ledger cost {cost:.0%}; {size} bytes a mail; peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
