"""A sender is killed again and again: nothing lost, order kept, repeats few and recognisable."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from ledgers import NAME, a_ledger, address, planned_ledger
from letterbox import Letterbox, open_letterbox
from postgres import Postgres

from notegen.domain.planned_mail import Summary
from notegen.records.database import Database
from notegen.records.under_way import places_under_way

SENDER = Path(__file__).parent / "sender.py"
TESTS = SENDER.parent.parent
CONNECTIONS = 4
KINDS = ["profile-created", "activation-link", "activation-code"]


def started(folder: Path, letterbox: Letterbox) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(SENDER), str(folder), str(letterbox.port), str(CONNECTIONS)]
    path = os.pathsep.join((str(TESTS), str(TESTS.parent)))
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})


def send_and_die(folder: Path, letterbox: Letterbox, after: int, chance: random.Random) -> bool:
    """Send until so many more mails have arrived, then be killed at once or soon after; whether it was."""
    here = len(letterbox.contents)
    reached = threading.Event()
    process = started(folder, letterbox)
    at_once = chance.random() < 0.5

    def on_mail(count: int) -> None:
        if count == here + after:
            if at_once:
                process.send_signal(signal.SIGKILL)
            reached.set()

    letterbox.on_mail = on_mail
    threading.Thread(target=lambda: (process.wait(), reached.set()), daemon=True).start()
    reached.wait()
    threading.Event().wait(chance.random() * 0.02)
    process.kill()
    process.wait()
    return process.returncode == -signal.SIGKILL


def ledger_keeps_its_word(folder: Path, letterbox: Letterbox) -> None:
    """What the ledger calls accepted has arrived; what has arrived was intended first."""
    database = Database(address(folder))
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT dispatch, person, position, source_row, kind, state, tries"
            " FROM mails JOIN people USING (dispatch, person)"
        ).all()
        under_way = places_under_way(connection)
    database.close()
    arrived = {(recipient, kind_of(content)) for recipient, content in letterbox.contents}
    for dispatch, person, position, row, kind, state, tries in rows:
        if state == "accepted":
            assert (f"person{row}@mission.test", kind) in arrived
        if (f"person{row}@mission.test", kind) in arrived:
            assert tries > 0 or (dispatch, person, position) in under_way


def kind_of(content: str) -> str:
    return content.partition("\r\n")[0].removeprefix("Subject: ")


def message_id_of(content: str) -> str:
    return content.split("\r\n")[1]


def nothing_is_lost_and_order_is_kept(letterbox: Letterbox, people: int, kills: int) -> None:
    by_person: dict[str, list[str]] = defaultdict(list)
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for recipient, content in letterbox.contents:
        by_person[recipient].append(kind_of(content))
        ids[recipient, kind_of(content)].add(message_id_of(content))
    assert len(by_person) == people
    for kinds in by_person.values():
        assert kinds == sorted(kinds, key=KINDS.index)
        assert set(kinds) == set(KINDS)
    assert all(len(found) == 1 for found in ids.values())
    repeats = sum(count - 1 for count in Counter(letterbox.contents).values())
    assert repeats <= kills * CONNECTIONS


# A hundred kills in four parts, so that on a busy machine none takes longer than a test may.
HUNDRED = [pytest.param(600, 25, seed, marks=pytest.mark.slow) for seed in range(4)]


@pytest.mark.parametrize(("people", "kills", "seed"), [(300, 5, 5), *HUNDRED])
def test_a_sender_killed_at_any_instant_loses_nothing(
    folder: Path, people: int, kills: int, seed: int
) -> None:
    ledger = planned_ledger(folder, people)
    ledger.close()
    chance = random.Random(seed)
    done = 0
    with open_letterbox() as letterbox:
        for _ in range(kills):
            before = len(letterbox.contents)
            done += send_and_die(folder, letterbox, chance.randrange(1, people * 3 // (kills + 2)), chance)
            repeats = sum(count - 1 for count in Counter(letterbox.contents).values())
            assert repeats <= done * CONNECTIONS
            assert len(letterbox.contents) >= before
            ledger_keeps_its_word(folder, letterbox)
        letterbox.on_mail = lambda _: None
        assert started(folder, letterbox).wait() == 0
        # On a busy machine a sender may be done before it dies: how often is chance, that one died is not.
        assert done
        nothing_is_lost_and_order_is_kept(letterbox, people, done)
    assert a_ledger(folder).summary(NAME) == Summary(NAME, accepted=people * 3)


@pytest.mark.tools("postgresql")
@pytest.mark.parametrize("restarts", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_postgresql_restarts_or_crashes_in_mid_dispatch_and_nothing_is_lost(
    postgres: Postgres, postgres_url: str, tmp_path: Path, restarts: int
) -> None:
    """The sender waits and goes on by itself: nothing comes twice."""
    (tmp_path / "postgresql").write_text(postgres_url)
    people = 60 * (restarts + 1)
    ledger = planned_ledger(tmp_path, people)
    ledger.close()
    reached = threading.Semaphore(0)

    def on_mail(count: int) -> None:
        if count % 150 == 0:
            reached.release()

    with open_letterbox() as letterbox:
        letterbox.on_mail = on_mail
        process = started(tmp_path, letterbox)
        for number in range(restarts):
            reached.acquire()
            end = postgres.kill if number % 2 else postgres.stop
            end()
            postgres.start()
        assert process.wait(120) == 0
        nothing_is_lost_and_order_is_kept(letterbox, people, kills=0)
    assert a_ledger(tmp_path).summary(NAME) == Summary(NAME, accepted=people * 3)
