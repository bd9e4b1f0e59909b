"""`notegen preview` as a person starts and ends it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
NOTE = ROOT / "examples" / "national-day.yaml"


def start(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "notegen", "preview", *(str(each) for each in arguments))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_and_ends_when_told_though_a_browser_listens(
    tmp_path: Path, number: int
) -> None:
    with start(tmp_path, NOTE, "--port", 0, "--no-open") as process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        assert (address.scheme, address.hostname) == ("http", "127.0.0.1")
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=120)
        connection.request("GET", "/changes")
        answer = connection.getresponse()
        assert answer.readline() == b"event: snapshot\n"
        process.send_signal(number)
        _, complaints = process.communicate(timeout=120)
        connection.close()
    assert (process.returncode, complaints) == (0 if number == signal.SIGINT else -number, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.yaml"], "no.yaml: no such file"),
        (["."], ".: this is a folder"),
        (["--roster", "no.xlsx"], "no.xlsx: no such file"),
        (["--templates", "no"], "no: no such folder"),
        (["--config", "no.toml"], "no.toml: no such file"),
    ],
)
def test_what_is_not_there_is_told_before_anything_opens(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    with start(tmp_path, *arguments, "--no-open") as process:
        printed, complaints = process.communicate(timeout=120)
    assert (process.returncode, printed) == (2, "")
    assert said in complaints
