"""`notegen note send`: a note reaches its missions as an attachment, each once."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from smtp_server import Server, serving_in_thread
from terminal import Notegen

LIST = """\
- key: embassy-fr
  languages: [fr, nl]
  email: protocole@paris.example.org
  fr: {name: Ambassade de France, article: l', gender: f}
  nl: {name: Ambassade van Frankrijk, article: de}
- key: embassy-de
  languages: [de]
  email: protokoll@berlin.example.org
  de: {name: Botschaft der Bundesrepublik Deutschland, gender: f}
- key: nobody
  languages: [fr]
  fr: {name: Nonciature apostolique, article: la, gender: f}
"""


@pytest.fixture
def issued(notegen: Notegen, examples: Path, tmp_path: Path) -> Path:
    """A circular in four languages, issued, and a list of missions beside it."""
    (tmp_path / "missions.yaml").write_text(LIST, encoding="utf-8")
    assert notegen("note", "issue", examples / "identity-cards.yaml").code == 0
    return next((tmp_path / "issued").iterdir())


def settings(folder: Path, server: Server) -> None:
    (folder / "notegen.toml").write_text(
        f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        'from = "protocol@example.org"\n'
        '[activation]\ncontact = "helpdesk@example.org"\n'
    )


def test_each_mission_with_an_address_gets_the_pdf_in_a_mail_in_its_language(
    notegen: Notegen, issued: Path, tmp_path: Path
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server)
        sent = notegen("note", "send", issued, "--addressees", "missions.yaml", "--json")
        again = notegen("note", "send", issued, "--addressees", "missions.yaml", "--json")
    assert (sent.code, again.code) == (0, 0), sent.err
    assert json.loads(sent.out)["accepted"] == json.loads(again.out)["accepted"] == 2
    assert "nobody: no e-mail address" in sent.err
    mails = {
        mail.recipient: message_from_bytes(mail.content, policy=policy.default) for mail in server.accepted
    }
    assert set(mails) == {"protocole@paris.example.org", "protokoll@berlin.example.org"}
    assert {mail["Content-Language"] for mail in mails.values()} == {"fr", "de"}
    for mail in mails.values():
        [attached] = mail.iter_attachments()
        assert attached.get_filename() == issued.name
        assert attached.get_content() == issued.read_bytes()
        assert "P1.1/PRO.2207/07.09.2026/CARTES/3" in mail["Subject"]


def test_a_mission_added_to_the_list_later_gets_it_and_the_others_not_again(
    notegen: Notegen, issued: Path, tmp_path: Path
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server)
        notegen("note", "send", issued, "--addressees", "missions.yaml")
        longer = LIST + "  email: nonce@rome.example.org\n"
        (tmp_path / "missions.yaml").write_text(longer, encoding="utf-8")
        notegen("note", "send", issued, "--addressees", "missions.yaml")
    assert len(server.accepted) == 3
    assert server.recipients[-1] == "nonce@rome.example.org"


def test_a_draft_is_not_sent(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "missions.yaml").write_text(LIST, encoding="utf-8")
    notegen("note", "render", examples / "national-day.yaml", "-o", "out")
    refused = notegen("note", "send", "out/national-day-draft.pdf", "--addressees", "missions.yaml")
    assert refused.code == 2
    assert "a draft is not sent" in refused.err


def test_a_copy_for_one_mission_goes_to_that_mission_alone(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    issuing = (
        "note",
        "issue",
        examples / "staff-list.yaml",
        "--addressees",
        examples / "addressees.yaml",
        "--each",
    )
    copies = dict(reversed(line.split("  ")) for line in notegen(*issuing).out.splitlines())
    with serving_in_thread() as server:
        settings(tmp_path, server)
        sent = notegen("note", "send", next(iter(copies)), "--addressees", examples / "addressees.yaml")
    assert sent.code == 0, sent.err
    assert server.recipients == ["protocole@ambassade-france.example.org"]
