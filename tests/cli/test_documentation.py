"""The commands that README and docs show, run page by page in an empty folder as a newcomer would type them.

A block of the language `console` is run: each line after `$` is a command, what stands below it is what it
prints, with `…` for anything. A block with a title (```yaml title="note.yaml") is a file that is saved.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from smtp_server import serving_in_thread
from terminal import Ended, Notegen

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
PAGES = {
    page.relative_to(ROOT).as_posix(): page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "```console" in page.read_text(encoding="utf-8")
}


@dataclass(frozen=True, slots=True)
class Step:
    """A command with what it should print, or a file with what is in it."""

    command: str = ""
    shown: str = ""
    file: str = ""
    content: str = ""


def steps(page: str) -> Iterator[Step]:
    for indent, language, title, body in _BLOCK.findall(page):
        text = re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
        if named := re.search(r'title="(.+?)"', title):
            yield Step(file=named[1], content=text)
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Step(command=command, shown=shown)


def is_as_shown(shown: str, printed: str) -> bool:
    """Whether a text is what the page shows; `…` stands for anything, blanks at line ends for nothing."""
    wanted, found = (
        "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) for text in (shown, printed)
    )
    pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def typed(command: str, notegen: Notegen, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """What becomes of a line at the prompt: notegen runs in this process, all else in a shell."""
    words = shlex.split(command)
    variables = [word for word in words if re.match(r"NOTEGEN_\w+=", word)]
    words = words[len(variables) :]
    if words[0] != "notegen":
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        done = subprocess.run(
            ["bash", "-c", command],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        # Killed, as `timeout` was asked to: by its own hand, or that of the shell that became it.
        return Ended(0 if done.returncode in (-9, 137) else done.returncode, done.stdout, done.stderr)
    assert words[1] != "preview", "a terminal that stays open is shown in a block of the language sh"
    file = words.pop() if ">" in words else ""
    with monkeypatch.context() as environment:
        for name, value in (variable.split("=", 1) for variable in variables):
            environment.setenv(name, value)
        ended = notegen(*[word for word in words[1:] if word != ">"])
    if file:
        Path(file).write_text(ended.out, encoding="utf-8")
    return ended


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_a_page_does_what_the_page_shows(
    name: str, notegen: Notegen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("examples", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with serving_in_thread() as server:
        (tmp_path / "notegen.toml").write_text(
            # Commands that change texts change those of the empty folder.
            f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
            '[templates]\nfolders = ["templates"]\n'
        )
        for step in steps(PAGES[name].read_text(encoding="utf-8")):
            if step.file:
                (tmp_path / step.file).write_text(step.content, encoding="utf-8")
                continue
            ended = typed(step.command, notegen, monkeypatch)
            assert "Traceback" not in ended.err, step.command
            printed = (ended.out, ended.err, ended.err + ended.out)
            is_told = bool(step.shown) and any(is_as_shown(step.shown, text) for text in printed)
            # 2, wrong use or input, only where the page shows what is said then.
            assert ended.code in ({0, 1, 2} if is_told else {0, 1}), (step.command, ended.err)
            assert is_told or not step.shown, (step.command, *printed)
    if name == "README.md":
        assert len(server.accepted) == 3 + 27


def test_every_tutorial_is_run() -> None:
    tutorials = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs" / "tutorials").glob("*.md")}
    assert tutorials <= set(PAGES)


def test_what_is_printed_must_be_what_is_shown() -> None:
    assert is_as_shown("one\n…\nthree  \n", "one\ntwo\nthree\n")
    assert not is_as_shown("one\n", "one\ntwo\n")
