"""The mail server that the demo starts."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from outbox import ListOutbox, a_mail

from notegen.delivery.loopback import LoopbackServer
from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.email_address import EmailAddress
from notegen.domain.receipt import Outcome
from notegen.errors import DeliveryError


def send(port: int, outbox: ListOutbox) -> ListOutbox:
    settings = SmtpSettings(host="127.0.0.1", port=port, security="none", local_hostname="notegen.test")
    asyncio.run(SmtpDelivery(settings).deliver(outbox))
    return outbox


def test_what_it_gets_becomes_numbered_files_that_name_recipient_and_subject(tmp_path: Path) -> None:
    content = b"Subject: =?utf-8?q?Votre_profil_est_cr=C3=A9=C3=A9?=\r\n\r\n..dots\r\n.\r\nand more\r\n"
    with LoopbackServer(tmp_path / "mails") as server:
        outbox = send(server.port, ListOutbox([a_mail(1, content), a_mail(2, b"\r\nno subject\r\n")]))
    assert outbox.outcomes == [Outcome.ACCEPTED] * 2
    names = ["0001-person1-example-org-votre-profil-est-cree.eml", "0002-person2-example-org.eml"]
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == names
    assert [path.name for path in server.saved] == names
    assert server.saved[0].read_bytes() == content


def test_it_takes_addresses_beyond_ascii(tmp_path: Path) -> None:
    with LoopbackServer(tmp_path) as server:
        outbox = send(server.port, ListOutbox([a_mail(1, recipient=EmailAddress("zoé", "example.org"))]))
    assert outbox.outcomes == [Outcome.ACCEPTED]
    assert server.saved[0].name == "0001-zoe-example-org-1.eml"


def test_a_subject_cannot_choose_the_path(tmp_path: Path) -> None:
    with LoopbackServer(tmp_path / "mails") as server:
        send(server.port, ListOutbox([a_mail(1, b"Subject: ../../../outside/\x00x\r\n\r\n")]))
    assert server.saved[0].parent == tmp_path / "mails"
    assert server.saved[0].name == "0001-person1-example-org-outside-x.eml"


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = LoopbackServer(tmp_path, taken.getsockname()[1])
        with pytest.raises(DeliveryError, match="cannot listen"):
            server.start()
        server.stop()
