"""Workers as an operator runs them: processes of their own that share one PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import senders
from missions import person, save
from smtp_server import Server

from notegen.errors import RecordsError
from notegen.records.ledger import open_ledger
from notegen.records.tally import DispatchStatus
from notegen.settings import read_settings

KINDS = ["profile-created", "activation-link", "activation-code"]


def settings(folder: Path, port: int, url: str, **dispatch: object) -> None:
    """A notegen.toml for records that are shared; short leases, small portions unless told."""
    senders.settings(folder, port, **{"lease_seconds": 3, "portion": 10, **dispatch})
    with (folder / "notegen.toml").open("a") as file:
        file.write(f"[records]\nurl = {json.dumps(url)}\n")


def roster(folder: Path, people: int, first: int = 0) -> Path:
    """A roster of so many people."""
    folder.mkdir(parents=True, exist_ok=True)
    return save(folder, [person(index) for index in range(first, first + people)])


def notegen(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """One command in that folder, to its end."""
    command = [sys.executable, "-m", "notegen", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def planned(folder: Path, roster: Path, *options: str) -> str:
    """Plan a dispatch and leave it to workers; its name."""
    ended = notegen(folder, "dispatch", "run", roster, "--detach", "--json", *options)
    assert ended.returncode == 0, ended.stderr
    return str(json.loads(ended.stdout)["name"])


def status(folder: Path, name: str) -> DispatchStatus:
    """How a dispatch stands, as the ledger says."""
    own = read_settings(folder / "notegen.toml").records
    with closing(open_ledger(own.url, b"the key of a looker-on, who plans nothing")) as ledger:
        return ledger.status(datetime.now(UTC), name)[0]


def accepted(folder: Path, *names: str) -> list[int]:
    """How many mails of each dispatch were accepted; nothing while the database is away."""
    try:
        return [status(folder, name).summary.accepted for name in names]
    except RecordsError as error:
        if not error.temporary:
            raise
        return []


class Worker:
    """A running worker; `said` gives the events of its log."""

    def __init__(self, folder: Path, *options: object) -> None:
        self.log = folder / f"worker-{id(self)}.log"
        command = [sys.executable, "-m", "notegen", "worker", "--log-format", "json", *map(str, options)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def said(self, event: str) -> list[dict[str, object]]:
        """The lines about one kind of event."""
        lines = self.log.read_text().splitlines()
        return [line for line in map(_parsed, lines) if line.get("event") == event]

    def stop(self) -> int:
        """SIGTERM once it is ready for it, and its exit code."""
        senders.until(lambda: bool(self.said("started")))
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()


@contextmanager
def working(folder: Path, count: int, *options: object) -> Iterator[list[Worker]]:
    """So many workers, gone at the end."""
    workers = [Worker(folder, *options) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()


def arrived(server: Server) -> int:
    """How many mails the server has taken."""
    return len(server.accepted)


def kept_its_promise(server: Server, people: int, most_repeats: int) -> None:
    """Nobody forgotten, none lost, each in order, repeats few and under the same Message-ID."""
    by_person: dict[str, list[str]] = defaultdict(list)
    for mail in server.accepted:
        headers = message_from_bytes(mail.content, policy=policy.default)
        by_person[mail.recipient].append(str(headers["Message-ID"]))
    assert len(by_person) == people, "nobody is forgotten"
    for ids in by_person.values():
        firsts = list(dict.fromkeys(ids))
        assert len(firsts) == len(KINDS), "none is lost, and repeats carry the same Message-ID"
        assert ids == sorted(ids, key=firsts.index), "each in order"
    repeats = sum(count - 1 for ids in by_person.values() for count in Counter(ids).values())
    assert repeats <= most_repeats


def _parsed(line: str) -> dict[str, object]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {"event": "unparsed", "line": line}
