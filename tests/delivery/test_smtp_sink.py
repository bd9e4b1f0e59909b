"""Mails to another hand's server: Postfix's smtp-sink, a program of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from outbox import ListOutbox, a_mail

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.receipt import Outcome

pytestmark = pytest.mark.tools("smtp-sink")


ACCEPTED, DEFERRED, REFUSED, IN_DOUBT = (
    Outcome.ACCEPTED,
    Outcome.DEFERRED,
    Outcome.REFUSED,
    Outcome.IN_DOUBT,
)


@contextmanager
def sink(program: str, *options: str) -> Iterator[int]:
    """smtp-sink with these options, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, *options, f"127.0.0.1:{port}", "100"])
    try:
        while not _answers(port):
            assert process.poll() is None, "smtp-sink has ended"
            time.sleep(0.01)
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sent(program: str, *options: str, mails: int = 40) -> ListOutbox:
    """What becomes of mails over one connection to a sink with these options."""
    outbox = ListOutbox([a_mail(n) for n in range(mails)])
    with sink(program, *options) as port:
        settings = SmtpSettings(host="127.0.0.1", port=port, security="none", local_hostname="notegen.test")
        asyncio.run(SmtpDelivery(settings).deliver(outbox))
    return outbox


@pytest.mark.parametrize("options", [(), ("-p",), ("-e",), ("-8",)])
def test_it_accepts_every_mail_whatever_it_offers(
    programs: Mapping[str, str], options: tuple[str, ...]
) -> None:
    assert sent(programs["smtp-sink"], *options).outcomes == [ACCEPTED] * 40


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
def test_a_soft_rejection_defers_and_a_hard_one_refuses(programs: Mapping[str, str], command: str) -> None:
    soft = sent(programs["smtp-sink"], "-r", command, "-b", "451 4.7.1 later", mails=3)
    hard = sent(programs["smtp-sink"], "-f", command, "-B", "550 5.7.1 never", mails=3)
    assert soft.outcomes == [DEFERRED] * 3
    assert hard.outcomes == [REFUSED] * 3
    assert (soft.receipts["mail-0"].code, hard.receipts["mail-0"].code) == (451, 550)


@pytest.mark.parametrize(
    ("command", "expected"), [("MAIL", DEFERRED), ("RCPT", DEFERRED), ("DATA", DEFERRED), (".", IN_DOUBT)]
)
def test_a_disconnection_defers_before_the_content_and_leaves_doubt_after_it(
    programs: Mapping[str, str], command: str, expected: Outcome
) -> None:
    outbox = sent(programs["smtp-sink"], "-q", command, mails=3)
    assert outbox.outcomes[0] is expected
    assert set(outbox.outcomes[1:]) <= {DEFERRED}
