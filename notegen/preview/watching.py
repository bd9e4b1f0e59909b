"""The watchfiles door: says when a file that the desk shows has changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change, awatch

from notegen.preview.desk import Desk
from notegen.preview.naming import MATERIAL

_DEBOUNCE_MS = 200
_STEP_MS = 40
_PAUSE_MS = 250
_PASSING = ("~", ".swp", ".swx", ".part", ".tmp")


async def watch(desk: Desk, stop: asyncio.Event) -> None:
    """Renew the desk whenever settings, a template, a note or what it names, or a roster is written."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch_templates(desk, stop))
        group.create_task(_watch_files(desk, stop))


async def _watch_templates(desk: Desk, stop: asyncio.Event) -> None:
    """The folders of the moment: the settings may name others."""
    while not stop.is_set():
        folders = desk.snapshot.folders
        async with aclosing(_written(folders, _is_kept, stop, below=True)) as watched:
            async for changes in watched:
                if changes:
                    desk.renew()
                if desk.snapshot.folders != folders:
                    break


async def _watch_files(desk: Desk, stop: asyncio.Event) -> None:
    """Folders are watched, not files: editors write a new file and put it in the place of the old one."""
    known: set[Path] | None = None
    while not stop.is_set():
        folders = _folders(_shown(desk))
        # What was written in a folder just before it was watched is seen by looking once more.
        is_late = known is not None and bool(folders - known)
        known = folders
        if not folders:
            return
        async with aclosing(_written(sorted(folders), _is_material, stop, below=False)) as watched:
            async for changes in watched:
                if changes or is_late:
                    desk.renew()
                    is_late = False
                if _folders(_shown(desk)) - folders:
                    break


def _written(
    folders: Sequence[Path], is_meant: Callable[[Change, str], bool], stop: asyncio.Event, *, below: bool
) -> AsyncGenerator[set[tuple[Change, str]], None]:
    """What is written in the folders, and now and then nothing; `below`: in the folders in them too."""
    return awatch(
        *folders,
        watch_filter=is_meant,
        stop_event=stop,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        rust_timeout=_PAUSE_MS,
        yield_on_timeout=True,
        recursive=below,
    )


def _shown(desk: Desk) -> set[Path]:
    return {*desk.snapshot.watched, *(path.absolute() for path in desk.snapshot.companions)}


def _folders(files: Iterable[Path]) -> set[Path]:
    return {path.parent for path in files if path.parent.is_dir()}


def _is_material(change: Change, path: str) -> bool:
    """Whether a note may be made of it: a text, a list, a roster; not what was printed from it."""
    return _is_kept(change, path) and Path(path).suffix.lower().removeprefix(".") in MATERIAL


def _is_kept(_: Change, path: str) -> bool:
    """Whether a file is more than what an editor leaves lying about while it writes."""
    name = Path(path).name
    return not name.startswith(".") and not name.endswith(_PASSING)
