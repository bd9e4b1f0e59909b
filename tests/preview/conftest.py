"""A desk on a free port, its material in a folder of its own; and a browser, for one module of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from desks import LEAFLETS, NOTES, Opened, opened
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk whose material nobody changes."""
    with opened(tmp_path_factory.mktemp("desk")) as one:
        yield one


@pytest.fixture(scope="module")
def register_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk that shows the example register."""
    with opened(tmp_path_factory.mktemp("register"), notes=["notes.xlsx"]) as one:
        yield one


@pytest.fixture(scope="module")
def leaflet_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk that shows a reference card and a step guide."""
    with opened(tmp_path_factory.mktemp("leaflets"), notes=LEAFLETS) as one:
        yield one


@pytest.fixture(scope="module")
def bad_roster_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk whose roster is no workbook."""
    with opened(tmp_path_factory.mktemp("bad")) as one:
        (one.examples / "members.xlsx").write_bytes(b"no workbook at all")
        yield one


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Opened]:
    """A desk whose material the test changes."""
    with opened(tmp_path) as one:
        yield one


@pytest.fixture
def changed_desk(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a desk whose files were changed before: by path what is replaced by what, or None for gone."""
    with ExitStack() as stack:
        yield lambda changes, notes=NOTES: stack.enter_context(opened(tmp_path, changes, notes))


@pytest.fixture(scope="module")
def browser(programs: Mapping[str, str]) -> Iterator[Browser]:
    """Debian's Chromium, without a window; gone with the module, because it keeps an event loop running."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=programs["chromium"])
        chromium.new_context().close()
        yield chromium
        chromium.close()
