"""How fast notes are printed, against the loop that most people would write round WeasyPrint.

    python bench/notes.py [notes [rounds]]          default: 24 notes, 3 rounds

Two piles: notes that share no paragraph, and one note to as many missions. Each way runs in a process of its
own, start-up left out, all ways by turns; the figures are medians of the rounds. One process is judged by its
processor time, two by the clock. Growth is the memory gained after the first six notes.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
WARM = 6


def documents(pile: str, count: int) -> Iterator[object]:
    from notegen.domain.addressee import Addressee, AddresseeForms
    from notegen.domain.note import VerbalNote
    from notegen.flows import House, compose_note, read_note_file
    from notegen.office import make_house
    from notegen.reading.language_folder import read_languages
    from notegen.settings import read_settings

    def other_text(note: VerbalNote, number: int) -> VerbalNote:
        """The same note, but with a number in each line: paragraphs, points, cells and headings."""
        versions = [
            replace(each, body=re.sub(r"(?m)^(.*?\w{3,})", rf"\1 {number}", each.body))
            for each in note.versions
        ]
        return replace(note, versions=tuple(versions))

    def to_mission(note: VerbalNote, number: int) -> VerbalNote:
        name = " ".join(["Embassy of the Republic of Country", str(number), *["and Islands"] * (number % 3)])
        forms = AddresseeForms(name, name, f"{name}, Brussels", name, name)
        return replace(note, addressee=Addressee(f"mission-{number}", dict.fromkeys(note.languages, forms)))

    folders = [ROOT / "templates"]
    house: House = make_house(read_languages(folders), folders, read_settings(None), date(2026, 11, 21))
    note, _ = read_note_file(ROOT / "examples/identity-cards.yaml", house)
    change = {"different texts": other_text, "one note to missions": to_mission}[pile]
    for number in range(count):
        yield compose_note(change(note, number), house, draft=False)


def naive(notes: Sequence[object]) -> Iterator[bytes]:
    """The same pages as one writes them first: looks and fonts read anew for each section, then joined."""
    from weasyprint import HTML

    from notegen.rendering.fonts import FONTS, font_faces
    from notegen.rendering.looks import foot
    from notegen.rendering.template import LAYOUT, Markup, Templates

    faces = font_faces().replace("font:", f"file://{FONTS}/")
    looks = Markup(faces + (LAYOUT / "document.css").read_text(encoding="utf-8") + foot(20.0))
    layout = Templates(())
    for document in notes:
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


def tuned(notes: Sequence[object], jobs: int = 1) -> Iterator[bytes]:
    from notegen.rendering.press import write_all

    yield from write_all(notes, jobs)


PILES = ("different texts", "one note to missions")
NAIVE, ONE, TWO = "naive WeasyPrint loop", "notegen, one process", "notegen, two processes"
WAYS: dict[str, Callable[[Sequence[object]], Iterator[bytes]]] = {
    NAIVE: naive,
    ONE: tuned,
    TWO: lambda notes: tuned(notes, 2),
}


def measure(pile: str, way: str, count: int) -> None:
    """Print seconds of the processor and of the clock, and the growth of memory in MiB, once warmed up."""
    made = WAYS[way](list(documents(pile, count + WARM)))
    for _ in range(WARM):
        next(made)
    before, worked, began = resident(), time.process_time(), time.perf_counter()
    for _ in made:
        pass
    print(time.process_time() - worked, time.perf_counter() - began, resident() - before)


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(pile: str, way: str, count: int) -> tuple[float, float, float]:
    command = [sys.executable, __file__, "--way", pile, way, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    processor, clock, grown = map(float, done.stdout.split())
    return processor, clock, grown


def main() -> None:
    count, rounds = (*map(int, sys.argv[1:]), *(24, 3)[len(sys.argv) - 1 :])
    for pile in PILES:
        taken = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                taken[way].append(run(pile, way, count))
        middle = {way: [statistics.median(each) for each in zip(*taken[way], strict=True)] for way in WAYS}
        report(pile, count, middle)


def report(pile: str, count: int, middle: dict[str, list[float]]) -> None:
    print(f"{pile}: {count} notes in four languages, two pages each")
    print(f"{'':26}{'notes/s':>9}{'ratio':>8}{'':30}{'growth':>8}")
    for way, (processor, clock, grown) in middle.items():
        seconds, peer = (clock, middle[ONE][1]) if way == TWO else (processor, middle[NAIVE][0])
        judged = "by the clock, to one process" if way == TWO else "by processor time, to the loop"
        print(f"{way:26}{count / seconds:9.2f}{peer / seconds:8.2f} {judged:31}{grown:5.1f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
