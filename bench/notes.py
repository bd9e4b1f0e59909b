"""How fast notes are printed, against the loop that most people would write round WeasyPrint.

    python bench/notes.py [notes]          default: 120

Each way runs in a process of its own, start-up left out, on the four-language example with its place changed
in every second copy. Memory is what the process grows by between the tenth note and the last.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
WARM = 3


def documents(count: int) -> Iterator[object]:
    from notegen.flows import House, compose_note, read_note_file
    from notegen.office import make_house
    from notegen.reading.language_folder import read_languages
    from notegen.settings import read_settings

    folders = [ROOT / "templates"]
    house: House = make_house(read_languages(folders), folders, read_settings(None), date(2026, 11, 21))
    note, _ = read_note_file(ROOT / "examples/identity-cards.yaml", house)
    for number in range(count):
        yield compose_note(replace(note, place=("brussels", "antwerp")[number % 2]), house, draft=False)


def naive(count: int) -> Iterator[bytes]:
    """The same pages as one writes them first: looks and fonts read anew for each section, then joined."""
    from weasyprint import HTML

    from notegen.rendering.fonts import FONTS, font_faces
    from notegen.rendering.template import LAYOUT, Markup, Templates

    faces = font_faces().replace("font:", f"file://{FONTS}/")
    looks = Markup(faces + (LAYOUT / "document.css").read_text(encoding="utf-8"))
    layout = Templates(())
    for document in documents(count):
        rendered = []
        for section in document.sections:
            shown = [{"tag": section.tag, "markup": Markup(section.html), "watermark": ""}]
            values = {
                "tag": section.tag,
                "title": document.title,
                "author": "",
                "subject": "",
                "created": "2026-11-21",
            }
            page = layout.render(
                "layout/page.html",
                {**values, "modified": "2026-11-21", "sections": shown, "looks": looks, "draft": False},
            )
            rendered.append(HTML(string=page).render(pdf_variant="pdf/a-3a"))
        pages = [page for each in rendered for page in each.pages]
        yield bytes(rendered[0].copy(pages).write_pdf(pdf_variant="pdf/a-3a"))


def tuned(count: int, jobs: int = 1) -> Iterator[bytes]:
    from notegen.rendering.press import write_all

    yield from write_all(documents(count), jobs)


WAYS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "naive WeasyPrint loop": naive,
    "notegen, one process": tuned,
    "notegen, two processes": lambda count: tuned(count, 2),
}


def measure(way: str, count: int) -> None:
    """Print seconds for `count` notes after a few to warm up, and the growth of memory in MiB."""
    made = WAYS[way](count + WARM)
    for _ in range(WARM):
        next(made)
    before, began = resident(), time.perf_counter()
    for _ in made:
        pass
    print(time.perf_counter() - began, resident() - before)


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(way: str, count: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "--way", way, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, grown = done.stdout.split()
    return float(seconds), float(grown)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    print(f"{count} notes in four languages, two pages each; the machine's other work shows in the figures")
    print(f"{'':26}{'notes/s':>9}{'ratio':>8}{'growth':>12}")
    base = 0.0
    for way in WAYS:
        seconds, grown = run(way, count)
        rate = count / seconds
        base = base or rate
        print(f"{way:26}{rate:9.2f}{rate / base:8.2f}{grown:8.1f} MiB")


if __name__ == "__main__":
    if "--way" in sys.argv:
        measure(sys.argv[2], int(sys.argv[3]))
    else:
        main()
