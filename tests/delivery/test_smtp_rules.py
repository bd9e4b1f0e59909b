"""Rules that hold whatever the content and whatever the server says."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outbox import ListOutbox, a_mail
from relay import deliver, smtp_settings
from smtp_server import CLOSE, RESET, Script, Server, serving

from notegen.delivery.reply import GarbledReplyError, Reply, ReplyReader, plain_words
from notegen.delivery.smtp import SmtpDelivery
from notegen.delivery.transaction import on_the_wire
from notegen.domain.receipt import Outcome
from notegen.errors import DeliveryError

CONTENTS = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\0", b"\xe9"])).map(b"".join)


def normal(content: bytes) -> bytes:
    """Every line ended by CRLF, written the slow way."""
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return (text if text.endswith(b"\n") or not text else text + b"\n").replace(b"\n", b"\r\n")


class TestContent:
    """What leaves is what was written, and nothing else."""

    @given(CONTENTS)
    def test_lines_end_in_crlf_and_no_line_is_a_lone_dot(self, content: bytes) -> None:
        wire = on_the_wire(content)
        lines = wire.split(b"\r\n")
        assert lines.pop() == b""
        assert all(b"\r" not in line and b"\n" not in line for line in lines)
        assert b"." not in lines

    @given(CONTENTS)
    def test_without_the_doubled_dots_it_is_the_content(self, content: bytes) -> None:
        lines = on_the_wire(content).split(b"\r\n")
        assert b"\r\n".join(line.removeprefix(b".") for line in lines) == normal(content)

    @pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\n\r", b"\r\r\n"])
    @pytest.mark.parametrize("after", [b"\n", b"\r", b"\r\n"])
    def test_no_content_ends_early_and_speaks_commands(self, end: bytes, after: bytes) -> None:
        smuggled = b"Subject: x\r\n\r\nhello" + end + b"." + after + b"MAIL FROM:<evil@example.org>\r\n"
        server, outbox = deliver(Script(), [a_mail(1, smuggled), a_mail(2)])
        assert outbox.outcomes == [Outcome.ACCEPTED] * 2
        assert len(server.commands("MAIL")) == 2
        assert server.accepted[0].content == normal(smuggled)

    def test_lines_that_begin_with_dots_arrive_as_they_were(self) -> None:
        content = b".first\r\n\r\n.\r\n..\r\n...three\r\n. space\r\n.\r\n"
        server, _ = deliver(Script(), [a_mail(1, content)])
        assert server.accepted[0].content == content
        assert server.accepted[0].raw.startswith(b"..first\r\n\r\n..\r\n...\r\n")


REPLIES = st.lists(
    st.tuples(st.integers(200, 599), st.lists(st.text("abc -25", max_size=8), min_size=1, max_size=3))
)


def written(code: int, lines: list[str]) -> bytes:
    return "".join(
        f"{code}{' ' if number == len(lines) - 1 else '-'}{line}\r\n" for number, line in enumerate(lines)
    ).encode()


class TestReplies:
    """Replies, however they are cut."""

    @given(REPLIES, st.data())
    def test_any_cut_gives_the_same_replies(
        self, replies: list[tuple[int, list[str]]], data: st.DataObject
    ) -> None:
        stream = b"".join(written(*reply) for reply in replies)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=9)))
        reader = ReplyReader()
        read: list[Reply] = []
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            read += reader.feed(stream[start:end])
        assert read == [Reply(code, " ".join(lines).encode()) for code, lines in replies]

    @given(st.binary(max_size=200))
    def test_no_bytes_upset_the_reader(self, data: bytes) -> None:
        reader = ReplyReader()
        try:
            replies = reader.feed(data)
        except GarbledReplyError as garbled:
            assert str(garbled).isprintable()
        else:
            assert all(200 <= reply.code <= 599 for reply in replies)

    @given(st.binary(max_size=3000))
    def test_words_are_printable_and_short(self, raw: bytes) -> None:
        words = plain_words(raw)
        assert words.isprintable()
        assert len(words) <= 500


ANSWERS = st.sampled_from(
    [
        *(None, "250 ok", "354 go on", "451 later", "550 no", "421 bye", "503 what", "530 login"),
        *(("421 bye", CLOSE), ("250 ok", CLOSE), ("550 no", CLOSE), ("250 a", "250 b")),
        *(CLOSE, RESET, b"garbage\r\n"),
    ]
)
OCCASIONS = st.sampled_from(["MAIL", "RCPT", "DATA", "DOT", "RSET"])
SCRIPTS = st.dictionaries(OCCASIONS, st.lists(ANSWERS, max_size=5), max_size=4)


async def _run(answers: dict[str, list[object]], pipelining: bool) -> tuple[Server, ListOutbox]:
    outbox = ListOutbox([a_mail(n) for n in range(6)])
    extensions = ("PIPELINING", "8BITMIME") if pipelining else ("8BITMIME",)
    async with serving(Script(extensions, dict(answers))) as server:
        delivery = SmtpDelivery(smtp_settings(server, command_seconds=0.3, final_seconds=0.3))
        try:
            await delivery.deliver(outbox)
        except DeliveryError as error:
            assert "demands a login" in str(error)
    return server, outbox


@settings(max_examples=150, deadline=None)
@given(SCRIPTS, st.booleans())
def test_whatever_the_server_says_no_receipt_is_a_lie(
    answers: dict[str, list[object]], pipelining: bool
) -> None:
    server, outbox = asyncio.run(_run(answers, pipelining))
    got = {received.recipient for received in server.accepted}
    assert len(got) == len(server.accepted), "a mail arrived twice"
    assert set(outbox.receipts) == set(outbox.taken), "a mail was taken and not settled"
    for number in range(6):
        receipt = outbox.receipts.get(f"mail-{number}")
        there = f"person{number}@example.org" in got
        if receipt is None:
            assert not there
            assert f"mail-{number}" not in outbox.taken
        elif there:
            assert receipt.outcome in (Outcome.ACCEPTED, Outcome.IN_DOUBT)
        else:
            assert receipt.outcome is not Outcome.ACCEPTED
