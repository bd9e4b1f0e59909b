"""The translation desk as the tests visit it, without a browser."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

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
