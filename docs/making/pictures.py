"""The pictures that stand in README and docs: two of the gallery, and the translation desk with slips put in.

python docs/making/pictures.py        writes docs/pictures/*.png (after `make gallery`; needs Chromium)
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
GALLERY = {"note": "note-vehicles-fr", "mail": "mail-activation-link-nl"}
_NOTE = "examples/identity-cards.yaml"
_MAIL = "templates/en/notifications/activation-link.md"
SLIPS = (
    (_NOTE, "internationale ambtenaren | 12 oktober", "internationale ambtenaren | 13 oktober"),
    (_NOTE, "Um jede Unterbrechung zu vermeiden", "Um jede Unterbrechung zu zu vermeiden"),
    (_NOTE, "    Family members apply at the same time as the principal holder.\n\n", ""),
    (_MAIL, "the activation code is sent separately", "we send the activation code in a separate message"),
)
"""File, what stands there, and what is put in its place."""


@dataclass(frozen=True, slots=True)
class View:
    """A page of the desk, and how much of it is shown."""

    path: str
    height: int


VIEWS = {
    "desk-note": View("en/notes/1", 1240),
    "desk-mail": View("fr/mails/activation-link?show=de,fr,nl&person=3&theme=dark", 800),
    "desk-text": View("nl/templates/nl/notifications/activation-link.md#passage-7", 640),
}


def make() -> None:
    """Make every picture again, from the gallery as it is."""
    for name, shown in GALLERY.items():
        _keep(name, Image.open(ROOT / "docs" / "gallery" / f"{shown}.webp"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _prepare(Path(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        with _desk(Path(folder)) as address:
            for name, view in VIEWS.items():
                page = browser.new_page(viewport={"width": 1280, "height": view.height})
                page.goto(address + view.path)
                _keep(name, Image.open(io.BytesIO(_photographed(page))))
        browser.close()


def _prepare(folder: Path) -> None:
    for name in ("examples", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    for name, before, after in SLIPS:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        if before not in text:
            raise SystemExit(f"{name} does not hold {before!r} any more: choose another slip.")
        path.write_text(text.replace(before, after), encoding="utf-8")


@contextmanager
def _desk(folder: Path) -> Iterator[str]:
    """The address of a desk in that folder."""
    words = ["preview", _NOTE, "--roster", "examples/members.xlsx", "--templates", "templates"]
    command = [sys.executable, "-m", "notegen", *words, "--port", "0", "--no-open"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as desk:  # noqa: S603
        try:
            assert desk.stdout is not None  # noqa: S101  # a pipe was asked for
            yield desk.stdout.readline().strip()
        finally:
            desk.terminate()


def _photographed(page: Page) -> bytes:
    """What stands in the window when everything has come."""
    page.wait_for_selector(".live[data-state]")
    # What was copied just before may count as a change, of which the picture need not tell.
    page.reload()
    page.wait_for_selector(".live[data-state=following]")
    if page.locator("[data-part]").count():
        page.wait_for_selector("[data-filled]", state="attached")
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.screenshot()


def _keep(name: str, image: Image.Image) -> None:
    few = image.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE)
    few.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    make()
