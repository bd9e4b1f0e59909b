"""Dispatches as an operator runs them: settings, runs in processes of their own, what the server then has."""

from __future__ import annotations

import asyncio
import json
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


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process or thread does; AssertionError after a minute."""
    deadline = time.monotonic() + 60
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
