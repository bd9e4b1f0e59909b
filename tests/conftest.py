"""What all rooms' tests share: the languages as shipped, and programs of the machine that may be missing.

A test that needs a program says so: `@pytest.mark.tools("java")`. Its line in tools.txt says where the
program comes from. Where it is missing the test is skipped and named once more at the very end; in CI
(CI=true) it fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from notegen.domain.language import Language
from notegen.reading.language_folder import read_languages

if TYPE_CHECKING:
    from postgres import Postgres

ROOT = Path(__file__).parent.parent
CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# Debian keeps PostgreSQL's own programs in a folder for each version, the newest of which is meant.
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))[-1:]
PATH = os.pathsep.join((*map(str, POSTGRESQL), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
MISSING = "not on this machine: "

hypothesis.settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None, database=None)
hypothesis.settings.load_profile("house")


@dataclass(frozen=True, slots=True)
class Tool:
    """A line of tools.txt: the program looked for, and the Debian packages one of which brings it."""

    program: str
    packages: tuple[str, ...]

    @property
    def path(self) -> str | None:
        return shutil.which(self.program, path=PATH)


def read_tools() -> Mapping[str, Tool]:
    lines = (ROOT / "tests" / "tools.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: Tool(program, tuple(packages)) for name, program, *packages in rows}


TOOLS = read_tools()


def missing_tools(item: pytest.Item) -> list[str]:
    names = {name for mark in item.iter_markers("tools") for name in mark.args}
    return sorted(name for name in names if TOOLS[name].path is None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not CI and (missing := missing_tools(item)):
            item.add_marker(pytest.mark.skip(reason=MISSING + " ".join(missing)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if missing := missing_tools(item):
        pytest.fail(MISSING + " ".join(missing), pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    untested = [(r.nodeid, r.longrepr[2]) for r in skipped if MISSING in str(r.longrepr)]
    if not untested:
        return
    terminalreporter.section("NOT TESTED, because a program is missing", yellow=True, bold=True)
    for node, reason in sorted(untested):
        terminalreporter.line(f"{node}: {reason.rpartition(MISSING)[2]}", yellow=True)
    names = {name for _, reason in untested for name in reason.rpartition(MISSING)[2].split()}
    packages = " ".join(TOOLS[name].packages[0] for name in sorted(names))
    terminalreporter.line(f"Get it with: sudo apt-get install {packages}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def templates_folder() -> Path:
    """The languages as shipped."""
    return ROOT / "templates"


@pytest.fixture(scope="session")
def languages(templates_folder: Path) -> Mapping[str, Language]:
    """Every shipped language, by code."""
    return read_languages([templates_folder])


@pytest.fixture(scope="session")
def tools() -> Mapping[str, Tool]:
    """The lines of tools.txt."""
    return TOOLS


@pytest.fixture(scope="session")
def programs() -> Mapping[str, str]:
    """The paths of the programs of tools.txt that are here, by their name there."""
    return {name: tool.path for name, tool in TOOLS.items() if tool.path}


@pytest.fixture(scope="session")
def postgres(programs: Mapping[str, str]) -> Iterator[Postgres]:
    """A PostgreSQL of this test process's own, started when first asked for."""
    from postgres import running_postgres

    with running_postgres(programs["postgresql"]) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database that is gone after the test."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.tools("postgresql"))])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of records that are not there yet: once a file, once a PostgreSQL database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def folder(records_url: str, tmp_path: Path) -> Path:
    """A folder whose records (`ledgers.address`) are once in SQLite and once in PostgreSQL."""
    if not records_url.startswith("sqlite:"):
        (tmp_path / "postgresql").write_text(records_url)
    return tmp_path
