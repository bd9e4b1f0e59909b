"""Dispatches through a real Postfix: everything arrives, also when the sender is killed on the way."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from missions import person, save
from postfix import Postfix, running_postfix
from senders import MAILS, ROSTER, kept_its_promise, killed, settings, started
from terminal import Notegen

pytestmark = pytest.mark.tools("postfix")


@pytest.fixture
def relay(programs: Mapping[str, str]) -> Iterator[Postfix]:
    with running_postfix(programs["postfix"]) as postfix:
        yield postfix


def test_postfix_gets_every_mail_of_a_roster(notegen: Notegen, tmp_path: Path, relay: Postfix) -> None:
    settings(tmp_path, relay.port)
    sent = notegen("dispatch", "run", ROSTER, "--json")
    again = notegen("dispatch", "run", ROSTER, "--json")
    history = json.loads(notegen("dispatch", "history", "--json").out)
    assert json.loads(sent.out)["accepted"] == json.loads(again.out)["accepted"] == MAILS
    mails = relay.delivered()
    assert Counter(relay.taken) == Counter(str(mail["Message-ID"]) for mail in mails)
    assert Counter(relay.taken) == Counter(entry["message_id"] for entry in history)
    assert {entry["code"] for entry in history} == {250}
    assert all(mail["Return-Path"] == "<noreply@profiles.example.org>" for mail in mails)
    assert all(mail.is_multipart() and not mail.defects for mail in mails)


@pytest.mark.parametrize(
    ("people", "kills"), [pytest.param(1000, 10, marks=pytest.mark.slow), (40, 1)], ids=["10", "1"]
)
def test_postfix_gets_every_mail_of_a_sender_that_is_killed(
    notegen: Notegen, tmp_path: Path, relay: Postfix, people: int, kills: int
) -> None:
    roster = save(tmp_path, [person(index) for index in range(people)])
    settings(tmp_path, relay.port)
    chance = random.Random(kills)
    done = 0
    while done < kills:
        done += killed(tmp_path, roster, lambda: len(relay.taken), people // kills, chance)
    last = started(tmp_path, roster, "--json")
    out, _ = last.communicate()
    assert last.returncode == 0
    assert json.loads(out)["accepted"] == people * 3
    whose = {
        entry["message_id"]: (entry["member"], entry["kind"])
        for entry in json.loads(notegen("dispatch", "history", "--json", "--limit", people * 3).out)
    }
    kept_its_promise([whose[identity] for identity in relay.taken], people, kills * 2)
    assert {str(mail["Message-ID"]) for mail in relay.delivered()} == whose.keys()
