"""What a person decides afterwards: mails in doubt, restored backups, dispatches given up, data erased."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from senders import MAILS, ROSTER, settings
from smtp_server import CLOSE, Script, serving_in_thread
from terminal import Notegen

KNOWN = (b"Lindqvist", b"missie.example.org")


def held(folder: Path) -> list[bytes]:
    """What of a known person the files of the ledger hold."""
    files = b"".join(path.read_bytes() for path in folder.glob("notegen.db*"))
    return [word for word in KNOWN if word in files]


def status(notegen: Notegen) -> dict[str, object]:
    return dict(json.loads(notegen("dispatch", "status", "--json").out)[0])


class TestInDoubt:
    @pytest.mark.parametrize(
        ("decision", "accepted", "sent"),
        [("accepted", MAILS, MAILS - 1), ("resend", MAILS, MAILS), ("cancel", MAILS - 3, MAILS - 3)],
    )
    def test_a_mail_in_doubt_waits_for_a_decision(
        self, notegen: Notegen, tmp_path: Path, decision: str, accepted: int, sent: int
    ) -> None:
        with serving_in_thread(Script(answers={"DOT": [CLOSE]})) as server:
            settings(tmp_path, server.port, in_doubt="hold")
            held = notegen("dispatch", "run", ROSTER, "--name", "july")
            assert (held.code, status(notegen)["in_doubt"], status(notegen)["held"]) == (3, 1, 2)
            assert "`notegen dispatch settle july`" in held.err
            settled = notegen("dispatch", "settle", "july", "--as", decision, "--json")
            notegen("dispatch", "run", ROSTER, "--name", "july")
        assert json.loads(settled.out)["settled"] == 1
        assert status(notegen)["accepted"] == accepted
        assert len(server.accepted) == sent

    def test_one_mail_can_be_decided_by_its_key(self, notegen: Notegen, tmp_path: Path) -> None:
        with serving_in_thread(Script(answers={"DOT": [CLOSE]})) as server:
            settings(tmp_path, server.port, in_doubt="hold")
            notegen("dispatch", "run", ROSTER, "--name", "july")
        listed = json.loads(notegen("dispatch", "history", "--name", "july", "--json").out)
        key = next(entry["key"] for entry in listed if entry["state"] == "in_doubt")
        other = next(entry["key"] for entry in listed if entry["state"] == "accepted")
        for chosen, count in ((other, 0), (key, 1)):
            settled = notegen("dispatch", "settle", "july", "--as", "resend", "--mail", chosen, "--json")
            assert json.loads(settled.out)["settled"] == count
        wrong = notegen("dispatch", "settle", "july", "--as", "resend", "--mail", "seven")
        assert wrong.code == 2
        assert "dispatch history" in wrong.err


class TestRestoredBackup:
    def backed_up(self, notegen: Notegen, tmp_path: Path) -> int:
        """A dispatch of which two people are done; then a backup; then the rest. How many mails went."""
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2100-01-01")
            shutil.copy(tmp_path / "notegen.db", tmp_path / "backup.db")
            notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2026-01-01")
        shutil.copy(tmp_path / "backup.db", tmp_path / "notegen.db")
        return len(server.accepted)

    def test_what_the_relay_has_taken_is_not_sent_again(self, notegen: Notegen, tmp_path: Path) -> None:
        assert self.backed_up(notegen, tmp_path) == MAILS
        people = MAILS // 3
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            for rounds in range(3):
                told = json.loads(notegen("dispatch", "restored", "july", "--json").out)
                assert (told["people"], told["in_doubt"]) == (people, people)
                assert told["held"] == (2 - rounds) * people
                notegen("dispatch", "settle", "july", "--as", "accepted")
            ended = notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2026-01-01")
        assert ended.code == 1
        assert status(notegen)["accepted"] == MAILS
        assert server.accepted == []

    def test_nothing_goes_before_a_person_decides_whatever_the_settings_say(
        self, notegen: Notegen, tmp_path: Path
    ) -> None:
        self.backed_up(notegen, tmp_path)
        run = ("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2026-01-01")
        with serving_in_thread() as server:
            settings(tmp_path, server.port, in_doubt="resend")
            notegen("dispatch", "restored", "july")
            assert notegen(*run).code == 3
            notegen("dispatch", "settle", "july", "--as", "accepted")
            assert notegen(*run).code == 3
            assert status(notegen)["in_doubt"] == MAILS // 3
            assert server.accepted == []
            notegen("dispatch", "settle", "july", "--as", "resend")
            notegen(*run)
        assert len(server.accepted) == MAILS // 3 * 2
        assert status(notegen)["accepted"] == MAILS

    def test_the_history_says_why_such_a_mail_waits(self, notegen: Notegen, tmp_path: Path) -> None:
        self.backed_up(notegen, tmp_path)
        notegen("dispatch", "restored", "july")
        listed = notegen("dispatch", "history", "--name", "july", "--json").out
        assert listed.count("in doubt since a backup was put back") == MAILS // 3

    def test_all_of_it_can_be_given_up_at_once(self, notegen: Notegen, tmp_path: Path) -> None:
        self.backed_up(notegen, tmp_path)
        notegen("dispatch", "restored", "july")
        notegen("dispatch", "settle", "july", "--as", "cancel")
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2026-01-01")
        assert server.accepted == []
        assert status(notegen)["cancelled"] == MAILS


@pytest.mark.usefixtures("either_records")
def test_history_is_newest_first_and_by_requester(notegen: Notegen, tmp_path: Path) -> None:
    settings(tmp_path, 25, delivery="folder")
    notegen("dispatch", "run", ROSTER, "--name", "one", "--requester", "protocol", "--only", "2")
    notegen("dispatch", "run", ROSTER, "--name", "two", "--requester", "security", "--again", "--only", "5")
    listed = json.loads(notegen("dispatch", "history", "--json").out)
    assert [entry["changed"] for entry in listed] == sorted((e["changed"] for e in listed), reverse=True)
    assert {entry["dispatch"] for entry in listed[:3]} == {"two"}
    own = json.loads(notegen("dispatch", "history", "--requester", "protocol", "--json").out)
    assert {(entry["dispatch"], entry["row"]) for entry in own} == {("one", 2)}
    assert json.loads(notegen("dispatch", "history", "--requester", "nobody", "--json").out) == []
    assert len(json.loads(notegen("dispatch", "history", "--limit", "2", "--json").out)) == 2


@pytest.mark.usefixtures("either_records")
def test_a_cancelled_dispatch_sends_nothing_more(notegen: Notegen, tmp_path: Path) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port)
        notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2100-01-01")
        cancelled = json.loads(notegen("dispatch", "cancel", "july", "--json").out)
        refused = notegen("dispatch", "run", ROSTER, "--name", "july", "--json")
    assert cancelled["cancelled"] == MAILS
    assert refused.code == 2
    assert "cancelled" in json.loads(refused.out)["error"]["what"]
    assert "cancelled" in notegen("dispatch", "status").out
    assert server.connections == 0


def test_what_was_sent_is_forgotten(notegen: Notegen, tmp_path: Path) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, retention_days=0)
        notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2100-01-01")
        assert held(tmp_path) == list(KNOWN)
        notegen("dispatch", "run", ROSTER, "--name", "july", "--not-before", "2026-01-01")
        assert held(tmp_path) == []
        assert json.loads(notegen("dispatch", "purge", "--json").out) == {"emptied": 1}
        known = notegen("dispatch", "run", ROSTER, "--name", "july", "--json")
    assert "purged" in json.loads(known.out)["error"]["what"]
    assert json.loads(notegen("dispatch", "history", "--json").out) == []
    assert "erased" in notegen("dispatch", "status").out
    assert len(server.accepted) == MAILS
