"""`notegen note …`: write, check and print verbal notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.face import (
    Face,
    answer,
    answer_json,
    command,
    counted,
    keep_workbook,
    refuse_existing,
    sentence,
    show_findings,
    tell,
)
from notegen.cli.note_findings import checked_json
from notegen.cli.printer import Jobs, Workers, printer
from notegen.errors import InputError

if TYPE_CHECKING:
    from notegen.domain.addressee import Addressee
    from notegen.domain.leaflet import Manuscript
    from notegen.domain.note import VerbalNote
    from notegen.domain.problem import Problem

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write, check and print verbal notes.")

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Notes (YAML) or registers of notes (Excel).")
]
Folder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the PDFs go.")]
AddresseeList = Annotated[
    Path | None,
    typer.Option("--addressees", metavar="FILE", help="A list in which addressees are looked up."),
]


class NewKind(StrEnum):
    """The documents that there is a starting point for."""

    VERBAL_NOTE = "verbal-note"
    REFERENCE_CARD = "reference-card"
    STEP_GUIDE = "step-guide"


@command(app)
def new(
    face: Face,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")] = Path(
        "note.yaml"
    ),
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the comments.")] = "",
    kind: Annotated[NewKind, typer.Option(help="What it is to become.")] = NewKind.VERBAL_NOTE,
) -> None:
    """Write a commented starting point.

    Example: notegen note new -o card.yaml --kind reference-card
    """
    from notegen.flows import save
    from notegen.reading.note_file import starter

    refuse_existing(output)
    answer(save(output, starter(face.reader_language(language).code, face.folders, kind.value).encode()))


@command(app)
def form(
    face: Face,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The workbook to write.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the help in it.")] = "",
) -> None:
    """Write a blank register of notes, with drop-downs.

    Example: notegen note form -o notes.xlsx
    """
    from notegen.reading.note_register_form import write_note_form

    refuse_existing(output)
    reader = face.reader_language(language).code
    keep_workbook(output, lambda path: write_note_form(path, face.languages, reader))
    answer(output)


@command(app)
def check(
    face: Face,
    files: Files,
    addressees: AddresseeList = None,
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the findings.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Say everything about notes that can be known before printing.

    Example: notegen note check examples/identity-cards.yaml
    """
    from notegen.domain.problem import Severity
    from notegen.flows import check_note_file

    checked = [(file, check_note_file(file, face.house, addressees)) for file in files]
    words = face.reader_language(language)
    if json:
        answer_json([checked_json(file, outcome, words) for file, outcome in checked])
    for file, outcome in checked:
        for refusal in outcome.refusals:
            tell(str(refusal))
        if not json and (outcome.findings or not outcome.refusals):
            show_findings(str(file), outcome.findings, words)
    if any(outcome.refusals for _, outcome in checked):
        raise typer.Exit(2)
    if any(p.severity is Severity.ERROR for _, outcome in checked for p in outcome.findings):
        raise typer.Exit(1)


@command(app)
def render(
    face: Face,
    files: Files,
    output: Folder = Path("out"),
    draft: Annotated[bool, typer.Option("--draft", help="Watermark, and no number.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write the HTML beside each PDF.")] = False,
    only: Annotated[str, typer.Option(metavar="fr,en", help="Only these languages.")] = "",
    separate: Annotated[bool, typer.Option("--separate", help="One PDF a language.")] = False,
    addressees: AddresseeList = None,
    jobs: Jobs = 0,
    workers: Workers = False,
) -> None:
    """Print notes as PDF/A-3a and PDF/UA-1. An issued note is never overwritten.

    Example: notegen note render examples/identity-cards.yaml -o out/
    """
    from notegen.flows import PrintWishes, print_notes

    notes = [note for file in files for note in _manuscripts(face, file, addressees)]
    languages = tuple(code.strip() for code in only.split(",") if code.strip())
    wishes = PrintWishes(draft=draft, html=html, only=languages, separate=separate)
    with printer(face, len(notes), jobs, workers=workers, single=True) as chosen:
        for path in print_notes(notes, face.house, output, wishes, chosen):
            answer(path)


@command(app)
def merge(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The note.")],
    addressees: Annotated[Path, typer.Option(metavar="A", help="The missions it goes to (YAML or Excel).")],
    output: Folder = Path("out"),
    draft: Annotated[bool, typer.Option("--draft", help="Watermark, and no number.")] = False,
    jobs: Jobs = 0,
    workers: Workers = False,
) -> None:
    """Print one note per mission, in that mission's languages.

    Example: notegen note merge examples/staff-list.yaml --addressees examples/addressees.yaml -o out/
    """
    from notegen.flows import merge_note, note_stem, read_note_file, save
    from notegen.reading.addressee_file import read_addressees

    note, warnings = read_note_file(file, face.house, addressees)
    _warn(face, warnings)
    missions = _concerned(note, tuple(read_addressees(addressees, face.languages).values()))
    _refuse_faulty(face, file, [note], missions)
    with printer(face, len(missions), jobs, workers=workers, single=False) as chosen:
        printed = merge_note(note, missions, face.house, chosen, draft=draft)
        for addressee, pdf in counted(printed, len(missions), "notes"):
            answer(save(output / f"{note_stem(note, draft)}-{addressee.key}.pdf", pdf))


def _manuscripts(face: Face, file: Path, addressees: Path | None) -> list[Manuscript]:
    """What a file holds, notes or a leaflet; what their author should know is said on standard error."""
    from notegen.flows import read_manuscripts_file

    read = read_manuscripts_file(file, face.house, addressees)
    for _, warnings in read:
        _warn(face, warnings)
    return [each for each, _ in read]


def read_and_warn(face: Face, file: Path, addressees: Path | None) -> list[VerbalNote]:
    """The notes of a file; what their author should know about them is said on standard error."""
    from notegen.flows import read_notes_file

    read = read_notes_file(file, face.house, addressees)
    for _, warnings in read:
        _warn(face, warnings)
    return [note for note, _ in read]


def _warn(face: Face, warnings: Iterable[Problem]) -> None:
    for problem in warnings:
        tell(sentence(problem, face.reader_language("")))


@command(app)
def issue(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The note.")],
    output: Folder = Path("issued"),
    addressees: AddresseeList = None,
    each: Annotated[
        bool, typer.Option("--each", help="One note per mission of the list, each numbered.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Issue the very same note once more.")] = False,
) -> None:
    """Check, allot the number, print, and enter in the register.

    Refused when the check finds an error. The PDF is read-only and never overwritten.

    Example: notegen note issue examples/national-day.yaml -o issued/
    """
    from notegen.cli.registry import opened_register
    from notegen.flows.issue import issue_copies, issue_note
    from notegen.reading.addressee_file import read_addressees

    notes = read_and_warn(face, file, addressees)
    missions = tuple(read_addressees(addressees, face.languages).values()) if each and addressees else ()
    if each and not missions:
        raise InputError("--each needs a list of missions", hint="Name it with --addressees.")
    _refuse_faulty(face, file, notes, missions)
    with opened_register(face) as register:
        for note in notes:
            if not each:
                reference, path = issue_note(note, face.house, register, output, face.now(), again=again)
                answer(f"{reference}  {path}")
                continue
            chosen = _concerned(note, missions)
            copies = issue_copies(note, chosen, face.house, register, output, face.now(), again=again)
            for _, (reference, path) in counted(copies, len(chosen), "notes"):
                answer(f"{reference}  {path}")


def _concerned(note: VerbalNote, missions: Sequence[Addressee]) -> tuple[Addressee, ...]:
    """The missions that get a copy; those left out, because the annex has nobody of theirs, are told."""
    from notegen.flows.annex import concerned, refuse_strays

    refuse_strays(note, missions)
    chosen = concerned(note, missions)
    left_out = [mission.key for mission in missions if mission not in chosen]
    if left_out:
        tell(f"Nobody of theirs is in the annex, so that they get no copy: {', '.join(left_out)}.")
    return chosen


def _refuse_faulty(
    face: Face, file: Path, notes: Sequence[VerbalNote], missions: Sequence[Addressee] = ()
) -> None:
    from notegen.flows.issue import faults

    found = [problem for note in notes for problem in faults(note, face.house, missions)]
    if found:
        show_findings(str(file), found, face.reader_language(""))
        tell(f"{file}: nothing was issued or printed.")
        raise typer.Exit(2)


@command(app)
def rebuild(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A note as notegen wrote it.")],
    check: Annotated[bool, typer.Option("--check", help="Only compare; write nothing.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the rebuilt PDF goes.")
    ] = None,
) -> None:
    """Print a note again from what is inside its PDF.

    With --check, say whether the bytes are the same.

    Example: notegen note rebuild out/P1.1-PRO.2207-07.09.2026-CARTES-3.pdf --check
    """
    from notegen.flows import save
    from notegen.flows.rebuild import rebuild as rebuilt

    again, verdict = rebuilt(file, face.house)
    if output is not None and not check:
        answer(save(output, again))
    if verdict.same:
        answer(f"{file}: the same bytes")
        return
    answer(f"{file}: not the same bytes (written by {verdict.written_by}, rebuilt by {verdict.rebuilt_by})")
    raise typer.Exit(1)
