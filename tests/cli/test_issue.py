"""`notegen note issue` and `notegen register …`: numbers without gap or repeat, whatever happens."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pytest
from terminal import Notegen

NOTE = """\
document: verbal-note
reference: {unit: P0.0, file: PRO.1000, topic: ESSAI}
issued: 2026-11-02
place: brussels
addressee: missions
languages: [en]
title: {en: Trial number %d}
body:
  en: |
    inform them that this is trial number %d.
"""


def write_notes(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"note-{number}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(NOTE % (number, number), encoding="utf-8")
    return paths


def listed(notegen: Notegen) -> list[str]:
    return [entry["reference"] for entry in json.loads(notegen("register", "list", "--json").out)]


def test_an_issued_note_has_its_number_on_paper_and_in_the_register(notegen: Notegen, tmp_path: Path) -> None:
    [note] = write_notes(tmp_path, 1)
    issued = notegen("note", "issue", note.name, "-o", "issued")
    assert issued.out == "P0.0/PRO.1000/02.11.2026/ESSAI/1  issued/P0.0-PRO.1000-02.11.2026-ESSAI-1.pdf\n"
    path = tmp_path / "issued/P0.0-PRO.1000-02.11.2026-ESSAI-1.pdf"
    assert not path.stat().st_mode & 0o222
    with pikepdf.open(path) as pdf:
        assert "P0.0/PRO.1000/02.11.2026/ESSAI/1" in str(pdf.docinfo["/Subject"])
    assert listed(notegen) == ["P0.0/PRO.1000/02.11.2026/ESSAI/1"]
    assert notegen("note", "rebuild", path, "--check").code == 0


def test_the_same_note_is_not_issued_twice_by_accident(notegen: Notegen, tmp_path: Path) -> None:
    [note] = write_notes(tmp_path, 1)
    notegen("note", "issue", note.name)
    refused = notegen("note", "issue", note.name)
    assert refused.code == 2
    assert "issued already" in refused.err
    assert notegen("note", "issue", note.name, "--again").code == 0
    assert [reference[-1] for reference in listed(notegen)] == ["1", "2"]


def test_a_note_with_an_error_is_not_issued_and_takes_no_number(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8")
    wrong = text.replace("vanaf 1 november 2026", "vanaf 2 november 2026")
    assert wrong != text
    (tmp_path / "note.yaml").write_text(wrong, encoding="utf-8")
    refused = notegen("note", "issue", "note.yaml")
    assert refused.code == 2
    assert "nothing was issued" in refused.err
    assert "2 november 2026" in refused.out
    assert listed(notegen) == []
    assert not (tmp_path / "issued").exists()


def test_an_update_keeps_its_number_and_leaves_the_first_pdf_alone(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8")
    (tmp_path / "first.yaml").write_text(text.replace("updated: 2026-10-05\n", ""), encoding="utf-8")
    (tmp_path / "second.yaml").write_text(text, encoding="utf-8")
    assert notegen("note", "issue", "first.yaml").code == 0
    assert notegen("note", "issue", "second.yaml").code == 0
    assert sorted(path.name for path in (tmp_path / "issued").iterdir()) == [
        "P1.2-PRO.4410-02.03.2026-PLAQUES-2.pdf",
        "P1.2-PRO.4410-02.03.2026-PLAQUES-2_05.10.2026.pdf",
    ]
    assert listed(notegen) == ["P1.2/PRO.4410/02.03.2026/PLAQUES/2"] * 2
    assert notegen("register", "verify").code == 0


def test_each_mission_of_a_list_gets_a_number_of_its_own(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    issued = notegen(
        "note", "issue", examples / "staff-list.yaml", "--addressees", examples / "addressees.yaml", "--each"
    )
    count = len(issued.out.splitlines())
    assert count >= 12
    assert [int(reference.rpartition("/")[2]) for reference in listed(notegen)] == list(range(1, count + 1))


def test_a_changed_or_lost_pdf_is_found(notegen: Notegen, tmp_path: Path) -> None:
    for note in write_notes(tmp_path, 2):
        notegen("note", "issue", note.name)
    assert notegen("register", "verify").code == 0
    one, two = sorted((tmp_path / "issued").iterdir())
    one.chmod(0o600)
    one.write_bytes(one.read_bytes() + b"\n")
    two.unlink()
    found = notegen("register", "verify")
    assert found.code == 1
    assert "ESSAI/1" in found.out
    assert "ESSAI/2" in found.out


def test_a_mistyped_reference_is_found(notegen: Notegen, tmp_path: Path) -> None:
    for note in write_notes(tmp_path, 2):
        notegen("note", "issue", note.name)
    for typed in (
        "P0.0/PRO.1000/02.11.2026/ESSAI/2",
        "po.o pro1000 essai 2",
        "PO.0-PRO.1000-02.11.2026-ESSAI-2",
    ):
        found = notegen("register", "show", typed, "--json")
        assert "P0.0/PRO.1000/02.11.2026/ESSAI/2" in {
            entry["reference"] for entry in json.loads(found.out)
        }, typed


def test_the_register_is_exported_whole(notegen: Notegen, tmp_path: Path) -> None:
    for note in write_notes(tmp_path, 2):
        notegen("note", "issue", note.name)
    rows = list(csv.DictReader(io.StringIO(notegen("register", "export").out)))
    assert [row["reference"].rpartition("/")[2] for row in rows] == ["1", "2"]
    assert all(len(row["chain"]) == 64 for row in rows)


def issuing(folder: Path, notes: list[Path]) -> subprocess.Popen[bytes]:
    """A process of its own that issues these notes one after the other."""
    program = (
        "import sys\nfrom notegen.__main__ import main\n"
        "for name in sys.argv[1:]:\n"
        "    sys.argv = ['notegen', 'note', 'issue', name]\n"
        "    try: main()\n"
        "    except SystemExit as end:\n"
        "        if end.code: raise\n"
    )
    names = [note.name for note in notes]
    return subprocess.Popen(
        [sys.executable, "-c", program, *names], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


@pytest.mark.usefixtures("either_records")
def test_two_processes_at_once_allot_every_number_once(notegen: Notegen, tmp_path: Path) -> None:
    notes = write_notes(tmp_path, 12)
    processes = [issuing(tmp_path, notes[::2]), issuing(tmp_path, notes[1::2])]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    assert sorted(int(reference.rpartition("/")[2]) for reference in listed(notegen)) == list(range(1, 13))
    assert notegen("register", "verify").code == 0


def killed_while_issuing(notegen: Notegen, tmp_path: Path, kills: int, dice: random.Random) -> None:
    notes = write_notes(tmp_path, kills)
    for note in notes:
        process = issuing(tmp_path, [note])
        time.sleep(dice.uniform(0.9, 1.9))
        process.kill()
        process.communicate()
        assert notegen("register", "verify").code == 0
    issued = listed(notegen)
    for note in notes:
        ended = notegen("note", "issue", note.name)
        assert ended.code == 0 or "issued already" in ended.err
    assert len(listed(notegen)) == kills
    assert issued == listed(notegen)[: len(issued)], "what was issued stays as it was"
    assert sorted(int(reference.rpartition("/")[2]) for reference in listed(notegen)) == list(
        range(1, kills + 1)
    )
    assert notegen("register", "verify").code == 0


@pytest.mark.usefixtures("either_records")
def test_a_kill_while_issuing_leaves_neither_a_gap_nor_a_lie(notegen: Notegen, tmp_path: Path) -> None:
    killed_while_issuing(notegen, tmp_path, 3, random.Random(3))


@pytest.mark.slow
def test_fifty_kills_while_issuing_leave_a_register_that_verifies(notegen: Notegen, tmp_path: Path) -> None:
    killed_while_issuing(notegen, tmp_path, 50, random.Random(50))
