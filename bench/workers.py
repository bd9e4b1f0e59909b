"""Whole dispatches on PostgreSQL shared by several workers, against one process with SQLite in the same run.

    python bench/workers.py [--people 3000] [--rounds 2] [--workers 1 2 4] [--concurrency 1] [--portion 250]
                            [--delay 10] [--delayed 900]

PostgreSQL is a throw-away one on this machine, as safe as any (fsync, full_page_writes, checksums). Workers
are `notegen worker` processes that have sent some mails before they are measured; four connections each. The
relay is Postfix's smtp-sink; then, with fewer people, a sink that answers `--delay` ms later, so that the
relay and not this machine's processors is what workers wait for. Peers: `dispatch run`'s own loop in one
process with SQLite, and smtp-source. Figures are medians of the rounds; CPU is what each kind of process used
for a mail, and says more than the clock where others use the machine as well.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dispatch import (
    DOMAIN,
    PATH,
    Relay,
    clock,
    composer,
    members,
    middle,
    own_mails,
    relay,
    smtp_source,
    whole_dispatch,
)

from notegen.domain.notification import series
from notegen.mailroom import open_shared
from notegen.records.ledger import Ledger
from notegen.records.planning import PlanRequest
from notegen.settings import read_key, read_settings

sys.path.append(str(Path(__file__).parent.parent / "tests"))

CONNECTIONS = 4
WARM_PEOPLE = 8
SOURCE, SQLITE = "smtp-source -d -s 16", "one process, SQLite"
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 100
timezone = 'UTC'
"""
SETTINGS = """\
[records]
url = "{url}"
[dispatch]
portion = {portion}
[activation]
url = "https://profiles.example.org/activate?token={{token}}"
contact = "help@profiles.example.org"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
local_hostname = "bench.test"
connections = {connections}
from = "noreply@profiles.example.org"
"""
TABLES = ("people", "mails", "portions")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one dispatch took a mail: seconds on the clock and of processors."""

    clock: float
    sender: float
    relay: float
    database: float = 0.0

    @property
    def busy(self) -> float:
        """Processors in use."""
        return (self.sender + self.database + self.relay) / self.clock


@dataclass(frozen=True, slots=True)
class Store:
    """What one dispatch took a mail in PostgreSQL: seconds of planning, bytes of log and of tables."""

    planning: float
    planner: float
    database: float
    log_planned: float
    log_sent: float
    planned: float
    sent: float
    kept: float
    tally: float
    purge: float


def stat(process: int | str) -> list[int]:
    """What /proc says of a process, from its state on; nothing of one that is gone."""
    try:
        return [*map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1:18])]
    except OSError:
        return [0] * 17


def cpu(process: int) -> float:
    """Seconds of a processor that a living process has used, in all its threads."""
    return sum(stat(process)[10:12]) / TICK


def cluster_cpu(folder: Path) -> float:
    """The same for a PostgreSQL with all its processes, also those that have ended."""
    master = int((folder / "data/postmaster.pid").read_text().split()[0])
    children = [own for each in Path("/proc").glob("[0-9]*") if (own := stat(each.name))[0] == master]
    return (sum(stat(master)[10:14]) + sum(sum(own[10:12]) for own in children)) / TICK


class Office:
    """A database of its own, a ledger in it, and workers; all gone at the end."""

    def __init__(self, cluster: Any, folder: Path, server: Relay, given: argparse.Namespace) -> None:
        self.cluster, self.folder, self.server, self.given = cluster, folder, server, given
        self.url = cluster.new_database()
        text = SETTINGS.format(url=self.url, portion=given.portion, port=server.port, connections=CONNECTIONS)
        (folder / "notegen.toml").write_text(text)
        (folder / "notegen.key").write_text("5e" * 32)
        (folder / "notegen.key").chmod(0o600)
        os.chdir(folder)
        settings = read_settings(folder / "notegen.toml")
        self.ledger: Ledger = open_shared(settings, read_key(settings.records.key_file))[0]
        self.workers: list[subprocess.Popen[bytes]] = []

    def close(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait()
        self.ledger.close()
        self.cluster.drop(self.url)

    def ask(self, question: str) -> Any:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            answer = connection.execute(question)
            return answer.fetchone() if answer.description else None

    def start(self, count: int) -> None:
        """Workers that have sent mails already: their templates are read, their connections known."""
        for number in range(count):
            with (self.folder / f"{number}.log").open("wb") as log:
                command = [
                    sys.executable,
                    "-m",
                    "notegen",
                    "worker",
                    "--concurrency",
                    str(self.given.concurrency),
                ]
                self.workers.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder))
        for turn in range(100):
            self.plan(f"warm {turn}", 4 * count * WARM_PEOPLE, WARM_PEOPLE)
            self.wait(f"warm {turn}")
            if all("portion_ended" in self.said(number) for number in range(count)):
                return
        raise AssertionError(self.said(0))

    def said(self, number: int) -> str:
        return (self.folder / f"{number}.log").read_text()

    def plan(self, name: str, people: int, portion: int, *, later: bool = False) -> None:
        not_before = datetime(2100 if later else 2020, 1, 1, tzinfo=UTC)
        digest = name.encode().hex().ljust(64, "0")
        request = PlanRequest(digest, DOMAIN, name=name, portion=portion, not_before=not_before)
        self.ledger.plan(request, map(series, members(people)), clock())

    def wait(self, name: str) -> None:
        """Until nobody holds a portion any more and nothing is due."""
        while (share := self.ledger.share(name, clock())) and (share.held or share.due):
            for number, worker in enumerate(self.workers):
                assert worker.poll() is None, self.said(number)
            time.sleep(0.05)

    def used(self) -> tuple[float, float, float, float, float]:
        """The clock; processor time of workers, relay and PostgreSQL; bytes of its write-ahead log."""
        (position,) = self.ask("SELECT pg_current_wal_lsn() - '0/0'")
        workers = sum(cpu(worker.pid) for worker in self.workers)
        database = cluster_cpu(self.cluster.folder)
        return time.perf_counter(), workers, self.server.cpu, database, float(position)

    def size(self) -> float:
        sizes = [self.ask(f"SELECT pg_total_relation_size('{table}')")[0] for table in TABLES]
        return float(sum(sizes))


def shared(
    cluster: Any, server: Relay, count: int, people: int, given: argparse.Namespace
) -> tuple[Turn, Store]:
    """One dispatch, planned by this process, sent by so many workers."""
    mails = people * 3
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Office(cluster, Path(folder), server, given)) as own,
    ):
        own.start(count)
        own.ask(f"VACUUM FULL {', '.join(TABLES)}")
        empty, before, mine = own.size(), own.used(), time.process_time()
        own.plan("bench", people, given.portion, later=True)
        mine, planned = time.process_time() - mine, own.used()
        size_planned = own.size() - empty
        # From here on each page is logged whole once: in a long dispatch there is always a checkpoint before.
        own.ask("CHECKPOINT")
        own.ask("DELETE FROM procrastinate_jobs")
        own.plan("bench", people, given.portion)
        begun = own.used()
        own.ledger.summon(clock())
        own.wait("bench")
        ended = own.used()
        tally = -time.perf_counter()
        assert own.ledger.summary("bench").accepted == mails
        tally += time.perf_counter()
        sent = own.size() - empty
        own.ask("VACUUM")
        kept = own.size() - empty
        purge = -time.perf_counter()
        assert own.ledger.purge(clock() + timedelta(days=2), timedelta(days=1)) >= 1
        purge += time.perf_counter()
    seconds, sender, its_relay, database, log = ((b - a) / mails for a, b in zip(begun, ended, strict=True))
    planning = [(b - a) / mails for a, b in zip(before, planned, strict=True)]
    bytes_and_seconds = (log, size_planned / mails, sent / mails, kept / mails, tally / mails, purge / mails)
    store = Store(planning[0], mine / mails, planning[3], planning[4], *bytes_and_seconds)
    return Turn(seconds, sender, its_relay, database), store


def one_process(server: Relay, people: int, make: Any) -> tuple[Turn, Turn]:
    """Planning and sending with SQLite."""
    planning, sending = whole_dispatch(server, people, CONNECTIONS, make)
    return Turn(planning.clock, planning.cpu, 0), Turn(sending.clock, sending.cpu, sending.relay)


def measure(cluster: Any, delay: float, people: int, given: argparse.Namespace) -> None:
    """All ways by turns, then the table."""
    make = composer()
    size = len(make.compose(own_mails(next(members(1)))[0]).content)
    turns: dict[str, list[Turn]] = defaultdict(list)
    plans: list[Turn] = []
    stores: list[Store] = []
    with relay(delay) as server:
        for _ in range(given.rounds):
            if not delay:
                spent = smtp_source(server, people * 3, size)
                turns[SOURCE].append(Turn(spent.clock, spent.cpu, spent.relay))
            plan, sent = one_process(server, people, make)
            plans.append(plan)
            turns[SQLITE].append(sent)
            for count in given.workers:
                turn, store = shared(cluster, server, count, people, given)
                turns[f"PostgreSQL, {count} worker{'s'[: count > 1]}"].append(turn)
                stores.append(store)
    how = f"each answer {delay:g} ms later" if delay else "no delay"
    print(f"\n{people * 3} mails of {size} bytes, {how}")
    report(turns)
    if not delay:
        report_store(plans, stores)


def report(turns: dict[str, list[Turn]]) -> None:
    heads = ("mails/s", "to SQLite", "sender", "database", "relay", "all", "busy", "most of it")
    print(f"{'':<24}{'':>9}{'':>11}{'CPU µs a mail':>30}{'':>6}{'cores':>8}")
    print(f"{'':<24}" + "".join(f"{h:>{w}}" for h, w in zip(heads, (9, 11, 9, 10, 8, 9, 8, 13), strict=True)))
    for way, own in turns.items():
        ratio = middle(p.clock / t.clock for p, t in zip(turns[SQLITE], own, strict=True))
        parts = {
            name: middle(getattr(turn, name) for turn in own) * 1e6
            for name in ("sender", "database", "relay")
        }
        most = max(parts, key=lambda name: parts[name])
        print(
            f"{way:<24}{middle(1 / t.clock for t in own):>9.0f}{ratio:>11.2f}{parts['sender']:>9.0f}"
            f"{parts['database']:>10.0f}{parts['relay']:>8.0f}{sum(parts.values()):>9.0f}"
            f"{middle(t.busy for t in own):>8.2f}{most:>9} {parts[most] / sum(parts.values()):.0%}"
        )


def report_store(plans: list[Turn], stores: list[Store]) -> None:
    def typical(name: str, factor: float = 1) -> str:
        return f"{middle(getattr(each, name) for each in stores) * factor:.0f}"

    for what, rate, planner, database in (
        ("SQLite", middle(1 / p.clock for p in plans), f"{middle(p.sender for p in plans) * 1e6:.0f}", "0"),
        (
            "PostgreSQL",
            middle(1 / s.planning for s in stores),
            typical("planner", 1e6),
            typical("database", 1e6),
        ),
    ):
        print(
            f"planning, {what:<14}{rate:>9.0f} mails/s; CPU µs a mail: planner {planner}, database {database}"
        )
    print(
        f"bytes a mail, indexes included: {typical('planned')} planned, {typical('sent')} sent, "
        f"{typical('kept')} after VACUUM\nwrite-ahead log, bytes a mail: {typical('log_planned')} planning, "
        f"{typical('log_sent')} sending\n"
        f"seconds a million mails: {typical('tally', 1e6)} to count, {typical('purge', 1e6)} to purge"
    )


def initdb() -> str | None:
    found = shutil.which("initdb") or max(
        map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None
    )
    return found if shutil.which("smtp-sink", path=PATH) else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--portion", type=int, default=250)
    parser.add_argument("--delay", type=float, default=10, help="milliseconds; 0: only without delay")
    parser.add_argument("--delayed", type=int, default=900, help="people of the dispatches with delay")
    given = parser.parse_args()
    program = initdb()
    if program is None or any(
        importlib.util.find_spec(name) is None for name in ("psycopg", "procrastinate")
    ):
        print("PostgreSQL or Postfix's smtp-sink is not on this machine: nothing is measured here.")
        return
    from postgres import running_postgres

    with running_postgres(program, CONFIGURATION) as cluster:
        measure(cluster, 0, given.people, given)
        if given.delay:
            given.portion = min(given.portion, max(1, given.delayed // 16))
            measure(cluster, given.delay, given.delayed, given)


if __name__ == "__main__":
    main()
