"""`notegen templates …`: what is translated, what is not, and what translators get and give back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notegen.cli.face import (
    Face,
    answer,
    answer_json,
    as_json,
    command,
    refuse_existing,
    show,
    show_findings,
    table,
    tell,
)

if TYPE_CHECKING:
    from notegen.checking.staleness import Revision
    from notegen.checking.translations import Cell, Matrix
    from notegen.domain.language import Language

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Translations: what is complete, missing or to review."
)

Words = Annotated[str, typer.Option("--language", metavar="CODE", help="Language of the findings.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Code = Annotated[str, typer.Argument(metavar="LANG", help="A language, such as nl.")]


@command(app, "list")
def list_(face: Face, language: Words = "", json: Json = False) -> None:
    """Show every text and its state in each language.

    Example: notegen templates list
    """
    from notegen.flows.translation import check_template_folders

    matrix = check_template_folders(face.folders)
    words = _words(face, language)
    if json:
        answer_json(_document(matrix, words, findings=False))
    else:
        _show_matrix(matrix, words)


@command(app)
def check(face: Face, language: Words = "", json: Json = False) -> None:
    """Hold all languages against each other. Ends with 1 when something is to be done.

    Example: notegen templates check --language fr
    """
    from notegen.flows.translation import check_template_folders

    matrix = check_template_folders(face.folders)
    words = _words(face, language)
    if json:
        answer_json(_document(matrix, words, findings=True))
    else:
        _show_matrix(matrix, words)
        for cell in matrix.cells.values():
            if cell.findings:
                show_findings(cell.path or f"{cell.language}/{cell.name}", cell.findings, words)
    if matrix.findings:
        raise typer.Exit(1)


@command(app)
def reviewed(
    face: Face,
    language: Code,
    kinds: Annotated[
        list[str] | None, typer.Argument(metavar="KIND", help="Texts; all of them unless named.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", metavar="LANG", help="What they are translated from; en unless known.")
    ] = "",
) -> None:
    """Record that translations say what their source says now.

    Example: notegen templates reviewed nl activation-link
    """
    from notegen.flows.translation import mark_reviewed

    for path in mark_reviewed(face.folders, language, kinds or (), source):
        answer(path)


Output = Annotated[Path, typer.Option("-o", "--output", metavar="F.xliff", help="The file to write.")]
NoteFile = Annotated[
    Path | None,
    typer.Option("--note", metavar="FILE", help="A note's title and body instead of the templates."),
]


@command(app)
def export(
    face: Face,
    language: Code,
    output: Output,
    note: NoteFile = None,
    source: Annotated[
        str,
        typer.Option("--from", metavar="LANG", help="With --note: translated from; its first unless told."),
    ] = "",
) -> None:
    """Write source and translation for a translator, as XLIFF 1.2.

    Variables are protected.

    Example: notegen templates export nl -o nl.xliff
    """
    from notegen.flows.exchange import export_templates
    from notegen.flows.note import read_note_file
    from notegen.flows.note_exchange import export_note
    from notegen.flows.saving import save

    refuse_existing(output)
    if note is None:
        content = export_templates(face.folders, language)
    else:
        content = export_note(read_note_file(note, face.house)[0], language, source)
    answer(save(output, content))


@command(app, "import")
def import_(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="F.xliff", help="What the translator gave back.")],
    note: NoteFile = None,
    language: Words = "",
) -> None:
    """Put translations back from XLIFF, all or nothing.

    Refused when a variable is missing or damaged.

    Example: notegen templates import nl.xliff
    """
    from notegen.domain.problem import Severity
    from notegen.flows.exchange import import_templates
    from notegen.flows.note_exchange import import_note

    if note is None:
        written, found = import_templates(face.folders, file)
    else:
        written, found = import_note(note, face.house, file)
    for path in written:
        answer(path)
    if found:
        show_findings(str(file), found, _words(face, language))
    if any(problem.severity is Severity.ERROR for problem in found):
        raise typer.Exit(1)


def _words(face: Face, code: str) -> Language:
    """The language of the findings; a broken language.toml is itself a finding, told in one that is whole."""
    from notegen.errors import TemplateError
    from notegen.reading.language_folder import read_languages
    from notegen.settings import shipped_folder

    try:
        return face.reader_language(code)
    except TemplateError as error:
        tell(str(error))
        whole = read_languages([shipped_folder("templates")])
        return whole.get(code) or whole["en"]


def _state(cell: Cell, words: Language) -> str:
    from notegen.domain.problem import Place, Problem

    return words.word(Problem(cell.state.value, Place())).what


def _show_matrix(matrix: Matrix, words: Language) -> None:
    drawn = table(("", *matrix.languages))
    for name in matrix.names:
        cells = [matrix.cells[name, code] for code in matrix.languages]
        drawn.add_row(name, *(_state(cell, words) + _count(cell) for cell in cells))
    show(drawn)


def _count(cell: Cell) -> str:
    return f" ({len(cell.findings)})" if cell.findings else ""


def _document(matrix: Matrix, words: Language, *, findings: bool) -> dict[str, Any]:
    return {
        "languages": list(matrix.languages),
        "texts": [
            {
                "name": name,
                "languages": {
                    code: _cell_document(matrix.cells[name, code], words, findings=findings)
                    for code in matrix.languages
                },
            }
            for name in matrix.names
        ],
        "findings": len(matrix.findings),
    }


def _cell_document(cell: Cell, words: Language, *, findings: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"state": cell.state.name.lower(), "source": cell.source, "file": cell.path}
    if findings:
        document["findings"] = [as_json(problem, words) for problem in cell.findings]
        document["to_review"] = [_revision_document(revision) for revision in cell.revisions]
    return document


def _revision_document(revision: Revision) -> dict[str, Any]:
    return {
        "passage": revision.key,
        "line": revision.line,
        "before": revision.before,
        "source": revision.source,
        "translation": revision.translation,
        "diff": [[stretch.change.value, stretch.text] for stretch in revision.stretches],
    }
