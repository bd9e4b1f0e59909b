"""Dispatches as an operator runs them: settings, runs in processes of their own, what the server then has."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

from smtp_server import Server, ServerSession

EXAMPLES = Path(__file__).parents[1] / "examples"
ROSTER = EXAMPLES / "members.xlsx"
MAILS = 27
"""How many mails the example roster comes to; some of its rows are rejected."""


def settings(folder: Path, port: int, *, smtp: str = "", **dispatch: object) -> None:
    """A notegen.toml in the folder for a relay on loopback; `smtp` adds lines under [smtp]."""
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in dispatch.items())
    (folder / "notegen.toml").write_text(
        '[activation]\nurl = "https://profiles.example.org/activate?token={token}"\n'
        f'contact = "helpdesk@profiles.example.org"\n[dispatch]\n{lines}'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = 2\n'
        f'from = "noreply@profiles.example.org"\n{smtp}'
    )


def started(folder: Path, roster: Path = ROSTER, *options: str) -> subprocess.Popen[str]:
    """A run of that roster, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "notegen", "dispatch", "run", str(roster), *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def by_person(server: Server) -> dict[str, list[str]]:
    """The Message-IDs that each person got, in order, repeats included; two of them share an address."""
    found: dict[str, list[str]] = {}
    for mail in server.accepted:
        headers = message_from_bytes(mail.content, policy=policy.default)
        found.setdefault(str(headers["To"]), []).append(str(headers["Message-ID"]))
    return found


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what another process or thread does; AssertionError after a minute unless told."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)


class Gate:
    """Holds back a server's answer until it is opened; `reached` says that a mail waits at it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    async def __call__(self, session: ServerSession) -> str:
        self.reached.set()
        await asyncio.to_thread(self._open.wait)
        return "250 2.0.0 queued"

    def open(self) -> None:
        """Let the answer go."""
        self._open.set()


def killed(folder: Path, roster: Path, arrived: Callable[[], int], more: int, chance: random.Random) -> bool:
    """Run until so many more mails have arrived or, one time in five, for a moment; kill it; whether it was.

    The moment falls anywhere from the start of Python to the planning.
    """
    run = started(folder, roster)
    target = arrived() + more
    if chance.random() < 0.2:
        time.sleep(chance.random())
    else:
        until(lambda: arrived() >= target or run.poll() is not None)
        time.sleep(chance.random() * 0.02)
    run.kill()
    run.communicate()
    return run.returncode == -signal.SIGKILL


def kept_its_promise(taken: list[tuple[str, str]], people: int, most_repeats: int) -> None:
    """(person, kind) of every mail in the order of arrival: none lost, in order, few repeats."""
    order = ["profile-created", "activation-link", "activation-code"]
    by_name: dict[str, list[str]] = {}
    for person, kind in taken:
        by_name.setdefault(person, []).append(kind)
    assert len(by_name) == people, "nobody is forgotten"
    for kinds in by_name.values():
        assert set(kinds) == set(order), "none is lost"
        assert kinds == sorted(kinds, key=order.index), "each in order"
    assert len(taken) - 3 * people <= most_repeats, "one repeat a connection at most"
