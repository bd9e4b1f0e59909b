"""The built wheel in an environment of its own: what people install, not what developers see."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints, run without any sign of the checkout in folder or environment."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "NOTEGEN", "VIRTUAL"))
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=ROOT)
    return next(folder.glob("notegen-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel; its dependencies are those of the environment of the tests.

    A .pth line lends the packages there, but not their own .pth files: the checkout stays out of sight.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile", wheel, folder=folder)
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip()
    )
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


def test_the_wheel_brings_templates_examples_and_types_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "examples"):
        kept = (path for path in (ROOT / folder).rglob("*") if path.is_file())
        assert {f"notegen/{path.relative_to(ROOT).as_posix()}" for path in kept} <= names
    assert "notegen/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"notegen"}


def test_every_module_loads_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    script = (
        "import importlib, pkgutil, notegen\n"
        "for found in pkgutil.walk_packages(notegen.__path__, 'notegen.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        print(importlib.import_module(found.name).__file__)\n"
    )
    files = run(environment / "python", "-c", script, folder=tmp_path).splitlines()
    assert files
    assert [file for file in files if not Path(file).is_relative_to(environment.parent)] == []


def test_the_installed_command_says_its_version(environment: Path, tmp_path: Path) -> None:
    assert "0.1.0" in run(environment / "notegen", "--version", folder=tmp_path)


def test_a_note_is_rendered_with_the_templates_of_the_wheel(environment: Path, tmp_path: Path) -> None:
    examples = next(environment.parent.glob("lib/*/site-packages/notegen/examples"))
    note = min(path for path in examples.glob("*.yaml") if "\ndocument:" in path.read_text(encoding="utf-8"))
    run(environment / "notegen", "note", "render", note, "-o", "out", folder=tmp_path)
    assert [path.read_bytes()[:5] for path in (tmp_path / "out").glob("*.pdf")] == [b"%PDF-"]
