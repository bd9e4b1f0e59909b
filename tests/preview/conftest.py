"""A desk on a free port, its material in a folder of its own; and a browser, one for each test process."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from desks import Opened, rewrite
from playwright.sync_api import Browser, sync_playwright

from notegen.preview.desk import Desk
from notegen.preview.server import address, listen, serve
from notegen.preview.snapshot import Commission
from notegen.settings import read_settings

ROOT = Path(__file__).parents[2]
NOTES = ("identity-cards.yaml", "national-day.yaml")


Changes = Mapping[str, tuple[str, str] | None]


@contextmanager
def opened(
    folder: Path, changes: Changes = MappingProxyType({}), notes: Sequence[str] = NOTES
) -> Iterator[Opened]:
    """A desk that is served by a thread until the block ends."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for path, change in changes.items():
        if change is None:
            (folder / path).unlink()
        else:
            rewrite(folder / path, *change)
    examples = folder / "examples"
    commission = Commission(
        notes=tuple(examples / name for name in notes),
        roster=examples / "members.xlsx",
        addressees=None,
        folders=(folder / "templates",),
        settings=read_settings(None),
        today=lambda: date(2026, 11, 20),
        now=lambda: datetime(2026, 11, 20, 12, tzinfo=UTC),
    )
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    with listen(0) as listener:
        thread = threading.Thread(
            target=loop.run_until_complete, args=(serve(Desk(commission), listener, stop),)
        )
        thread.start()

        def end() -> None:
            if thread.is_alive():
                loop.call_soon_threadsafe(stop.set)
                thread.join()

        try:
            yield Opened(address(listener).rstrip("/"), folder / "templates", examples, end)
        finally:
            end()
            loop.close()


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


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Opened]:
    """A desk whose material the test changes."""
    with opened(tmp_path) as one:
        yield one


@pytest.fixture
def changed_desk(tmp_path: Path) -> Iterator[Callable[[Changes], Opened]]:
    """Opens a desk whose files were changed before: by path what is replaced by what, or None for gone."""
    with ExitStack() as stack:
        yield lambda changes: stack.enter_context(opened(tmp_path, changes))


@pytest.fixture(scope="module")
def browser(programs: Mapping[str, str]) -> Iterator[Browser]:
    """Debian's Chromium, without a window; gone with the module, because it keeps an event loop running."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=programs["chromium"])
        chromium.new_context().close()
        yield chromium
        chromium.close()
