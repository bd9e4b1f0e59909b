"""A program that is missing is told to a newcomer and is a failure in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEST = """
import pytest

@pytest.mark.tools("seal-press")
def test_the_seal_is_pressed():
    assert "seal"

def test_paper_is_white():
    assert "paper"
"""


def trial(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """A test run in a folder of its own, where a program is needed that no machine has."""
    tests = folder / "tests"
    tests.mkdir()
    shutil.copy(Path(__file__).parent / "conftest.py", tests)
    (tests / "tools.txt").write_text("seal-press notegen-seal-press sealing-wax\n", encoding="utf-8")
    (tests / "test_seal.py").write_text(TEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = tools\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")} | {
        "CI": ci
    }
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n0", tests)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_newcomer_is_told_what_was_not_tested_and_how_to_get_it(tmp_path: Path) -> None:
    done = trial(tmp_path, ci="")
    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout
    assert "NOT TESTED, because a program is missing" in done.stdout
    assert "Get it with: sudo apt-get install sealing-wax" in done.stdout


@pytest.mark.parametrize("ci", ["true", "1"])
def test_ci_leaves_nothing_untested(tmp_path: Path, ci: str) -> None:
    done = trial(tmp_path, ci)
    assert done.returncode == 1
    assert "not on this machine: seal-press" in done.stdout
