"""Status notifications and notes whose command is killed: nothing lost, order kept, repeats recognisable."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from email import message_from_string, policy
from email.message import EmailMessage
from itertools import groupby
from pathlib import Path

import pytest
from letterbox import Letterbox, open_letterbox
from openpyxl import load_workbook
from senders import settings
from terminal import Notegen

CONNECTIONS = 2
"""Those of `senders.settings`."""


def begun(folder: Path, command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "notegen", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_and_run_again(folder: Path, letterbox: Letterbox, command: list[str], *after: int) -> None:
    """Kill it before the answer to the mail that comes after so many, for each number; then let it end."""
    for more in after:
        target = len(letterbox.contents) + more
        run = begun(folder, command)
        letterbox.on_mail = lambda count, run=run, target=target: run.kill() if count >= target else None  # type: ignore[misc]
        run.communicate()
        assert run.returncode == -9
    letterbox.on_mail = lambda _: None
    last = begun(folder, command)
    _, err = last.communicate()
    assert last.returncode == 0, err


def arrived(letterbox: Letterbox) -> dict[str, list[EmailMessage]]:
    """The mails that each recipient got, in order, repeats left out."""
    found: dict[str, dict[str, EmailMessage]] = {}
    for recipient, text in letterbox.contents:
        mail = message_from_string(text, policy=policy.default)
        found.setdefault(recipient, {}).setdefault(str(mail["Message-ID"]), mail)  # type: ignore[arg-type]
    return {recipient: list(own.values()) for recipient, own in found.items()}


def repeats(letterbox: Letterbox) -> int:
    """Mails that came again; each is the same to the last byte, and none has overtaken another."""
    counts = Counter(letterbox.contents)
    by_person: dict[str, list[str]] = {}
    for recipient, content in letterbox.contents:
        by_person.setdefault(recipient, []).append(content)
    for own in by_person.values():
        assert len([each for each, _ in groupby(own)]) == len(set(own))
    return sum(count - 1 for count in counts.values())


@pytest.mark.usefixtures("either_records")
def test_notifications_of_a_killed_command_all_arrive_each_persons_in_order(
    notegen: Notegen, tmp_path: Path
) -> None:
    people = 24
    assert notegen("notify", "form", "-o", "events.xlsx").code == 0
    workbook = load_workbook(tmp_path / "events.xlsx")
    for index in range(people):
        told = (f"person.{index}@mission.example.org", "EN", f"Zoë {'abcdefgh'[index % 8]}", "Peeters")
        request = (("Embassy of Japan", "UNHCR")[index % 2], f"R-{index}")
        workbook.active.append(("Request in progress", *told, *request))  # type: ignore[union-attr]
        workbook.active.append(("Document required", *told, *request, "", "", "", "A passport"))  # type: ignore[union-attr]
    workbook.save(tmp_path / "events.xlsx")
    with open_letterbox() as letterbox:
        settings(tmp_path, letterbox.port)
        killed_and_run_again(tmp_path, letterbox, ["notify", "rows", "events.xlsx"], 3, 20)
    mails = arrived(letterbox)
    assert set(mails) == {f"person.{index}@mission.example.org" for index in range(people)}
    subjects = {tuple(str(mail["Subject"]) for mail in own) for own in mails.values()}
    assert [len(own) for own in subjects] == [2], "the same two, in the same order, for everybody"
    assert "passport" in str(mails["person.0@mission.example.org"][1].get_body(("plain",)))
    assert repeats(letterbox) <= 2 * CONNECTIONS


def test_a_note_whose_sending_is_killed_reaches_every_mission(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    missions = 12
    (tmp_path / "missions.yaml").write_text(
        "".join(
            f"- key: mission-{index}\n  languages: [fr]\n  email: mission.{index}@example.org\n"
            f"  fr: {{name: Ambassade {index}, article: l', gender: f}}\n"
            for index in range(missions)
        )
    )
    assert notegen("note", "issue", examples / "identity-cards.yaml").code == 0
    issued = next((tmp_path / "issued").iterdir())
    with open_letterbox() as letterbox:
        settings(tmp_path, letterbox.port)
        command = ["note", "send", str(issued), "--addressees", "missions.yaml"]
        killed_and_run_again(tmp_path, letterbox, command, 1, 4)
    mails = arrived(letterbox)
    assert set(mails) == {f"mission.{index}@example.org" for index in range(missions)}
    for [mail] in mails.values():
        [attached] = mail.iter_attachments()
        assert attached.get_content() == issued.read_bytes()
    assert repeats(letterbox) <= 2 * CONNECTIONS
