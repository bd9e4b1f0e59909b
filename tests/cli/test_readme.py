"""The README's commands, run in their order as a newcomer would type them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from smtp_server import serving_in_thread
from terminal import Notegen


def shown(readme: str) -> list[tuple[list[str], str]]:
    """The commands of the console blocks, each with the output that is shown below it."""
    found: list[tuple[list[str], str]] = []
    for block in re.findall(r"^```console\n(.*?)^```", readme, re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            found.append((shlex.split(command.partition(" > ")[0]), output))
    return found


def test_every_command_of_the_readme_does_what_the_readme_shows(
    notegen: Notegen, root: Path, examples: Path, tmp_path: Path
) -> None:
    shutil.copytree(examples, tmp_path / "examples")
    steps = shown((root / "README.md").read_text(encoding="utf-8"))
    assert len(steps) >= 10
    with serving_in_thread() as server:
        (tmp_path / "notegen.toml").write_text(
            f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        )
        for (program, *arguments), output in steps:
            assert program == "notegen"
            if arguments[0] == "preview":
                continue  # it goes on until it is stopped; the tests of the desk start and stop it
            ended = notegen(*arguments)
            assert ended.code in {0, 1}, (arguments, ended.err)
            assert "Traceback" not in ended.err
            if output:
                assert ended.out == output, arguments
    assert len(server.accepted) == 3 + 27
