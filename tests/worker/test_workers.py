"""Workers as separate processes: one dispatch or several, one PostgreSQL, one mail server."""

from __future__ import annotations

import json
import random
import signal
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from postgres import Postgres
from senders import EXAMPLES, Gate, started, until
from smtp_server import Script, serving_in_thread
from workers import (
    Worker,
    accepted,
    arrived,
    kept_its_promise,
    notegen,
    planned,
    roster,
    settings,
    status,
    working,
)

pytestmark = pytest.mark.tools("postgresql")


def test_workers_share_a_dispatch_that_was_left_to_them(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url)
        name = planned(tmp_path, roster(tmp_path, 40))
        with working(tmp_path, 2, "--concurrency", 1) as (one, other):
            until(lambda: arrived(server) >= 120)
            until(lambda: accepted(tmp_path, name) == [120])
            assert (one.stop(), other.stop()) == (0, 0)
    kept_its_promise(server, 40, 0)
    log = one.log.read_text() + other.log.read_text()
    assert '"portion_ended"' in log
    assert not any(personal in log for personal in ("example.org>", "person.", "Peeters", "Anne", "token="))


def test_a_worker_killed_leaves_its_portion_to_the_others(tmp_path: Path, postgres_url: str) -> None:
    chance = random.Random(11)
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url)
        name = planned(tmp_path, roster(tmp_path, 120))
        with working(tmp_path, 3, "--concurrency", 1) as workers:
            for target in (60, 160):
                until(lambda target=target: arrived(server) >= target)  # type: ignore[misc]
                workers.pop(chance.randrange(len(workers))).kill()
                workers.append(Worker(tmp_path, "--concurrency", 1))
            until(lambda: accepted(tmp_path, name) == [360])
            assert [worker.stop() for worker in workers] == [0, 0, 0]
    # Two connections each at the death of the process, on the machine that takes over too.
    kept_its_promise(server, 120, 2 * 2)


def test_workers_ride_out_a_restart_of_the_database(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url, lease_seconds=20)
        name = planned(tmp_path, roster(tmp_path, 100))
        with working(tmp_path, 2, "--concurrency", 1) as workers:
            until(lambda: arrived(server) >= 40)
            postgres.restart()
            until(lambda: accepted(tmp_path, name) == [300])
            assert [worker.stop() for worker in workers] == [0, 0]
    kept_its_promise(server, 100, 0)


def test_two_dispatches_at_once_are_kept_apart(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url)
        one = planned(tmp_path, roster(tmp_path / "one", 40))
        other = planned(tmp_path, roster(tmp_path / "other", 40, first=100))
        with working(tmp_path, 2, "--concurrency", 2):
            until(lambda: accepted(tmp_path, one, other) == [120, 120])
    kept_its_promise(server, 80, 0)


def test_a_worker_told_to_stop_finishes_what_is_under_way_and_gives_the_rest_back(
    tmp_path: Path, postgres_url: str
) -> None:
    gate = Gate()
    with serving_in_thread(Script(answers={"DOT": [None] * 20 + [gate]})) as server:
        settings(tmp_path, server.port, postgres_url)
        name = planned(tmp_path, roster(tmp_path, 40))
        with working(tmp_path, 1, "--concurrency", 1) as (worker,):
            assert gate.reached.wait(60)
            worker.process.terminate()
            until(lambda: bool(worker.said("stopping")))
            gate.open()
            assert worker.process.wait(60) == 0
        stopped = status(tmp_path, name)
        assert (stopped.summary.sending, stopped.summary.in_doubt, stopped.holder) == (0, 0, "")
        assert stopped.summary.accepted == arrived(server) < 120
        with working(tmp_path, 1):
            until(lambda: accepted(tmp_path, name) == [120])
    kept_its_promise(server, 40, 0)


def test_a_rate_holds_for_all_workers_together(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url, per_second=60)
        name = planned(tmp_path, roster(tmp_path, 40))
        begun = datetime.now(UTC)
        with working(tmp_path, 2, "--concurrency", 2):
            until(lambda: accepted(tmp_path, name) == [120])
    kept_its_promise(server, 40, 0)
    with psycopg.connect(postgres_url) as connection:
        (opens,) = connection.execute("SELECT opens FROM paces WHERE name = 'all'").fetchone() or (0,)
    # Every mail had a place, whoever sent it: 120 places at 60 a second.
    assert opens / 1_000_000 >= begun.timestamp() + 2


def test_without_postgresql_there_is_no_worker(tmp_path: Path) -> None:
    refused = notegen(tmp_path, "worker")
    assert (refused.returncode, "PostgreSQL" in refused.stderr) == (2, True)


def test_a_worker_with_another_key_is_refused(tmp_path: Path, postgres_url: str) -> None:
    settings(tmp_path, 1, postgres_url)
    planned(tmp_path, roster(tmp_path, 3))
    (tmp_path / "notegen.key").write_text("ab" * 32)
    refused = notegen(tmp_path, "worker")
    assert refused.returncode == 2
    assert "Copy the key file" in refused.stderr
    (tmp_path / "notegen.key").unlink()
    missing = notegen(tmp_path, "worker")
    assert (missing.returncode, "the key is not on this machine" in missing.stderr) == (2, True)


def test_whether_a_worker_is_alive_can_be_asked(tmp_path: Path, postgres_url: str) -> None:
    settings(tmp_path, 1, postgres_url)
    planned(tmp_path, roster(tmp_path, 1), "--not-before", "2100-01-01")
    assert notegen(tmp_path, "worker", "--health").returncode == 1
    with working(tmp_path, 1, "--metrics", "worker.prom"):
        until(lambda: (tmp_path / "worker.prom").exists())
        until(lambda: notegen(tmp_path, "worker", "--health").returncode == 0)
        assert notegen(tmp_path, "worker", "--health", "--metrics", "worker.prom").returncode == 0
    assert notegen(tmp_path, "worker", "--health", "--metrics", "none.prom").returncode == 1


def test_figures_that_cannot_be_written_are_told_and_stop_nobody_who_works(
    tmp_path: Path, postgres_url: str
) -> None:
    settings(tmp_path, 1, postgres_url)
    planned(tmp_path, roster(tmp_path, 1))
    refused = notegen(tmp_path, "worker", "--metrics", "none/worker.prom")
    assert (refused.returncode, "figures cannot be written" in refused.stderr) == (2, True)
    folder = tmp_path / "figures"
    folder.mkdir()
    with working(tmp_path, 1, "--metrics", folder / "worker.prom") as (worker,):
        until(lambda: (folder / "worker.prom").exists())
        folder.rename(tmp_path / "elsewhere")
        until(lambda: len(worker.said("figures_not_kept")) >= 2)
        assert worker.stop() == 0


def test_a_run_sends_by_itself_where_no_worker_is(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url)
        people = roster(tmp_path, 25)
        run = notegen(tmp_path, "dispatch", "run", people, "--json")
        assert run.returncode == 0, run.stderr
        assert json.loads(run.stdout)["accepted"] == 75
        again = notegen(tmp_path, "dispatch", "run", people, "--json")
        assert (again.returncode, json.loads(again.stdout)["accepted"]) == (0, 75)
    kept_its_promise(server, 25, 0)


def test_where_nobody_is_there_to_send_it_is_said(tmp_path: Path, postgres_url: str) -> None:
    settings(tmp_path, 1, postgres_url)
    left = notegen(tmp_path, "dispatch", "run", roster(tmp_path, 2), "--detach")
    assert (left.returncode, "No worker gave a sign of life" in left.stderr) == (0, True)


def test_a_file_cannot_be_left_to_workers(tmp_path: Path) -> None:
    refused = notegen(tmp_path, "dispatch", "run", roster(tmp_path, 2), "--detach")
    assert (refused.returncode, "PostgreSQL" in refused.stderr) == (2, True)
    assert not (tmp_path / "notegen.db").exists()


def test_a_run_and_workers_send_one_dispatch_together(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url, portion=5)
        people = roster(tmp_path, 60)
        planned(tmp_path, people, "--not-before", "2100-01-01")
        with working(tmp_path, 2, "--concurrency", 1) as workers:
            until(lambda: all(worker.said("started") for worker in workers))
            run = notegen(tmp_path, "dispatch", "run", people, "--not-before", "2020-01-01", "--json")
    assert (run.returncode, json.loads(run.stdout)["accepted"]) == (0, 180), run.stderr
    kept_its_promise(server, 60, 0)


def test_a_run_that_is_stopped_leaves_the_rest_to_workers(tmp_path: Path, postgres_url: str) -> None:
    gate = Gate()
    with serving_in_thread(Script(answers={"DOT": [None] * 20 + [gate]})) as server:
        settings(tmp_path, server.port, postgres_url)
        run = started(tmp_path, roster(tmp_path, 40), "--json")
        assert gate.reached.wait(60)
        run.send_signal(signal.SIGINT)
        gate.open()
        out, err = run.communicate(timeout=60)
        assert (run.returncode, "left to workers" in err) == (3, True)
        name = json.loads(out)["name"]
        with working(tmp_path, 1):
            until(lambda: accepted(tmp_path, name) == [120])
    kept_its_promise(server, 40, 0)


def test_a_cancelled_dispatch_is_left_by_its_workers(tmp_path: Path, postgres_url: str) -> None:
    gate = Gate()
    with serving_in_thread(Script(answers={"DOT": [None] * 20 + [gate]})) as server:
        settings(tmp_path, server.port, postgres_url)
        name = planned(tmp_path, roster(tmp_path, 40))
        with working(tmp_path, 1, "--concurrency", 1) as (worker,):
            assert gate.reached.wait(60)
            assert notegen(tmp_path, "dispatch", "cancel", name).returncode == 0
            gate.open()
            until(lambda: status(tmp_path, name).holder == "")
            assert worker.stop() == 0
    summary = status(tmp_path, name).summary
    assert (summary.planned, summary.sending, summary.deferred) == (0, 0, 0)
    assert (summary.accepted, summary.cancelled) == (arrived(server), 120 - arrived(server))


def test_a_status_notification_is_sent_with_shared_records(tmp_path: Path, postgres_url: str) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url)
        ended = notegen(tmp_path, "notify", "number-assigned", EXAMPLES / "number-assigned.yaml", "--json")
        assert ended.returncode == 0, ended.stderr
    assert arrived(server) == 1


@pytest.mark.slow
def test_workers_and_the_database_die_again_and_again_and_nothing_is_lost(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    people, kills, chance = 1500, 20, random.Random(4)
    deaths = 0
    with serving_in_thread() as server:
        settings(tmp_path, server.port, postgres_url, portion=40, lease_seconds=5)
        names = [planned(tmp_path, roster(tmp_path / str(n), people // 2, first=n * 1000)) for n in (0, 1)]
        with working(tmp_path, 4, "--concurrency", 2) as workers:
            for kill in range(kills):
                target = min(arrived(server) + chance.randrange(50, 200), people * 3)
                until(lambda target=target: arrived(server) >= target)  # type: ignore[misc]
                workers.pop(chance.randrange(4)).kill()
                deaths += 1
                workers.append(Worker(tmp_path, "--concurrency", 2))
                if kill % 7 == 6:
                    postgres.kill()
                    postgres.start()
            until(lambda: accepted(tmp_path, *names) == [people * 3 // 2] * 2, 300)
            assert [worker.stop() for worker in workers] == [0] * 4
    # Two portions of one connection each at the death of a process; a crash of the database leaves none open.
    kept_its_promise(server, people, deaths * 2)
