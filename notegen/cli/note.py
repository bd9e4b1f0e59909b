"""`notegen note …`: write, check and print verbal notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from notegen.cli.face import Face, answer, answer_json, as_json, command, sentence, show_findings, tell

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write, check and print verbal notes.")

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Note files (YAML).")]
Folder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the PDFs go.")]
AddresseeList = Annotated[
    Path | None,
    typer.Option("--addressees", metavar="FILE", help="A list in which addressees are looked up."),
]


@command(app)
def new(
    face: Face,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")] = Path(
        "note.yaml"
    ),
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the comments.")] = "",
) -> None:
    """Write a commented starting point.

    Example: notegen note new -o note.yaml
    """
    from notegen.errors import InputError
    from notegen.flows import save
    from notegen.reading.note_file import starter

    if output.exists():
        raise InputError("the file exists already", where=str(output), hint="Name another file after -o.")
    answer(save(output, starter(face.reader_language(language).code, face.folders).encode()))


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

    findings = [(file, check_note_file(file, face.house, addressees)) for file in files]
    words = face.reader_language(language)
    if json:
        answer_json(
            [{"file": str(file), "findings": [as_json(p, words) for p in found]} for file, found in findings]
        )
    else:
        for file, found in findings:
            show_findings(str(file), found, words)
    if any(p.severity is Severity.ERROR for _, found in findings for p in found):
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
) -> None:
    """Print notes as PDF/A-3a and PDF/UA-1; an issued note is never overwritten.

    Example: notegen note render examples/identity-cards.yaml -o out/
    """
    from notegen.flows import print_note, read_note_file
    from notegen.rendering.pdf import PdfWriter

    writer = PdfWriter()
    languages = tuple(code.strip() for code in only.split(",") if code.strip())
    for file in files:
        note, warnings = read_note_file(file, face.house, addressees)
        for problem in warnings:
            tell(sentence(problem, face.reader_language("")))
        for path in print_note(
            note, face.house, writer, output, draft=draft, html=html, only=languages, separate=separate
        ):
            answer(path)
