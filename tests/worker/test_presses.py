"""Notes printed by workers as separate processes: the same bytes, whoever of them dies."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from postgres import Postgres
from senders import Gate, until
from smtp_server import Script, serving_in_thread
from verbal_notes import RICH, addressee, composed, note
from workers import notegen, planned, roster, settings, working

from notegen.domain.colophon import Colophon
from notegen.domain.reference import ReferenceNumber
from notegen.errors import RecordsError, RenderingError
from notegen.flows.presswork import Bench, opened_bench
from notegen.flows.print_order import Sharing, shared_printer
from notegen.records.print_orders import open_print_orders
from notegen.records.print_part import Hold
from notegen.rendering.document import Document
from notegen.rendering.imprint import own_colophon
from notegen.rendering.press import write_all

pytestmark = pytest.mark.tools("postgresql")

# Nothing is printed by the command while a worker is alive.
PATIENT = Sharing(size=3, priority=100, patience=timedelta(hours=1))
EXAMPLES = Path(__file__).parents[2] / "examples"
NATIONAL_DAY = EXAMPLES / "national-day.yaml"
STAFF_LIST = EXAMPLES / "staff-list.yaml"
COPIES = ("print_orders", "print_parts", "print_copies")


def copies(count: int) -> list[Document]:
    """A note to so many missions, each under a number of its own."""
    plain = note("fr", body=RICH, companions=(("staff.xlsx", b"PK\x00\xff" * 100),))
    numbers = (ReferenceNumber.parse(f"P0.0/PRO.3143/17.06.2021/VACCIN/{n}") for n in range(1, count + 1))
    return [composed(replace(plain, reference=number, addressee=addressee())) for number in numbers]


@pytest.fixture
def colophon() -> Colophon:
    own = own_colophon()
    assert own is not None
    return own


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def a_bench(url: str, colophon: Colophon, holder: str = "the command") -> Iterator[Bench]:
    hold = Hold(holder, timedelta(seconds=3))
    with opened_bench(url, colophon, hold, 1, now) as bench:
        yield bench


def ordered(url: str, colophon: Colophon, documents: Sequence[Document], sharing: Sharing) -> list[bytes]:
    with a_bench(url, colophon) as bench, shared_printer(bench, sharing) as printer:
        return list(printer(documents))


def never_alone(url: str, colophon: Colophon) -> None:
    """One more press is said to be alive, however late signs of life come: the command waits for workers."""
    with a_bench(url, colophon) as bench:
        bench.orders.greet("one that never comes", colophon.text, now() + timedelta(hours=1))


def asked(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[call-overload]
        return int(row[0] or 0) if row else 0


def alive(url: str, count: int = 1) -> bool:
    """Whether so many presses are there."""
    moment = round(now().timestamp() * 1000)
    return asked(url, f"SELECT count(*) FROM presses WHERE alive_until > {moment}") == count


def rows(url: str) -> int:
    """How many rows of orders, and summonses that wait, there are."""
    tables = " + ".join(f"(SELECT count(*) FROM {table})" for table in COPIES)
    waiting = "(SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'print' AND status = 'todo')"
    return asked(url, f"SELECT {tables} + {waiting}")


def prepared(folder: Path, url: str, port: int = 1) -> None:
    """Settings, key and tables."""
    open_print_orders(url).close()
    # On a busy machine a living worker may be silent for some seconds.
    settings(folder, port, url, lease_seconds=6)
    (folder / "notegen.key").write_text("5e" * 32)
    (folder / "notegen.key").chmod(0o600)


def test_what_workers_print_has_the_bytes_of_a_print_here(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    never_alone(postgres_url, colophon)
    documents = copies(10)
    with working(tmp_path, 2, "--concurrency", 1) as workers:
        until(lambda: alive(postgres_url, 3))
        printed = ordered(postgres_url, colophon, documents, PATIENT)
        until(lambda: rows(postgres_url) == 0)
        assert [worker.stop() for worker in workers] == [0, 0]
    assert printed == list(write_all(documents))
    assert sum(len(worker.said("part_printed")) for worker in workers) == 4
    assert asked(postgres_url, "SELECT count(*) FROM presses") == 1


def test_a_worker_killed_while_it_prints_leaves_its_part_to_the_other(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    documents = copies(40)
    never_alone(postgres_url, colophon)
    sharing = replace(PATIENT, size=40)
    with working(tmp_path, 2, "--concurrency", 1) as workers, ThreadPoolExecutor(1) as thread:
        until(lambda: alive(postgres_url, 3))
        order = thread.submit(ordered, postgres_url, colophon, documents, sharing)
        until(lambda: asked(postgres_url, "SELECT max(taken) FROM print_orders") >= 2)
        one, other = sorted(workers, key=lambda worker: not worker.said("part_begun"))
        one.kill()
        printed = order.result(120)
    assert printed == list(write_all(documents))
    assert other.said("part_begun")
    assert not one.said("part_printed")


@pytest.mark.slow
def test_a_worker_told_to_stop_leaves_the_rest_of_its_part_to_others(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    never_alone(postgres_url, colophon)
    documents = copies(40)
    with working(tmp_path, 1, "--concurrency", 1) as (one,), ThreadPoolExecutor(1) as thread:
        until(lambda: alive(postgres_url, 2))
        order = thread.submit(ordered, postgres_url, colophon, documents, replace(PATIENT, size=40))
        until(lambda: asked(postgres_url, "SELECT max(taken) FROM print_orders") >= 1)
        assert one.stop() == 0
        assert (len(one.said("part_left")), asked(postgres_url, "SELECT max(tries) FROM print_parts")) == (
            1,
            0,
        )
        with working(tmp_path, 1, "--concurrency", 1) as (other,):
            printed = order.result(120)
            until(lambda: bool(other.said("part_printed")))
    assert printed == list(write_all(documents))


@pytest.mark.slow
def test_a_database_that_restarts_is_waited_for(
    tmp_path: Path, postgres: Postgres, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    never_alone(postgres_url, colophon)
    documents = copies(40)
    with working(tmp_path, 1, "--concurrency", 1), ThreadPoolExecutor(1) as thread:
        until(lambda: alive(postgres_url, 2))
        order = thread.submit(ordered, postgres_url, colophon, documents, replace(PATIENT, size=10))
        until(lambda: asked(postgres_url, "SELECT max(taken) FROM print_orders") >= 1)
        postgres.restart()
        printed = order.result(120)
    assert printed == list(write_all(documents))
    assert rows(postgres_url) == 0


@pytest.mark.slow
def test_what_a_killed_worker_held_is_printed_here_when_there_is_no_other(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    documents = copies(40)
    with working(tmp_path, 1, "--concurrency", 1) as (worker,), ThreadPoolExecutor(1) as thread:
        until(lambda: alive(postgres_url))
        order = thread.submit(ordered, postgres_url, colophon, documents, replace(PATIENT, size=40))
        until(lambda: asked(postgres_url, "SELECT max(taken) FROM print_orders") >= 1)
        worker.kill()
        printed = order.result(120)
    assert printed == list(write_all(documents))
    assert rows(postgres_url) == 0


def test_a_note_is_printed_before_the_mails_of_a_dispatch_that_waited_longer(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    gate = Gate()
    never_alone(postgres_url, colophon)
    with serving_in_thread(Script(answers={"DOT": [gate]})) as server, ThreadPoolExecutor(1) as thread:
        prepared(tmp_path, postgres_url, server.port)
        planned(tmp_path, roster(tmp_path, 40))
        with working(tmp_path, 1, "--concurrency", 1) as (worker,):
            assert gate.reached.wait(60)
            until(lambda: alive(postgres_url, 2))
            order = thread.submit(ordered, postgres_url, colophon, copies(1), PATIENT)
            until(lambda: asked(postgres_url, "SELECT count(*) FROM print_parts") == 1)
            gate.open()
            assert order.result(120) == list(write_all(copies(1)))
            until(lambda: len(worker.said("portion_begun")) == 4)
        log = worker.log.read_text()
    turns = re.findall(r'"(portion_begun|part_begun)"', log)
    assert turns[:3] == ["portion_begun", "part_begun", "portion_begun"]


def test_a_press_that_would_print_other_bytes_is_not_asked(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    other = Colophon({**colophon.versions, "fonts": "others"})
    documents = copies(3)
    with working(tmp_path, 1) as (worker,):
        until(lambda: alive(postgres_url))
        # It falls to this machine, because no press of its kind is alive.
        assert ordered(postgres_url, other, documents, PATIENT) == list(write_all(documents))
        assert not worker.said("part_begun")


def test_a_part_is_not_leased_to_a_press_of_another_colophon(postgres_url: str, colophon: Colophon) -> None:
    other = Colophon({**colophon.versions, "fonts": "others"})
    with a_bench(postgres_url, colophon) as bench:
        order = bench.orders.open(colophon.text, 100, now())
        bench.orders.add(order, 1, range(1), b"forme", bench.queue, now())
        assert bench.orders.lease(order, 1, other.text, bench.hold, now()) is None
        assert bench.orders.lease(order, 1, colophon.text, bench.hold, now()) is not None
        assert bench.orders.lease(order, 1, colophon.text, bench.hold, now()) is None


def test_what_no_worker_takes_up_in_time_is_printed_here(postgres_url: str, colophon: Colophon) -> None:
    documents = copies(4)
    never_alone(postgres_url, colophon)
    impatient = Sharing(size=1, priority=100, patience=timedelta(0))
    assert ordered(postgres_url, colophon, documents, impatient) == list(write_all(documents))
    assert rows(postgres_url) == 0


def test_what_cannot_be_printed_is_told_as_here_after_what_comes_before_it(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    documents = [*copies(2), composed(note("fr", body="communiquer 漢字.")), *copies(1)]
    came = []
    never_alone(postgres_url, colophon)
    with working(tmp_path, 1) as (worker,):
        until(lambda: alive(postgres_url, 2))
        with (
            a_bench(postgres_url, colophon) as bench,
            shared_printer(bench, replace(PATIENT, size=1)) as printer,
            pytest.raises(RenderingError, match="no glyph"),
        ):
            for pdf in printer(documents):
                came.append(pdf)  # noqa: PERF402 — what came before the error counts
        until(lambda: len(worker.said("part_in_trouble")) == 3)
    assert rows(postgres_url) == 0
    assert len(came) == 2


def test_what_a_dead_command_ordered_is_erased(postgres_url: str, colophon: Colophon, tmp_path: Path) -> None:
    prepared(tmp_path, postgres_url)
    with a_bench(postgres_url, colophon) as bench:
        for begun in (now(), now() - timedelta(hours=1)):
            order = bench.orders.open(colophon.text, 100, begun)
            bench.orders.add(order, 1, range(1), b"forme", bench.queue, begun)
        bench.orders.greet("a dead one", colophon.text, now() - timedelta(seconds=1))
    assert rows(postgres_url) == 6
    purged = notegen(tmp_path, "dispatch", "purge")
    assert purged.returncode == 0, purged.stderr
    assert rows(postgres_url) == 3
    assert asked(postgres_url, "SELECT count(*) FROM presses") == 0


def test_a_command_that_slept_too_long_is_told_that_its_order_is_gone(
    postgres_url: str, colophon: Colophon
) -> None:
    never_alone(postgres_url, colophon)
    with a_bench(postgres_url, colophon) as bench, shared_printer(bench, PATIENT) as printer:
        assert bench.orders.erase_lost(now() + timedelta(minutes=11)) == 1
        order = bench.orders.open(colophon.text, 100, now())
        bench.orders.withdraw(order)
        with pytest.raises(RecordsError, match="no sign of life"):
            bench.orders.tend(order, bench.queue, now())
        with pytest.raises(RecordsError, match="no sign of life"):
            list(printer(copies(1)))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.pdf")}


MISSIONS = """\
- key: mission-{n}
  languages: [fr, en]
  fr: {{name: Ambassade du pays {n}, article: l', gender: f}}
  en: {{name: Embassy of country {n}}}
"""


def a_merge(folder: Path, missions: int) -> None:
    """An example note and so many missions."""
    (folder / "missions.yaml").write_text("".join(MISSIONS.format(n=n) for n in range(missions)))


def test_a_merge_and_a_note_are_printed_by_workers_as_here(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    a_merge(tmp_path, 12)
    merge = ("note", "merge", STAFF_LIST, "--addressees", "missions.yaml", "--draft")
    with working(tmp_path, 2) as workers:
        until(lambda: alive(postgres_url, 2))
        shared = notegen(tmp_path, *merge, "-o", "shared", "--workers")
        assert (shared.returncode, shared.stderr) == (0, "")
        rendered = notegen(tmp_path, "note", "render", NATIONAL_DAY, "--draft", "-o", "one", "--workers")
        assert (rendered.returncode, rendered.stderr) == (0, "")
        assert any(worker.said("part_printed") for worker in workers)
    own = notegen(tmp_path, *merge, "-o", "own")
    assert own.returncode == 0, own.stderr
    assert files(tmp_path / "shared") == files(tmp_path / "own")
    assert len(files(tmp_path / "own")) == 12
    assert notegen(tmp_path, "note", "render", NATIONAL_DAY, "--draft", "-o", "again").returncode == 0
    assert files(tmp_path / "one") == files(tmp_path / "again") != {}
    assert rows(postgres_url) == 0


def test_without_a_worker_that_is_said_and_this_machine_prints(
    tmp_path: Path, postgres_url: str, colophon: Colophon
) -> None:
    prepared(tmp_path, postgres_url)
    render = ("note", "render", NATIONAL_DAY, "--draft", "--workers")
    alone = notegen(tmp_path, *render, "-o", "alone")
    assert alone.returncode == 0
    assert "No worker is alive that prints. This machine prints." in alone.stderr
    other = Colophon({**colophon.versions, "weasyprint": "69.0"})
    with a_bench(postgres_url, colophon) as bench:
        bench.orders.greet("another", other.text, now() + timedelta(hours=1))
    unlike = notegen(tmp_path, *render, "-o", "unlike")
    assert unlike.returncode == 0
    assert f"weasyprint {colophon.versions['weasyprint']} here, 69.0 there" in unlike.stderr
    assert files(tmp_path / "alone") == files(tmp_path / "unlike") != {}
    (tmp_path / "notegen.toml").write_text("")
    refused = notegen(tmp_path, *render, "-o", "refused")
    assert (refused.returncode, "PostgreSQL" in refused.stderr) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_leaves_nothing_behind(
    tmp_path: Path, postgres_url: str, colophon: Colophon, how: signal.Signals
) -> None:
    prepared(tmp_path, postgres_url)
    a_merge(tmp_path, 30)
    never_alone(postgres_url, colophon)
    command = [sys.executable, "-m", "notegen", "note", "merge", STAFF_LIST, "--addressees", "missions.yaml"]
    run = subprocess.Popen(
        [*command, "--draft", "-o", "out", "--workers"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    until(lambda: asked(postgres_url, "SELECT count(*) FROM print_parts") == 3 or run.poll())
    run.send_signal(how)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (130, "")
    assert rows(postgres_url) == 0
