"""Signatures, verified by another implementation (dkimpy) with its key from a table instead of the DNS."""

from __future__ import annotations

from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from outbox import a_mail
from pydantic import ValidationError
from relay import deliver
from smtp_server import Script

from notegen.delivery.dkim import DkimSigner, relaxed_body
from notegen.delivery.settings import DkimSettings
from notegen.errors import SettingsError

MAIL = (
    b"From: Profiles <noreply@example.org>\r\nTo: =?utf-8?q?Zo=C3=A9?=\r\n <zoe@example.org>\r\n"
    b"Subject:  two   blanks\tand a tab \r\nDate: Thu, 17 Jun 2021 10:00:00 +0200\r\n"
    b"Message-ID: <1@notegen.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"\r\nFirst line  with blanks \t \r\n.dot\r\n\r\nlast\r\n\r\n\r\n"
)


def write_key(file: Path, key: object, encryption: KeySerializationEncryption | None = None) -> Path:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())  # type: ignore[attr-defined]
    file.write_bytes(pem)
    return file


@pytest.fixture(scope="module", params=["rsa", "ed25519"])
def signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DkimSigner:
    key = (
        rsa.generate_private_key(65537, 2048)
        if request.param == "rsa"
        else ed25519.Ed25519PrivateKey.generate()
    )
    file = write_key(tmp_path_factory.mktemp("keys") / "key.pem", key)
    return DkimSigner(DkimSettings(domain="example.org", selector="2021-06", key_file=file))


def is_valid(content: bytes, signer: DkimSigner) -> bool:
    name, value = signer.record

    def look_up(asked: bytes, timeout: int = 5) -> bytes | None:
        return value.encode() if asked.decode().rstrip(".") == name else None

    return bool(dkim.verify(content, dnsfunc=look_up))


def test_another_implementation_verifies_the_signature(signer: DkimSigner) -> None:
    signed = signer.sign(MAIL)
    assert signed.endswith(MAIL)
    assert is_valid(signed, signer)
    assert all(len(line) <= 78 for line in signed.partition(b"\r\nFrom:")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    ("found", "forged"),
    [
        (b"last", b"lost"),
        (b"two   blanks", b"three blanks"),
        (b"noreply@", b"forged@"),
        (b"Message-ID: <1@", b"Message-ID: <2@"),
        (b"\r\n\r\nFirst", b"\r\nFrom: forged@example.org\r\n\r\nFirst"),
        (b"\r\n\r\nFirst", b"\r\nReply-To: forged@example.org\r\n\r\nFirst"),
    ],
)
def test_a_changed_or_added_word_breaks_the_signature(
    signer: DkimSigner, found: bytes, forged: bytes
) -> None:
    signed = signer.sign(MAIL)
    assert found in signed
    assert not is_valid(signed.replace(found, forged), signer)


def test_blanks_changed_on_the_way_do_not_break_the_signature(signer: DkimSigner) -> None:
    signed = signer.sign(MAIL)
    changed = signed.replace(b"two   blanks\t", b"two blanks   ").replace(
        b"with blanks \t \r\n", b"with blanks\r\n"
    )
    assert changed != signed
    assert is_valid(changed, signer)


def test_a_mail_sent_again_carries_the_same_signature(signer: DkimSigner) -> None:
    assert signer.sign(MAIL) == signer.sign(MAIL)


def test_what_arrives_over_smtp_is_still_valid(signer: DkimSigner) -> None:
    mails = [a_mail(1, MAIL), a_mail(2, MAIL.replace(b"\r\n", b"\n"))]
    server, _ = deliver(Script(), mails, dkim=signer.settings)
    assert [is_valid(received.content, signer) for received in server.accepted] == [True, True]


BODIES = st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b".", b"\xc3\xa9", b"=20"])).map(b"".join)


@given(BODIES)
def test_any_body_is_brought_into_the_form_that_verifiers_expect(body: bytes) -> None:
    from dkim.canonicalization import Relaxed

    ended = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
    assert relaxed_body(body) == Relaxed.canonicalize_body(ended)


@given(BODIES, st.lists(st.sampled_from([b"To", b"X-Other", b"SUBJECT", b"received"]), max_size=4))
def test_any_mail_verifies(ed25519_signer: DkimSigner, body: bytes, names: list[bytes]) -> None:
    head = b"From: a@example.org\r\n" + b"".join(name + b": \t some\r\n\t folded  text\r\n" for name in names)
    assert is_valid(ed25519_signer.sign(head + b"\r\n" + body), ed25519_signer)


@pytest.fixture(scope="module")
def ed25519_signer(tmp_path_factory: pytest.TempPathFactory) -> DkimSigner:
    file = write_key(tmp_path_factory.mktemp("keys") / "key.pem", ed25519.Ed25519PrivateKey.generate())
    return DkimSigner(DkimSettings(domain="example.org", selector="s", key_file=file))


class TestKeys:
    """Keys that no one should sign with."""

    def refused(self, file: Path) -> str:
        with pytest.raises(SettingsError) as caught:
            DkimSigner(DkimSettings(domain="example.org", selector="s", key_file=file))
        return caught.value.what

    def test_a_short_key_is_refused(self, tmp_path: Path) -> None:
        file = write_key(tmp_path / "key.pem", rsa.generate_private_key(65537, 1024))
        assert "1024 bits is too short" in self.refused(file)

    def test_a_key_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        file = write_key(tmp_path / "key.pem", ec.generate_private_key(ec.SECP256R1()))
        assert "of another kind" in self.refused(file)

    def test_an_encrypted_or_missing_or_spoilt_key_is_refused(self, tmp_path: Path) -> None:
        locked = write_key(
            tmp_path / "a.pem", ed25519.Ed25519PrivateKey.generate(), BestAvailableEncryption(b"x")
        )
        (tmp_path / "c.pem").write_text("no key")
        for file in (locked, tmp_path / "b.pem", tmp_path / "c.pem"):
            assert "cannot be read" in self.refused(file)

    def test_domain_selector_and_key_belong_together(self) -> None:
        assert not DkimSettings().enabled
        with pytest.raises(ValidationError, match="belong together"):
            DkimSettings(domain="example.org")

    @pytest.mark.parametrize("domain", ["example.org; x=1", "a b", "exa\r\nmple.org", ".org", "a..b"])
    def test_no_domain_can_add_a_tag(self, domain: str, tmp_path: Path) -> None:
        with pytest.raises(ValidationError):
            DkimSettings(domain=domain, selector="s", key_file=tmp_path)
