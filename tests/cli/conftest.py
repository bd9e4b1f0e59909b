"""A terminal for the tests: `notegen` runs one command in a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from terminal import Ended, Notegen

from notegen.__main__ import main

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def notegen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Notegen:
    """Runs `notegen` with these arguments in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["notegen", *(str(argument) for argument in arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture
def either_records(records_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of a test keep their records once in a file, once in PostgreSQL."""
    if not records_url.startswith("sqlite:"):
        monkeypatch.setenv("NOTEGEN_RECORDS__URL", records_url)


@pytest.fixture
def examples() -> Path:
    """The example notes and rosters."""
    return EXAMPLES
