"""The whole command, killed a hundred times: none lost, order kept, repeats few and recognisable."""

from __future__ import annotations

import json
import random
from email import message_from_string, policy
from pathlib import Path

import pytest
from letterbox import open_letterbox
from missions import person, save
from senders import kept_its_promise, killed, settings, started
from terminal import Notegen


@pytest.mark.slow
def test_a_command_killed_a_hundred_times_loses_nothing(notegen: Notegen, tmp_path: Path) -> None:
    people, kills = 2500, 100
    roster = save(tmp_path, [person(index) for index in range(people)])
    chance = random.Random(kills)
    done = 0
    with open_letterbox() as letterbox:
        settings(tmp_path, letterbox.port)
        for _ in range(kills):
            more = chance.randrange(1, people * 3 // kills)
            done += killed(tmp_path, roster, lambda: len(letterbox.contents), more, chance)
            shown = json.loads(notegen("dispatch", "status", "--json").out)
            assert not shown or shown[0]["accepted"] <= len(letterbox.contents)
        assert done >= kills * 0.9
        last = started(tmp_path, roster, "--json")
        out, _ = last.communicate()
    assert last.returncode == 0
    assert json.loads(out)["accepted"] == people * 3
    listed = json.loads(notegen("dispatch", "history", "--json", "--limit", people * 3).out)
    whose = {entry["message_id"]: (entry["member"], entry["kind"]) for entry in listed}
    assert len(whose) == people * 3
    mails = [message_from_string(text, policy=policy.default) for _, text in letterbox.contents]
    kept_its_promise([whose[str(mail["Message-ID"])] for mail in mails], people, done * 2)
