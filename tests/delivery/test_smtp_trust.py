"""TLS and login: whom the mails are entrusted to, and who says so."""

from __future__ import annotations

import asyncio
import base64
import logging
from pathlib import Path

import pytest
from certificates import Authority, authority
from outbox import ListOutbox, a_mail
from pydantic import SecretStr, ValidationError
from relay import deliver, deliver_again, smtp_settings
from smtp_server import CLOSE, HANG, RESET, Script, serving

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.receipt import Outcome
from notegen.errors import DeliveryError, SettingsError

OFFERS = ("PIPELINING", "8BITMIME", "STARTTLS")
WITH_LOGIN = ("PIPELINING", "AUTH PLAIN LOGIN")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


def failure(script: Script, **settings: object) -> tuple[DeliveryError, ListOutbox]:
    """What deliver raises, and what became of the mails."""

    async def main() -> tuple[DeliveryError, ListOutbox]:
        outbox = ListOutbox([a_mail(1), a_mail(2)])
        async with serving(script) as server:
            with pytest.raises(DeliveryError) as caught:
                await SmtpDelivery(smtp_settings(server, **settings)).deliver(outbox)
            assert server.accepted == []
        return caught.value, outbox

    error, outbox = asyncio.run(main())
    assert outbox.outcomes == [Outcome.DEFERRED]
    assert outbox.receipts["mail-1"].relay_fault
    return error, outbox


class TestTls:
    """starttls and tls are demanded, never given up."""

    def test_starttls_encrypts_every_mail(self, trusted: Authority) -> None:
        script = Script(OFFERS, tls=trusted.server_context(), extensions_after_tls=("PIPELINING",))
        mails = [a_mail(n) for n in range(1, 6)]
        server, outbox = deliver(script, mails, security="starttls", ca_file=trusted.ca_file)
        assert outbox.outcomes == [Outcome.ACCEPTED] * 5
        assert all(received.encrypted for received in server.accepted)
        assert len(server.commands("EHLO")) == 2

    def test_tls_from_the_first_byte_encrypts_every_mail(self, trusted: Authority) -> None:
        script = Script(tls=trusted.server_context(), implicit_tls=True)
        large = a_mail(2, b"\r\n" + b"line\r\n" * 100_000)
        server, outbox = deliver(
            script, [a_mail(1), large, a_mail(3)], security="tls", ca_file=trusted.ca_file
        )
        assert outbox.outcomes == [Outcome.ACCEPTED] * 3
        assert server.accepted[1].content == large.content

    def test_stripped_starttls_stops_the_run_before_any_mail(self, trusted: Authority) -> None:
        error, _ = failure(Script(("PIPELINING",)), security="starttls", ca_file=trusted.ca_file)
        assert "does not offer STARTTLS" in str(error)
        assert not error.temporary

    @pytest.mark.parametrize(("reply", "temporary"), [("454 4.7.0 TLS not now", True), ("502 no", False)])
    def test_refused_starttls_never_leads_to_mail_in_clear(
        self, trusted: Authority, reply: str, temporary: bool
    ) -> None:
        script = Script(OFFERS, {"STARTTLS": reply}, tls=trusted.server_context())

        async def main() -> ListOutbox:
            outbox = ListOutbox([a_mail(1)])
            async with serving(script) as server:
                settings = smtp_settings(server, security="starttls", ca_file=trusted.ca_file)
                if temporary:
                    await SmtpDelivery(settings).deliver(outbox)
                else:
                    with pytest.raises(DeliveryError, match="turns us away"):
                        await SmtpDelivery(settings).deliver(outbox)
            assert server.commands("MAIL") == []
            return outbox

        receipt = asyncio.run(main()).receipts["mail-1"]
        assert (receipt.outcome, receipt.relay_fault) == (Outcome.DEFERRED, True)

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    @pytest.mark.parametrize(
        ("name", "expired", "said"),
        [
            ("127.0.0.1", True, "certificate has expired"),
            ("other.test", False, "not valid for '127.0.0.1'"),
        ],
    )
    def test_an_expired_or_wrong_certificate_stops_the_run(
        self, trusted: Authority, security: str, name: str, expired: bool, said: str
    ) -> None:
        context = trusted.server_context(name, expired=expired)
        script = Script(OFFERS, tls=context, implicit_tls=security == "tls")
        error, _ = failure(script, security=security, ca_file=trusted.ca_file)
        assert said in str(error)
        assert "ca_file" in error.hint
        assert not error.temporary

    def test_an_unknown_authority_stops_the_run(self, trusted: Authority, tmp_path: Path) -> None:
        script = Script(OFFERS, tls=trusted.server_context())
        error, _ = failure(script, security="starttls", ca_file=authority(tmp_path).ca_file)
        assert "cannot be trusted" in str(error)

    def test_tls_towards_a_server_without_it_names_port_and_security(self, trusted: Authority) -> None:
        error, _ = failure(Script(), security="tls", ca_file=trusted.ca_file)
        assert "no TLS could be agreed" in str(error)
        assert "465" in error.hint
        assert not error.temporary

    @pytest.mark.parametrize("deed", [HANG, RESET, CLOSE])
    def test_a_handshake_that_breaks_off_is_tried_again_later(self, trusted: Authority, deed: object) -> None:
        script = Script(OFFERS, {"STARTTLS": ("220 go ahead", deed)}, tls=trusted.server_context())
        error, _ = failure(script, security="starttls", ca_file=trusted.ca_file, command_seconds=0.3)
        assert error.temporary

    def test_replies_slipped_in_before_tls_are_not_believed(self, trusted: Authority) -> None:
        script = Script(OFFERS, tls=trusted.server_context())
        script.answers["STARTTLS"] = b"220 go ahead\r\n250 SMTPUTF8\r\n"
        server, outbox = deliver(script, [a_mail(1)], security="starttls", ca_file=trusted.ca_file)
        assert outbox.outcomes == [Outcome.ACCEPTED]
        assert len(server.commands("EHLO")) == 2

    def test_certificates_that_cannot_be_read_are_a_matter_of_settings(self, tmp_path: Path) -> None:
        for file in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
            (tmp_path / "empty.pem").write_text("")
            with pytest.raises(SettingsError, match="certificates cannot be read"):
                SmtpDelivery(SmtpSettings(ca_file=file))

    def test_mails_in_clear_beyond_this_machine_come_with_a_warning(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            SmtpDelivery(SmtpSettings(host="localhost", security="none"))
            assert caplog.messages == []
            SmtpDelivery(SmtpSettings(host="relay.example.org", security="none"))
        assert caplog.messages == [SmtpSettings(host="relay.example.org", security="none").misgiving]


class TestLogin:
    """The password: where it comes from, where it never goes."""

    @pytest.mark.parametrize("offer", ["AUTH PLAIN LOGIN CRAM-MD5", "AUTH PLAIN"])
    def test_the_login_is_made_with_the_password_of_the_file(self, tmp_path: Path, offer: str) -> None:
        (tmp_path / "password").write_text("s3cret é\n", encoding="utf-8")
        server, outbox = deliver(
            Script((offer,)), [a_mail(1)], username="notegen", password_file=tmp_path / "password"
        )
        assert outbox.outcomes == [Outcome.ACCEPTED]
        expected = base64.b64encode("\0notegen\0s3cret é".encode()).decode()
        assert server.commands("AUTH") == [f"AUTH PLAIN {expected}"]

    def test_a_refused_login_is_tried_once_and_stops_the_run_without_the_password(self) -> None:
        script = Script(WITH_LOGIN, {"AUTH": "535 5.7.8 wrong"})
        error, _ = failure(script, username="notegen", password="s3cret")
        assert "refuses the login: 535 5.7.8 wrong" in str(error)
        assert "s3cret" not in repr(error)
        assert not error.temporary

    def test_a_login_refused_for_now_is_the_state_of_the_relay(self) -> None:
        script = Script(WITH_LOGIN, {"AUTH": ["454 4.7.0 later"]})
        _, (first, second) = deliver_again(script, [a_mail(1)], 2, username="u", password="p")
        assert (first.receipts["mail-1"].code, first.receipts["mail-1"].relay_fault) == (454, True)
        assert second.outcomes == [Outcome.ACCEPTED]

    @pytest.mark.parametrize("deed", [HANG, RESET, CLOSE])
    def test_a_login_that_breaks_off_is_tried_again_later(self, deed: object) -> None:
        script = Script(WITH_LOGIN, {"AUTH": deed})
        error, _ = failure(script, username="u", password="p", command_seconds=0.3)
        assert error.temporary

    def test_no_login_offered_stops_the_run(self) -> None:
        error, _ = failure(Script(("PIPELINING",)), username="u", password="p")
        assert "offers no login" in str(error)

    def test_a_server_that_demands_a_login_stops_the_run_and_refuses_nobody(self) -> None:
        error, _ = failure(Script(answers={"MAIL": "530 5.7.0 authentication required"}))
        assert "demands a login: 530 5.7.0 authentication required" in str(error)
        assert not error.temporary

    @pytest.mark.parametrize("offers", [("AUTH PLAIN",), WITH_LOGIN])
    def test_a_login_lost_in_mid_session_is_made_again(self, offers: tuple[str, ...]) -> None:
        script = Script(offers, {"MAIL": [None, "530 5.7.0 authentication required"]})
        mails = [a_mail(n) for n in (1, 2, 3)]
        server, (first, second) = deliver_again(script, mails, 2, username="u", password="p")
        assert first.outcomes[0] is Outcome.ACCEPTED
        assert first.receipts["mail-2"].relay_fault
        assert second.outcomes == [Outcome.ACCEPTED] * 2
        assert len(server.commands("AUTH")) == 2

    def test_no_password_travels_in_clear(self) -> None:
        with pytest.raises(ValidationError, match="in clear"):
            SmtpSettings(host="relay.example.org", security="none", username="u")

    def test_no_password_is_printed(self) -> None:
        settings = SmtpSettings(username="u", password=SecretStr("s3cret"))
        assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json()

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
    def test_a_password_file_without_a_password_is_a_matter_of_settings(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "password"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingsError, match="password file"):
            SmtpDelivery(SmtpSettings(username="u", password_file=file))

    def test_a_username_without_a_password_is_a_matter_of_settings(self) -> None:
        with pytest.raises(SettingsError, match="without a password"):
            SmtpDelivery(SmtpSettings(username="u"))

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST."])
    def test_this_machine_is_known_by_all_its_names(self, host: str) -> None:
        assert SmtpSettings(host=host).is_loopback

    @pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example.org", "127.0.0.1.example.org"])
    def test_no_other_machine_passes_for_this_one(self, host: str) -> None:
        assert not SmtpSettings(host=host).is_loopback

    @pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
    def test_the_port_follows_from_the_security(self, security: str, port: int) -> None:
        assert SmtpSettings.model_validate({"security": security}).actual_port == port
