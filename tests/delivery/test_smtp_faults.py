"""What SMTP servers do, line by line, and what becomes of the mails.

Every fault is tried with and without PIPELINING. Mail 2 of 3 meets it unless the name says otherwise.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from outbox import ListOutbox, a_mail
from relay import deliver, deliver_again, smtp_settings
from smtp_server import CLOSE, HANG, RESET, STALL, Script, Server, ServerSession, Trickle, serving

from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt
from notegen.errors import DeliveryError

PLAIN = ("8BITMIME", "SMTPUTF8", "SIZE 10485760")
PIPELINED = ("PIPELINING", *PLAIN)
ACCEPTED, DEFERRED, REFUSED, IN_DOUBT = (
    Outcome.ACCEPTED,
    Outcome.DEFERRED,
    Outcome.REFUSED,
    Outcome.IN_DOUBT,
)
LARGE = b"Subject: large\r\n\r\n" + b"0123456789" * 7 + b"\r\n" + (b"x" * 76 + b"\r\n") * 200_000


@pytest.fixture(params=["plain", "pipelined"])
def extensions(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """What the server offers."""
    return PIPELINED if request.param == "pipelined" else PLAIN


def three() -> list[Mail]:
    """Mails to three people."""
    return [a_mail(n) for n in (1, 2, 3)]


def outcome(outbox: ListOutbox, number: int) -> Outcome:
    return outbox.receipts[f"mail-{number}"].outcome


def receipt(outbox: ListOutbox, number: int) -> Receipt:
    return outbox.receipts[f"mail-{number}"]


class TestRefusalsAndDeferrals:
    """A reply that says something about one mail."""

    @pytest.mark.parametrize("occasion", ["MAIL", "RCPT", "DATA", "DOT"])
    def test_a_4xx_defers_that_mail_alone(self, extensions: tuple[str, ...], occasion: str) -> None:
        script = Script(extensions, {occasion: [None, "451 4.7.1 greylisted, come back later"]})
        server, outbox = deliver(script, three())
        assert outbox.outcomes == [ACCEPTED, DEFERRED, ACCEPTED]
        assert receipt(outbox, 2) == Receipt(DEFERRED, 451, "4.7.1 greylisted, come back later")
        assert server.recipients == ["person1@example.org", "person3@example.org"]
        assert server.connections == 1

    @pytest.mark.parametrize("occasion", ["MAIL", "RCPT", "DATA", "DOT"])
    def test_a_5xx_refuses_that_mail_alone(self, extensions: tuple[str, ...], occasion: str) -> None:
        script = Script(extensions, {occasion: [None, "550 5.1.1 no such person"]})
        server, outbox = deliver(script, three())
        assert outbox.outcomes == [ACCEPTED, REFUSED, ACCEPTED]
        assert receipt(outbox, 2) == Receipt(REFUSED, 550, "5.1.1 no such person")
        assert server.recipients == ["person1@example.org", "person3@example.org"]

    def test_greylisted_mails_are_accepted_when_they_come_again(self, extensions: tuple[str, ...]) -> None:
        script = Script(extensions, {"RCPT": ["451 4.7.1 greylisted"] * 3})
        server, (first, second) = deliver_again(script, three(), connections=2)
        assert first.outcomes == [DEFERRED] * 3
        assert second.outcomes == [ACCEPTED] * 3
        assert len(server.accepted) == 3

    def test_one_bad_recipient_among_many_keeps_nobody_from_their_mail(
        self, extensions: tuple[str, ...]
    ) -> None:
        async def refuse_the_seventh(session: ServerSession) -> str:
            latest = session.server.commands("RCPT")[-1]
            return "550 5.1.1 no such person" if "person7@" in latest else "250 ok"

        mails = [a_mail(n) for n in range(1, 31)]
        server, outbox = deliver(Script(extensions, {"RCPT": refuse_the_seventh}), mails)
        assert [n for n in range(1, 31) if outcome(outbox, n) is not ACCEPTED] == [7]
        assert len(server.accepted) == 29

    def test_a_server_that_lets_data_through_without_recipient_gets_no_content(self) -> None:
        script = Script(PIPELINED, {"RCPT": [None, "550 5.1.1 no such person"], "DATA": "354 go on"})
        server, outbox = deliver(script, three())
        assert outbox.outcomes == [ACCEPTED, REFUSED, ACCEPTED]
        assert outbox.begun == ["mail-1", "mail-3"]
        assert server.recipients == ["person1@example.org", "person3@example.org"]

    def test_a_refused_mail_is_followed_by_rset(self, extensions: tuple[str, ...]) -> None:
        server, _ = deliver(Script(extensions, {"RCPT": ["550 5.1.1 no"]}), three())
        verbs = [line.split()[0] for _, line in server.log]
        assert verbs.count("RSET") == 1
        assert verbs.index("RSET") < [i for i, verb in enumerate(verbs) if verb == "MAIL"][1]

    def test_the_servers_words_lose_the_address_and_control_characters(
        self, extensions: tuple[str, ...]
    ) -> None:
        words = "550 5.1.1 <Person1@EXAMPLE.org>: \x1b[31mred\u202e\u2028 " + "long " * 400
        _, outbox = deliver(Script(extensions, {"RCPT": [words]}), three())
        text = receipt(outbox, 1).text
        assert text.startswith("5.1.1 <p…@example.org>: [31mred long long")
        assert len(text) <= 510
        assert text.isprintable()


class TestTooBig:
    """552: by the announced limit, after the content, in the middle of it."""

    def test_a_mail_above_the_announced_size_is_refused_without_being_sent(self) -> None:
        server, outbox = deliver(Script(("SIZE 50",)), [a_mail(1), a_mail(2, b"\r\ntiny\r\n")])
        assert outbox.outcomes == [REFUSED, ACCEPTED]
        assert receipt(outbox, 1).text.startswith("5.3.4")
        assert len(server.commands("MAIL")) == 1

    def test_552_after_the_content_refuses_it(self, extensions: tuple[str, ...]) -> None:
        _, outbox = deliver(Script(extensions, {"DOT": ["552 5.3.4 too big"]}), three())
        assert outbox.outcomes == [REFUSED, ACCEPTED, ACCEPTED]

    def test_552_in_the_middle_of_a_large_content_stops_it_and_refuses_it(
        self, extensions: tuple[str, ...]
    ) -> None:
        offers = (*extensions[:-1], "SIZE 0")
        script = Script(offers, {"BODY": [("552 5.3.4 too big", STALL)]}, body_bytes=1000)
        _, outbox = deliver(script, [a_mail(1, LARGE), a_mail(2)])
        assert outcome(outbox, 1) is REFUSED
        assert outcome(outbox, 2) is DEFERRED if "mail-2" in outbox.taken else True

    def test_an_acceptance_in_the_middle_of_a_large_content_is_not_believed(
        self, extensions: tuple[str, ...]
    ) -> None:
        offers = (*extensions[:-1], "SIZE 0")
        script = Script(offers, {"BODY": [("250 2.0.0 queued", STALL)]}, body_bytes=1000)
        server, outbox = deliver(script, [a_mail(1, LARGE)])
        assert (receipt(outbox, 1).outcome, receipt(outbox, 1).relay_fault) == (DEFERRED, True)
        assert server.accepted == []


class TestServiceNotAvailable:
    """421 is the state of the relay, never the fault of a mail."""

    @pytest.mark.parametrize("occasion", ["GREETING", "EHLO"])
    def test_421_at_connect_defers_the_one_mail_that_was_taken(self, occasion: str) -> None:
        _, outbox = deliver(Script(answers={occasion: ("421 4.7.0 busy", CLOSE)}), three())
        assert outbox.taken == ["mail-1"]
        assert receipt(outbox, 1) == Receipt(DEFERRED, 421, "4.7.0 busy", relay_fault=True)

    @pytest.mark.parametrize("occasion", ["MAIL", "RCPT", "DATA", "DOT"])
    def test_421_on_the_second_mail_leaves_the_first_accepted(
        self, extensions: tuple[str, ...], occasion: str
    ) -> None:
        script = Script(extensions, {occasion: [None, ("421 4.3.2 shutting down", CLOSE)]})
        server, outbox = deliver(script, three())
        assert outcome(outbox, 1) is ACCEPTED
        assert receipt(outbox, 2) == Receipt(DEFERRED, 421, "4.3.2 shutting down", relay_fault=True)
        assert server.recipients == ["person1@example.org"]
        if "mail-3" in outbox.taken:
            assert receipt(outbox, 3).relay_fault

    def test_421_between_two_mails_defers_the_next(self, extensions: tuple[str, ...]) -> None:
        script = Script(extensions, {"DOT": [("250 queued", "421 4.4.2 idle too long", CLOSE)]})
        _, outbox = deliver(script, three())
        assert outcome(outbox, 1) is ACCEPTED
        assert receipt(outbox, 2) == Receipt(DEFERRED, 421, "4.4.2 idle too long", relay_fault=True)

    @pytest.mark.parametrize("reply", ["503 5.5.1 EHLO first", "502 5.5.1 what?", "500 5.5.2 what?"])
    def test_a_server_that_has_forgotten_the_session_blames_no_mail(
        self, extensions: tuple[str, ...], reply: str
    ) -> None:
        _, outbox = deliver(Script(extensions, {"MAIL": [None, reply]}), three())
        assert outcome(outbox, 1) is ACCEPTED
        assert receipt(outbox, 2) == Receipt(DEFERRED, int(reply[:3]), reply[4:], relay_fault=True)

    def test_the_rest_goes_over_the_next_connection(self, extensions: tuple[str, ...]) -> None:
        script = Script(extensions, {"MAIL": [None, ("421 4.3.2 shutting down", CLOSE)]})
        server, outboxes = deliver_again(script, three(), connections=2)
        assert outboxes[1].outcomes == [ACCEPTED, ACCEPTED]
        assert sorted(server.recipients) == [f"person{n}@example.org" for n in (1, 2, 3)]


class TestLostConnections:
    """The connection breaks: the phase decides between deferred and in doubt."""

    @pytest.mark.parametrize("deed", [RESET, CLOSE])
    @pytest.mark.parametrize("occasion", ["GREETING", "EHLO"])
    def test_before_the_first_mail_there_is_no_server_for_now(self, occasion: str, deed: Any) -> None:
        outbox = ListOutbox(three())

        async def main() -> DeliveryError:
            async with serving(Script(answers={occasion: deed})) as server:
                with pytest.raises(DeliveryError) as caught:
                    await SmtpDelivery(smtp_settings(server)).deliver(outbox)
            return caught.value

        assert asyncio.run(main()).temporary
        assert outbox.outcomes == [DEFERRED]
        assert receipt(outbox, 1).relay_fault

    @pytest.mark.parametrize("deed", [RESET, CLOSE])
    @pytest.mark.parametrize("occasion", ["MAIL", "RCPT", "DATA"])
    def test_before_the_content_the_mail_is_deferred_without_blame(
        self, extensions: tuple[str, ...], occasion: str, deed: Any
    ) -> None:
        server, outbox = deliver(Script(extensions, {occasion: [None, deed]}), three())
        assert outcome(outbox, 1) is ACCEPTED
        assert (receipt(outbox, 2).outcome, receipt(outbox, 2).relay_fault) == (DEFERRED, True)
        assert "mail-2" not in outbox.begun
        assert server.recipients == ["person1@example.org"]

    def test_in_the_middle_of_a_large_content_the_mail_is_deferred(self, extensions: tuple[str, ...]) -> None:
        offers = (*extensions[:-1], "SIZE 0")
        script = Script(offers, {"BODY": [RESET]}, body_bytes=1000)
        server, outbox = deliver(script, [a_mail(1, LARGE), a_mail(2)])
        assert (receipt(outbox, 1).outcome, receipt(outbox, 1).relay_fault) == (DEFERRED, True)
        assert outbox.begun[:1] == ["mail-1"]
        assert server.accepted == []

    @pytest.mark.parametrize("deed", [RESET, CLOSE])
    def test_after_the_dot_and_before_the_reply_the_mail_is_in_doubt(
        self, extensions: tuple[str, ...], deed: Any
    ) -> None:
        _, outbox = deliver(Script(extensions, {"DOT": [None, deed]}), three())
        assert outcome(outbox, 1) is ACCEPTED
        assert (receipt(outbox, 2).outcome, receipt(outbox, 2).relay_fault) == (IN_DOUBT, False)
        if "mail-3" in outbox.taken:
            assert receipt(outbox, 3).relay_fault

    @pytest.mark.parametrize("deed", [RESET, CLOSE])
    def test_after_the_reply_the_mail_is_accepted(self, extensions: tuple[str, ...], deed: Any) -> None:
        _, outbox = deliver(Script(extensions, {"DOT": [None, ("250 queued", deed)]}), three())
        assert [outcome(outbox, n) for n in (1, 2)] == [ACCEPTED, ACCEPTED]
        assert receipt(outbox, 3).relay_fault

    def test_a_connection_closed_while_the_outbox_waits_costs_the_next_mail_nothing(
        self, extensions: tuple[str, ...]
    ) -> None:
        class Slow(ListOutbox):
            """Gives its second mail only after the server has hung up."""

            def take_at_once(self) -> Mail | None:
                return None

            async def take(self) -> Mail | None:
                if self.taken:
                    await asyncio.gather(*server.tasks)
                return super().take_at_once()

        async def main() -> Slow:
            nonlocal server
            outbox = Slow(three())
            async with serving(Script(extensions, {"DOT": [("250 queued", CLOSE)]})) as server:
                await SmtpDelivery(smtp_settings(server)).deliver(outbox)
            return outbox

        server: Server
        outbox = asyncio.run(main())
        assert outbox.outcomes == [ACCEPTED, DEFERRED]
        assert receipt(outbox, 2).relay_fault


class TestSilence:
    """The server hangs. Limits are short; what is awaited under them never comes."""

    @pytest.mark.parametrize("occasion", ["MAIL", "RCPT", "DATA"])
    def test_before_the_content_the_mail_is_deferred_without_blame(
        self, extensions: tuple[str, ...], occasion: str
    ) -> None:
        _, outbox = deliver(Script(extensions, {occasion: HANG}), three(), command_seconds=0.2)
        assert outbox.outcomes == [DEFERRED]
        assert receipt(outbox, 1).relay_fault
        assert receipt(outbox, 1).text == "the server did not answer within 0.2 s"

    def test_in_the_middle_of_a_large_content_the_mail_is_deferred(self, extensions: tuple[str, ...]) -> None:
        offers = (*extensions[:-1], "SIZE 0")
        script = Script(offers, {"BODY": STALL}, body_bytes=1000)
        _, outbox = deliver(script, [a_mail(1, LARGE)], command_seconds=0.5)
        assert (receipt(outbox, 1).outcome, receipt(outbox, 1).relay_fault) == (DEFERRED, True)

    @pytest.mark.parametrize("deed", [HANG, STALL])
    def test_after_the_dot_the_mail_is_in_doubt(self, extensions: tuple[str, ...], deed: Any) -> None:
        _, outbox = deliver(Script(extensions, {"DOT": deed}), three(), final_seconds=0.2)
        assert outcome(outbox, 1) is IN_DOUBT
        if "mail-2" in outbox.taken:
            assert receipt(outbox, 2).relay_fault

    def test_after_rset_the_refusal_stands(self, extensions: tuple[str, ...]) -> None:
        script = Script(extensions, {"RCPT": ["550 5.1.1 no such person"], "RSET": HANG})
        _, outbox = deliver(script, three(), command_seconds=0.2)
        assert receipt(outbox, 1) == Receipt(REFUSED, 550, "5.1.1 no such person")

    def test_after_quit_nothing_changes_any_more(
        self, extensions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("notegen.delivery.session.FAREWELL_SECONDS", 0.1)
        _, outbox = deliver(Script(extensions, {"QUIT": HANG}), three())
        assert outbox.outcomes == [ACCEPTED] * 3

    @pytest.mark.parametrize(
        ("occasion", "limits"),
        [("GREETING", {"connect_seconds": 0.2}), ("EHLO", {"command_seconds": 0.2})],
    )
    def test_at_connect_there_is_no_server_for_now(self, occasion: str, limits: dict[str, float]) -> None:
        outbox = ListOutbox(three())
        with pytest.raises(DeliveryError) as caught:
            asyncio.run(deliver_to(Script(answers={occasion: HANG}), outbox, **limits))
        assert caught.value.temporary
        assert outbox.outcomes == [DEFERRED]

    def test_a_server_deaf_to_commands_sent_ahead_gets_them_one_by_one_from_then_on(self) -> None:
        script = Script(PIPELINED, deaf_to_pipelining=True)
        server, (first, second) = deliver_again(script, three(), 2, command_seconds=0.5)
        assert first.outcomes == [DEFERRED]
        assert second.outcomes == [ACCEPTED] * 3
        assert len(server.accepted) == 3


class TestOddReplies:
    """Replies that are legal but strange, and some that are not."""

    def test_single_bytes_several_lines_and_eight_bits_are_understood(
        self, extensions: tuple[str, ...]
    ) -> None:
        answers = {
            "MAIL": [Trickle("250 2.1.0 ok")],
            "RCPT": ["250-first\r\n250-\r\n250 last"],
            "DATA": [b"354 bis zum Punkt, sch\xf6n\r\n"],
            "DOT": [Trickle("250-2.0.0 queued\r\n250 as 17"), b"250 \xc3\xa9t\xe9\r\n", b"250\r\n"],
        }
        _, outbox = deliver(Script(extensions, answers), three())
        assert outbox.outcomes == [ACCEPTED] * 3
        assert [receipt(outbox, n).text for n in (1, 2, 3)] == ["2.0.0 queued as 17", "ét\ufffd", ""]

    def test_an_overlong_reply_is_understood_and_its_words_cut(self, extensions: tuple[str, ...]) -> None:
        _, outbox = deliver(Script(extensions, {"DOT": ["250 " + "w" * 20_000]}), three())
        assert outbox.outcomes == [ACCEPTED] * 3
        assert len(receipt(outbox, 1).text) == 500

    @pytest.mark.parametrize(
        "garbage",
        [b"HTTP/1.1 400 Bad Request\r\n", b"25\r\n", b"999 x\r\n", b"250-a\r\n450 b\r\n", b"\0" * 70_000],
    )
    def test_garbage_before_the_content_defers_and_after_it_leaves_doubt(
        self, extensions: tuple[str, ...], garbage: bytes
    ) -> None:
        _, before = deliver(Script(extensions, {"RCPT": [garbage]}), [a_mail(1)])
        _, after = deliver(Script(extensions, {"DOT": [garbage]}), [a_mail(1)])
        assert receipt(before, 1).relay_fault
        assert outcome(after, 1) is IN_DOUBT

    def test_a_reply_that_never_ends_is_cut_off(self, extensions: tuple[str, ...]) -> None:
        async def talk_for_ever(session: ServerSession) -> None:
            while True:
                await session.say("250-" + "and " * 250)

        _, outbox = deliver(Script(extensions, {"DOT": talk_for_ever}), [a_mail(1)])
        assert outcome(outbox, 1) is IN_DOUBT

    def test_a_greeting_that_is_not_smtp_is_a_wrong_setting(self) -> None:
        script = Script(answers={"GREETING": ("HTTP/1.1 400 Bad Request", CLOSE)})
        with pytest.raises(DeliveryError, match="does not speak SMTP") as caught:
            deliver(script, three())
        assert not caught.value.temporary

    def test_a_greeting_of_554_is_a_matter_for_a_person(self) -> None:
        with pytest.raises(DeliveryError, match="turns us away: 554 no service here") as caught:
            deliver(Script(answers={"GREETING": ("554 no service here", CLOSE)}), three())
        assert not caught.value.temporary

    def test_a_server_that_only_knows_helo_gets_its_mails(self) -> None:
        script = Script(answers={"EHLO": "502 5.5.1 what?"})
        server, outbox = deliver(script, three())
        assert outbox.outcomes == [ACCEPTED] * 3
        assert server.commands("HELO") == ["HELO notegen.test"]

    def test_a_second_answer_to_one_command_ends_the_session_before_harm_is_done(
        self, extensions: tuple[str, ...]
    ) -> None:
        script = Script(extensions, {"DOT": [("250 queued", "250 queued again")]})
        server, outbox = deliver(script, three())
        assert outcome(outbox, 1) is ACCEPTED
        accepted = {key for key, r in outbox.receipts.items() if r.outcome is ACCEPTED}
        assert accepted <= {f"mail-{r.recipient[6]}" for r in server.accepted}


class TestOffers:
    """What the server offers decides what is asked of it."""

    def test_nothing_is_asked_for_that_no_mail_needs(self, extensions: tuple[str, ...]) -> None:
        server, _ = deliver(Script(extensions), [a_mail(1)])
        assert server.commands("MAIL") == ["MAIL FROM:<bounces@example.org>"]

    def test_eight_bits_go_only_where_8bitmime_is_offered(self) -> None:
        mail = a_mail(1, "Subject: x\r\n\r\né\r\n".encode())
        server, with_offer = deliver(Script(PIPELINED), [mail])
        _, without = deliver(Script(("PIPELINING",)), [mail, a_mail(2)])
        assert with_offer.outcomes == [ACCEPTED]
        assert server.accepted[0].parameters == "BODY=8BITMIME"
        assert without.outcomes == [REFUSED, ACCEPTED]
        assert receipt(without, 1).text.startswith("5.6.3 ")

    def test_an_address_beyond_ascii_goes_only_where_smtputf8_is_offered(self) -> None:
        from notegen.domain.email_address import EmailAddress

        mail = a_mail(1, recipient=EmailAddress("zoé", "example.org"))
        server, with_offer = deliver(Script(PIPELINED), [mail])
        _, without = deliver(Script(("PIPELINING", "8BITMIME")), [mail, a_mail(2)])
        assert with_offer.outcomes == [ACCEPTED]
        assert server.accepted[0].parameters == "SMTPUTF8"
        assert server.recipients == ["zoé@example.org"]
        assert without.outcomes == [REFUSED, ACCEPTED]
        assert receipt(without, 1).text.startswith("5.6.7 ")

    def test_a_lie_about_8bitmime_costs_only_the_mail_that_needed_it(
        self, extensions: tuple[str, ...]
    ) -> None:
        async def know_no_parameters(session: ServerSession) -> str:
            return "555 5.5.4 what?" if "BODY=" in session.server.log[-1][1] else "250 ok"

        mails = [a_mail(1), a_mail(2, "\r\né\r\n".encode()), a_mail(3)]
        _, outbox = deliver(Script(extensions, {"MAIL": know_no_parameters}), mails)
        assert outbox.outcomes == [ACCEPTED, REFUSED, ACCEPTED]

    def test_the_null_sender_is_written_as_such(self) -> None:
        server, _ = deliver(Script(), [a_mail(1, return_path="")])
        assert server.commands("MAIL") == ["MAIL FROM:<>"]

    @pytest.mark.parametrize("path", ["a@b>\r\nRCPT TO:<x@y", "a@b c", "a@b\n", "<a@b>", "a\0@b"])
    def test_no_return_path_can_smuggle_a_command(self, path: str) -> None:
        server, outbox = deliver(Script(), [a_mail(1, return_path=path), a_mail(2)])
        assert outbox.outcomes == [REFUSED, ACCEPTED]
        assert server.recipients == ["person2@example.org"]


class TestLimits:
    """Servers that take only so much at a time."""

    def test_our_own_limit_on_mails_per_connection_is_kept(self, extensions: tuple[str, ...]) -> None:
        server, outboxes = deliver_again(Script(extensions), three(), 2, messages_per_connection=2)
        assert [outbox.outcomes for outbox in outboxes] == [[ACCEPTED] * 2, [ACCEPTED]]
        assert len(server.commands("QUIT")) == 2

    def test_the_servers_limit_on_mails_per_connection_costs_nothing(
        self, extensions: tuple[str, ...]
    ) -> None:
        mails = [a_mail(n) for n in range(1, 10)]
        server, outboxes = deliver_again(Script(extensions, mails_per_connection=4), mails, 3)
        assert sorted(server.recipients) == sorted(mail.recipient.text for mail in mails)
        assert len(outboxes[0].outcomes) == 5
        assert receipt(outboxes[0], 5).relay_fault

    def test_the_servers_limit_on_connections_defers_without_blame(self, extensions: tuple[str, ...]) -> None:
        at_once = asyncio.Barrier(2)

        async def wait_for_both(session: ServerSession) -> str:
            await at_once.wait()
            return "220 relay.test"

        async def main() -> list[ListOutbox]:
            outboxes = [ListOutbox([a_mail(n)]) for n in range(4)]
            script = Script(extensions, {"GREETING": wait_for_both}, connections_at_once=2)
            async with serving(script) as server:
                delivery = SmtpDelivery(smtp_settings(server))
                await asyncio.gather(*(delivery.deliver(outbox) for outbox in outboxes))
            return outboxes

        receipts = [receipt(outbox, n) for n, outbox in enumerate(asyncio.run(main()))]
        assert sorted(r.outcome for r in receipts) == [ACCEPTED, ACCEPTED, DEFERRED, DEFERRED]
        assert all(r.code == 421 and r.relay_fault for r in receipts if r.outcome is DEFERRED)

    def test_a_server_that_restarts_gets_the_rest_afterwards(self, extensions: tuple[str, ...]) -> None:
        async def main() -> tuple[ListOutbox, ListOutbox, ListOutbox]:
            first, during, after = (ListOutbox(three()) for _ in range(3))
            async with serving(Script(extensions, {"RCPT": [None, CLOSE]})) as server:
                delivery = SmtpDelivery(smtp_settings(server))
                await delivery.deliver(first)
            with pytest.raises(DeliveryError) as caught:
                await delivery.deliver(during)
            assert caught.value.temporary
            async with serving(Script(extensions), port=server.port):
                await delivery.deliver(after)
            return first, during, after

        first, during, after = asyncio.run(main())
        assert [outcome(first, n) for n in (1, 2)] == [ACCEPTED, DEFERRED]
        assert during.outcomes == [DEFERRED]
        assert after.outcomes == [ACCEPTED] * 3

    def test_a_slow_server_with_a_full_window_gets_a_large_mail_whole(
        self, extensions: tuple[str, ...]
    ) -> None:
        async def read_little_by_little(session: ServerSession) -> None:
            for _ in range(50):
                session.buffer += await session.reader.read(1000)
                await asyncio.sleep(0)

        offers = (*extensions[:-1], "SIZE 0")
        script = Script(offers, {"BODY": [read_little_by_little]}, body_bytes=1)
        server, outbox = deliver(script, [a_mail(1, LARGE), a_mail(2)])
        assert outbox.outcomes == [ACCEPTED] * 2
        assert server.accepted[0].content == LARGE

    def test_an_unknown_host_is_a_wrong_setting(self) -> None:
        outbox = ListOutbox(three())
        with pytest.raises(DeliveryError) as caught:
            asyncio.run(deliver_to(Script(), outbox, host="no-such-host.invalid"))
        assert "no-such-host.invalid" in str(caught.value)
        assert outbox.outcomes == [DEFERRED]


class TestStopping:
    """The run is stopped from our side."""

    @pytest.mark.parametrize(
        ("occasion", "expected"),
        [
            *(("GREETING", DEFERRED), ("EHLO", DEFERRED)),
            *(("MAIL", DEFERRED), ("RCPT", DEFERRED), ("DATA", DEFERRED), ("DOT", IN_DOUBT)),
        ],
    )
    def test_a_stop_in_any_phase_closes_the_connection_and_settles_every_mail(
        self, extensions: tuple[str, ...], occasion: str, expected: Outcome
    ) -> None:
        async def main() -> ListOutbox:
            reached, gone = asyncio.Event(), asyncio.Event()

            async def hang(session: ServerSession) -> str:
                reached.set()
                while await session.reader.read(65536):
                    pass
                gone.set()
                return "250 too late"

            outbox = ListOutbox(three())
            async with serving(Script(extensions, {occasion: hang})) as server:
                task = asyncio.create_task(SmtpDelivery(smtp_settings(server)).deliver(outbox))
                await reached.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await gone.wait()
            return outbox

        outbox = asyncio.run(main())
        assert outcome(outbox, 1) is expected
        assert set(outbox.outcomes[1:]) <= {DEFERRED}


async def deliver_to(script: Script, outbox: ListOutbox, **settings: object) -> None:
    """Carry an outbox to a scripted server, whatever happens."""
    async with serving(script) as server:
        await SmtpDelivery(smtp_settings(server, **settings)).deliver(outbox)
