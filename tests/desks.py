"""The translation desk as the tests visit it, without a browser."""

from __future__ import annotations

import asyncio
import http.client
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from notegen.preview.desk import Desk
from notegen.preview.server import address, listen, serve
from notegen.preview.snapshot import Commission, Outfit
from notegen.settings import read_settings

ROOT = Path(__file__).parents[1]
NOTES = ("identity-cards.yaml", "national-day.yaml")
LEAFLETS = ("bis-card.yaml", "employer-guide.yaml")
PAGES = (
    "/en/notes",
    "/en/notes/1",
    "/en/mails",
    "/en/mails/activation-link",
    "/en/roster",
    "/en/templates",
    "/en/nothing",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the desk answered."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A desk: its address, and the folders of the material that it shows; `end` closes it."""

    address: str
    templates: Path
    examples: Path
    config: Path
    end: Callable[[], None]

    def get(self, path: str, method: str = "GET", **headers: str) -> Answered:
        """Ask for a path; `Host` and others may be given, underscores for hyphens."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        try:
            own = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=own)
            answer = connection.getresponse()
            return Answered(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    @contextmanager
    def listening(self) -> Iterator[Callable[[], int]]:
        """Gives the number of the snapshot, now and, asked again, after the next change."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        connection.request("GET", "/changes")
        answer = connection.getresponse()

        def number() -> int:
            silences = 0
            while not (line := answer.readline()).startswith(b"data:"):
                silences += line.startswith(b": still here")
                assert silences < 3, "no change was seen"
            return int(line.removeprefix(b"data:"))

        try:
            yield number
        finally:
            connection.close()


def rewrite(path: Path, before: str, after: str) -> None:
    """Change a file as editors do: the new one is written beside the old one, then takes its place."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.write_text(text.replace(before, after), encoding="utf-8")
    fresh.replace(path)


INLINE = ("a", "b", "bdi", "mark", "span", "strong")


class Markup(HTMLParser):
    """The elements of a page, each with its attributes, and its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words.append("" if tag in INLINE else " ")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.words.append("" if tag in INLINE else " ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


Changes = Mapping[str, tuple[str, str] | None]
"""By path what is replaced by what; None takes the file away."""


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
    config = folder / "notegen.toml"
    config.write_text("", encoding="utf-8")
    commission = Commission(
        notes=tuple(examples / name for name in notes),
        roster=examples / "members.xlsx",
        addressees=None,
        config=config,
        outfit=lambda: Outfit(read_settings(config), (folder / "templates",)),
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
            yield Opened(address(listener).rstrip("/"), folder / "templates", examples, config, end)
        finally:
            end()
            loop.close()
