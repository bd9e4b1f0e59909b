"""The register of references: numbers without gaps or repeats, entries that nobody can change unseen."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import address

from notegen.domain.reference import ReferenceNumber, ReferenceRequest
from notegen.errors import RecordsError
from notegen.records.chain import Deed
from notegen.records.database import Database
from notegen.records.reference_search import search
from notegen.records.register import Issuing, Register, open_register

REQUEST = ReferenceRequest("P0.0", "PRO.3143", "VACCIN")
DATED = date(2021, 6, 17)
NOW = datetime(2021, 6, 17, 10, 0, tzinfo=UTC)
ISSUER = Path(__file__).parent / "issuer.py"


def a_register(folder: Path) -> Register:
    return open_register(address(folder))


def target(folder: Path) -> object:
    return lambda reference: folder / f"{reference.slug}.pdf"


def issue(folder: Path, note: str, request: ReferenceRequest = REQUEST) -> ReferenceNumber:
    with a_register(folder).issuing(request, NOW) as issuing:
        reference = reserve(issuing, folder, note)
        write(folder, reference)
        issuing.confirm(reference)
    return reference


def reserve(issuing: Issuing, folder: Path, note: str) -> ReferenceNumber:
    return issuing.reserve(DATED, note, target(folder))  # type: ignore[arg-type]


def write(folder: Path, reference: ReferenceNumber) -> None:
    (folder / f"{reference.slug}.pdf").write_text(f"note {reference}")


def numbers(folder: Path) -> list[int]:
    return [entry.reference.number for entry in a_register(folder).entries()]


def meddle(folder: Path, statement: str) -> None:
    with Database(address(folder)).writing() as connection:
        connection.exec_driver_sql(statement)


def test_numbers_are_counted_within_unit_file_and_topic(folder: Path) -> None:
    other = ReferenceRequest("P0.0", "PRO.3143", "PARKING")
    found = [issue(folder, "a"), issue(folder, "b"), issue(folder, "c", other), issue(folder, "d")]
    assert [str(reference) for reference in found] == [
        "P0.0/PRO.3143/17.06.2021/VACCIN/1",
        "P0.0/PRO.3143/17.06.2021/VACCIN/2",
        "P0.0/PRO.3143/17.06.2021/PARKING/1",
        "P0.0/PRO.3143/17.06.2021/VACCIN/3",
    ]
    assert a_register(folder).verify(NOW) == []


def test_an_entry_holds_the_digest_of_the_document(folder: Path) -> None:
    reference = issue(folder, "a")
    (entry,) = a_register(folder).entries()
    assert entry.document == sha256(f"note {reference}".encode()).hexdigest()
    assert (entry.entry, entry.deed, entry.note, entry.entered) == (1, Deed.ISSUED, "a", NOW)


def test_a_number_that_came_to_nothing_is_given_to_the_next_note(folder: Path) -> None:
    with pytest.raises(OSError, match="paper"), a_register(folder).issuing(REQUEST, NOW) as issuing:
        reserve(issuing, folder, "a")
        raise OSError("no paper")
    assert issue(folder, "b").number == 1


def test_a_gap_that_a_failure_leaves_in_a_batch_is_filled_first(folder: Path) -> None:
    with a_register(folder).issuing(REQUEST, NOW) as issuing:
        _, second, third = (reserve(issuing, folder, note) for note in "abc")
        for reference in (second, third):
            write(folder, reference)
            issuing.confirm(reference)
    assert a_register(folder).verify(NOW) == [f"the number before {second} is missing"]
    assert issue(folder, "d").number == 1
    assert issue(folder, "e").number == 4
    assert a_register(folder).verify(NOW) == []


def test_the_same_note_is_not_issued_twice_by_mistake(folder: Path) -> None:
    reference = issue(folder, "a")
    with pytest.raises(RecordsError, match="issued already") as caught:
        issue(folder, "a")
    assert caught.value.where == str(reference)
    assert a_register(folder).issued_as("a") is not None
    with a_register(folder).issuing(REQUEST, NOW) as issuing:
        assert issuing.reserve(DATED, "a", target(folder), again=True).number == 2  # type: ignore[arg-type]


def test_a_document_that_the_register_does_not_know_is_never_overwritten(folder: Path) -> None:
    write(folder, REQUEST.numbered(DATED, 1))
    with pytest.raises(RecordsError, match="does not know"):
        issue(folder, "a")


def test_a_note_may_bring_its_own_number_and_counting_goes_on_from_there(folder: Path) -> None:
    own = ReferenceNumber.parse("P0.0/PRO.3143/17.06.2021/VACCIN/5")
    with a_register(folder).issuing(REQUEST, NOW) as issuing:
        issuing.adopt(own, "a", folder / f"{own.slug}.pdf")
        write(folder, own)
        issuing.confirm(own)
        with pytest.raises(RecordsError, match="taken"):
            issuing.adopt(own, "b", folder / "other.pdf")
    assert issue(folder, "c").number == 6
    assert a_register(folder).verify(NOW) == []


def test_an_update_keeps_its_number_and_gets_an_entry_of_its_own(folder: Path) -> None:
    reference = issue(folder, "a")
    updated = folder / "update.pdf"
    updated.write_text("the update")
    register = a_register(folder)
    entry = register.reissue(reference, date(2021, 12, 17), "a2", updated, NOW)
    assert (entry.entry, entry.deed, entry.updated) == (2, Deed.REISSUED, "17.12.2021")
    assert len(register.show(str(reference)).entries) == 2
    assert register.verify(NOW) == []
    with pytest.raises(RecordsError, match="never issued"):
        register.reissue(REQUEST.numbered(DATED, 9), DATED, "b", updated, NOW)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE register_entries SET note = 'x' WHERE entry = 2", "entry 2 .* was changed"),
        ("DELETE FROM register_entries WHERE entry = 2", "entry 2 is missing"),
        ("DELETE FROM register_entries WHERE entry = 3", "VACCIN/3 was issued and has no entry"),
        ("DELETE FROM reference_numbers WHERE number = 2", "the number before .*VACCIN/3 is missing"),
    ],
)
def test_whoever_changes_the_register_is_found_out(folder: Path, statement: str, problem: str) -> None:
    for note in "abc":
        issue(folder, note)
    meddle(folder, statement)
    problems = a_register(folder).verify(NOW)
    assert problems
    with pytest.raises(AssertionError, match=problem):
        raise AssertionError("; ".join(problems))


def test_a_document_that_was_changed_or_lost_is_found_out(folder: Path) -> None:
    first, second = issue(folder, "a"), issue(folder, "b")
    (folder / f"{first.slug}.pdf").write_text("something else")
    (folder / f"{second.slug}.pdf").unlink()
    assert [problem.split(str(folder))[0] for problem in a_register(folder).verify(NOW)] == [
        f"the document of {first} is not the one that was issued: ",
        f"the document of {second} is gone: ",
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "P0.0/PRO.3143/17.06.2021/VACCIN/2",
        "po.o / pro 3143 / 17-06-2021 / vaccin / 2",
        "vaccin/2",
        "17.06.2021/VACCIN/2",
    ],
)
def test_a_reference_is_found_however_it_was_typed(folder: Path, typed: str) -> None:
    for note in "abc":
        issue(folder, note)
    found = a_register(folder).show(typed)
    assert found.exact
    assert [entry.note for entry in found.entries] == ["b"]


def test_a_misspelt_reference_brings_the_nearest_ones(folder: Path) -> None:
    issue(folder, "a")
    found = a_register(folder).show("P0.0/PRO.3134/17.06.2021/VACIN/1")
    assert (found.exact, len(found.entries)) == (False, 1)
    assert a_register(folder).show("PARKING").entries == ()


@given(st.text(max_size=60))
def test_no_text_upsets_the_search(text: str) -> None:
    assert search(text, []).entries == ()


def issuer(folder: Path, count: int, prefix: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ISSUER), str(folder), str(count), prefix]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, ISSUER.parents[1:3]))}
    )


@pytest.mark.parametrize("each", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_two_processes_that_issue_at_once_count_without_gap_or_repeat(folder: Path, each: int) -> None:
    both = [issuer(folder, each, prefix) for prefix in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert numbers(folder) == list(range(1, 2 * each + 1))
    assert a_register(folder).verify(NOW) == []
    assert list(folder.glob(".register-*")) == []


@pytest.mark.tools("postgresql")
def test_a_machine_that_cannot_see_the_documents_leaves_a_reservation_alone(
    postgres_url: str, tmp_path: Path
) -> None:
    """The other machine died before the entry: whether the document was written is seen there only."""
    (tmp_path / "postgresql").write_text(postgres_url)
    there = tmp_path / "documents"
    there.mkdir()
    database = Database(postgres_url)
    dead = Issuing(database, REQUEST, NOW)
    a_register(tmp_path).close()
    reserve(dead, there, "a")
    write(there, REQUEST.numbered(DATED, 1))
    elsewhere = there.rename(tmp_path / "unmounted")
    assert issue(tmp_path, "b").number == 2
    elsewhere.rename(there)
    assert a_register(tmp_path).verify(NOW) == []
    assert [entry.note for entry in a_register(tmp_path).entries()] == ["b", "a"]
    database.close()


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_a_kill_during_issue_leaves_neither_gap_nor_lie(folder: Path, kills: int) -> None:
    chance = random.Random(kills)
    for kill in range(kills):
        process = issuer(folder, 10_000, f"life {kill}")
        before = len(list(folder.glob("*.pdf")))
        while len(list(folder.glob("*.pdf"))) < before + 2 + kill % 4:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(process.wait(0.002))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.random() * 0.03)
        process.kill()
        process.wait()
        assert a_register(folder).verify(NOW) == []
        found = numbers(folder)
        assert found == list(range(1, len(found) + 1))
        assert len(list(folder.glob("*.pdf"))) == len(found)
    assert issue(folder, "the last").number == len(found) + 1
