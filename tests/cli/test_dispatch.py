"""`notegen dispatch …` against a real mail server: sent, resumed after a kill, rehearsed, refused."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from senders import MAILS, by_person, settings
from smtp_server import Script, serving_in_thread
from terminal import Notegen


@pytest.mark.usefixtures("either_records")
def test_every_accepted_person_gets_three_mails_in_order(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        sent = notegen("dispatch", "run", examples / "members.xlsx", "--json")
        again = notegen("dispatch", "run", examples / "members.xlsx", "--json")
    assert sent.code == again.code == 1, "some rows were rejected"
    assert json.loads(sent.out)["accepted"] == json.loads(again.out)["accepted"] == MAILS
    assert len(server.accepted) == MAILS, "nothing is sent twice"
    persons = by_person(server)
    assert {len(ids) for ids in persons.values()} == {3}
    for address in persons:
        texts = [
            m.content
            for m in server.accepted
            if str(message_from_bytes(m.content, policy=policy.default)["To"]) == address
        ]
        assert [b"activate?token=3D" in text for text in texts] == [False, True, False]


@pytest.mark.usefixtures("either_records")
def test_a_run_that_is_killed_goes_on_where_it_stopped(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "notegen", "dispatch", "run", str(examples / "members.xlsx"), "--json"]
    with serving_in_thread() as server:
        settings(tmp_path, server.port, per_second=40)
        first = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(server.accepted) < 7:
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.002)
        assert f"sent by process {first.pid}" in " ".join(notegen("dispatch", "status").out.split())
        first.kill()
        first.wait()
        assert len(server.accepted) < MAILS
        stands = " ".join(notegen("dispatch", "status").out.split())
        assert f"left by process {first.pid}" in stands
        assert "which has ended: run it again" in stands
        second = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert json.loads(second.stdout)["accepted"] == MAILS
    received = Counter(identity for ids in by_person(server).values() for identity in ids)
    assert len(received) == MAILS, "none is lost"
    assert sum(received.values()) - MAILS <= 2, "one repeat a connection at most"
    for ids in by_person(server).values():
        assert len(list(dict.fromkeys(ids))) == 3
        assert [*dict.fromkeys(ids)] == sorted(set(ids), key=ids.index)


def test_without_a_server_everything_stays_planned(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings(tmp_path, free.getsockname()[1])
        tried = notegen("dispatch", "run", examples / "members.xlsx", "--json")
    assert tried.code == 3
    assert json.loads(tried.out)["planned"] == MAILS
    assert "no connection" in tried.err
    assert json.loads(tried.out)["error"]["what"] in tried.err
    assert "Traceback" not in tried.err


def test_a_refused_person_gets_no_later_mail_and_the_others_get_theirs(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    with serving_in_thread(Script(answers={"RCPT": ["550 5.1.1 no such mailbox"]})) as server:
        settings(tmp_path, server.port)
        sent = notegen("dispatch", "run", examples / "members.xlsx", "--json")
    counts = json.loads(sent.out)
    assert sent.code == 1
    assert (counts["refused"], counts["held"], counts["accepted"]) == (1, 2, MAILS - 3)


def test_a_dry_run_sends_and_keeps_nothing(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        counted = notegen("dispatch", "run", examples / "members.xlsx", "--dry-run", "--json")
        assert json.loads(counted.out)["planned"] == MAILS
        assert json.loads(notegen("dispatch", "status", "--json").out) == []
    assert server.connections == 0


def test_a_rehearsal_goes_to_one_address_and_is_never_taken_for_the_real_thing(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        notegen(
            "dispatch", "run", examples / "members.xlsx", "--redirect-to", "me@example.org", "--first", "2"
        )
        assert server.recipients == ["me@example.org"] * 6
        notegen("dispatch", "run", examples / "members.xlsx")
    assert len(server.accepted) == 6 + MAILS


@pytest.mark.usefixtures("either_records")
def test_only_the_rows_asked_for_go_and_the_rest_goes_later(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        notegen("dispatch", "run", examples / "members.xlsx", "--only", "2,5")
        assert len(server.accepted) == 6
        notegen("dispatch", "run", examples / "members.xlsx")
        unknown = notegen("dispatch", "run", examples / "members.xlsx", "--only", "11")
    assert len(server.accepted) == MAILS
    assert unknown.code == 2
    assert "row 11" in unknown.err


def test_an_allow_list_keeps_everyone_else_out(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "allowed.txt").write_text("# testers\nanna.lindqvist@missie.example.org\n")
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        notegen("dispatch", "run", examples / "members.xlsx", "--allow-list", "allowed.txt")
    assert set(server.recipients) == {"anna.lindqvist@missie.example.org"}


def test_mails_become_files_where_the_settings_say_so(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    settings(tmp_path, 25, delivery="folder")
    assert notegen("dispatch", "run", examples / "members.xlsx").code == 1
    assert len(list((tmp_path / "outbox").rglob("*.eml"))) == MAILS


def test_a_preview_hides_link_and_code_unless_asked(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    settings(tmp_path, 25)
    notegen("dispatch", "preview", examples / "members.xlsx", "--row", "2", "-o", "masked")
    notegen("dispatch", "preview", examples / "members.xlsx", "--row", "2", "-o", "shown", "--show-codes")
    assert len(list((tmp_path / "masked").iterdir())) == 9
    assert "token=" not in (tmp_path / "masked" / "2-activation-link.txt").read_text(encoding="utf-8")
    assert "token=" in (tmp_path / "shown" / "2-activation-link.txt").read_text(encoding="utf-8")
    assert "••••" in (tmp_path / "masked" / "3-activation-code.txt").read_text(encoding="utf-8")


def test_a_relay_that_is_not_this_machine_needs_a_real_activation_page(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "notegen.toml").write_text('[smtp]\nhost = "relay.invalid"\n')
    refused = notegen("dispatch", "run", examples / "members.xlsx")
    assert refused.code == 2
    assert "[activation] url" in refused.err


def test_nothing_personal_reaches_a_log(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        sent = notegen("dispatch", "run", examples / "members.xlsx", "--log-format", "json")
    lines = [line for line in sent.err.splitlines() if line.startswith("{")]
    assert len(lines) >= MAILS
    for secret in ("example.org", "token", "Lindqvist", "91.09.05"):
        assert secret not in "".join(line.replace("profiles.example.org", "") for line in lines)
    assert "Lindqvist" not in sent.err
    assert "@missie.example.org" not in sent.err


@pytest.mark.parametrize("secret", ["token", "code"])
def test_the_portal_can_verify_what_was_sent(
    notegen: Notegen, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    settings(tmp_path, 25, delivery="folder")
    notegen("dispatch", "run", examples / "members.xlsx", "--first", "1")
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((tmp_path / "outbox").rglob("*.eml"))
    ]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails]
    link = next(word for text in texts for word in text.split() if "token=" in word)
    given = link if secret == "token" else f"{link}\n{_code_in(texts)}"
    for text, code in ((given, 0), (given[:-3] + "AAA" if secret == "code" else given[:-4] + "0000", 1)):
        answered = subprocess.run(
            [sys.executable, "-m", "notegen", "activation", "verify"],
            cwd=tmp_path,
            input=text,
            text=True,
            capture_output=True,
            check=False,
            env={**os.environ, "LANG": "C.UTF-8"},
        )
        assert answered.returncode == code, answered.stderr


def _code_in(texts: list[str]) -> str:
    shape = "XXXX-XXXX"
    words = (word.strip(".,") for text in texts for word in text.split())
    return next(
        w
        for w in words
        if len(w) == len(shape) and w[4] == "-" and w.replace("-", "").isalnum() and w.isupper()
    )
