"""Mails over a working connection."""

from __future__ import annotations

import pytest
from outbox import a_mail
from relay import deliver
from smtp_server import Script, ServerSession

from notegen.domain.receipt import Outcome

PLAIN = ("8BITMIME", "SMTPUTF8")


@pytest.mark.parametrize("extensions", [PLAIN, ("PIPELINING", *PLAIN)])
def test_every_mail_arrives_once_in_order_as_it_was_written(extensions: tuple[str, ...]) -> None:
    mails = [a_mail(n) for n in range(1, 21)]
    server, outbox = deliver(Script(extensions=extensions), mails)
    assert [r.content for r in server.accepted] == [m.content for m in mails]
    assert server.recipients == [m.recipient.text for m in mails]
    assert outbox.outcomes == [Outcome.ACCEPTED] * 20
    assert outbox.receipts["mail-1"].code == 250
    assert outbox.receipts["mail-1"].text == "2.0.0 queued"
    assert server.connections == 1
    assert server.commands("QUIT")


def test_with_pipelining_the_next_mails_commands_come_before_the_answer_to_this_one() -> None:
    async def answer_once_the_next_mail_is_announced(session: ServerSession) -> str:
        await session.until_buffered(b"DATA\r\n")
        return "250 2.0.0 queued"

    script = Script(answers={"DOT": [answer_once_the_next_mail_is_announced] * 4})
    server, outbox = deliver(script, [a_mail(n) for n in range(1, 6)], final_seconds=5)
    assert outbox.outcomes == [Outcome.ACCEPTED] * 5
    assert len(server.accepted) == 5


def test_no_mail_no_connection() -> None:
    server, _ = deliver(Script(), [])
    assert server.connections == 0
