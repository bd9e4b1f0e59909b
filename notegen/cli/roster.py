"""`notegen roster …`: the form that missions fill in, checked and answered."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notegen.cli.face import (
    Face,
    answer,
    answer_json,
    as_json,
    command,
    keep_workbook,
    refuse_existing,
    sentence,
    show,
    table,
    tell,
)

if TYPE_CHECKING:
    from notegen.domain.language import Language
    from notegen.domain.roster import Roster

SHOWN = 20

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The form that missions fill in.")

RosterFile = Annotated[Path, typer.Argument(metavar="FILE", help="The mission's workbook, or a YAML roster.")]
LanguageCode = Annotated[str, typer.Option("--language", metavar="CODE", help="Language of the findings.")]


@command(app)
def form(
    face: Face,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The workbook to write.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the form.")] = "en",
) -> None:
    """Write the blank form.

    Example: notegen roster form --language fr -o formulaire.xlsx
    """
    from notegen.reading.roster_form import write_form

    refuse_existing(output)
    words = face.reader_language(language)
    keep_workbook(output, lambda path: write_form(path, words))
    answer(output)


@command(app)
def check(
    face: Face,
    file: RosterFile,
    report: Annotated[
        Path | None,
        typer.Option(metavar="OUT.xlsx", help="The mission's workbook back, with the reasons in it."),
    ] = None,
    language: LanguageCode = "",
    positional: Annotated[
        bool, typer.Option("--positional", help="The six columns stand in the form's order, without headers.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Say which rows are accepted, and what is wrong with the others.

    Example: notegen roster check examples/members.xlsx --language fr
    """
    from notegen.domain.roster import RowStatus
    from notegen.errors import InputError
    from notegen.flows import read_roster_file

    if language:
        face.reader_language(language)
    if report is not None and report.resolve() == file.resolve():
        raise InputError(
            "the mission's own workbook stands there", where=str(report), hint="Name another after --report."
        )
    roster = read_roster_file(
        file, face.house, face.today, face.roster_options(positional=positional), language
    )
    words = face.languages[language or roster.language]
    if report is not None:
        from notegen.reading.roster_report import write_report

        keep_workbook(report, lambda path: write_report(file, roster, words, path))
        tell(str(report))
    if json:
        answer_json(roster_document(roster, words))
    else:
        show_roster(roster, words)
    if any(row.status is not RowStatus.SKIPPED for row in roster.rejected):
        raise typer.Exit(1)


def tell_findings(roster: Roster, language: Language) -> None:
    """Say on standard error what keeps rows from their mails: the first ones, and how many more."""
    problems = [*roster.warnings, *(problem for row in roster.rejected for problem in row.problems)]
    for problem in problems[:SHOWN]:
        # What is not read by a person at once may end in a log, where nobody's data belongs.
        tell(sentence(problem, language) if sys.stderr.isatty() else f"{problem.place}: {problem.code}")
    if len(problems) > SHOWN:
        tell(f"{len(problems) - SHOWN} more findings: `notegen roster check` shows them.")


def show_roster(roster: Roster, language: Language) -> None:
    """The counts, then the first problems, in a table."""
    from notegen.reading.cell_text import quoted

    for problem in roster.warnings:
        tell(sentence(problem, language))
    answer(f"{roster.file} · {quoted(roster.sheet)}" if roster.sheet else roster.file)
    counts = table(("status", "rows"))
    counts.add_row("accepted", str(len(roster.accepted)))
    for status in ("rejected", "held", "skipped"):
        counts.add_row(status, str(_count(roster, status)))
    show(counts)
    findings = [(row.row, p) for row in roster.rejected for p in row.problems]
    findings += [(row.row, p) for row in roster.accepted for p in row.warnings]
    if not findings:
        return
    drawn = table(("row", "column", "finding"))
    for number, problem in sorted(findings, key=lambda finding: finding[0])[:SHOWN]:
        words = language.word(problem)
        drawn.add_row(str(number), problem.place.column, f"{words.what} {words.do}")
    show(drawn)
    if len(findings) > SHOWN:
        tell(f"{len(findings) - SHOWN} more findings: --json or --report shows them all.")


def roster_document(roster: Roster, language: Language) -> dict[str, Any]:
    """The check as JSON; rows are numbered as in Excel."""
    rows: list[dict[str, Any]] = [
        {
            "row": row.row,
            "status": "accepted",
            "problems": [],
            "warnings": [as_json(p, language) for p in row.warnings],
        }
        for row in roster.accepted
    ]
    rows += [
        {
            "row": row.row,
            "status": row.status.value,
            "problems": [as_json(p, language) for p in row.problems],
            "warnings": [as_json(p, language) for p in row.warnings],
        }
        for row in roster.rejected
    ]
    return {
        "file": roster.file,
        "sheet": roster.sheet,
        "language": language.code,
        "accepted": len(roster.accepted),
        **{status: _count(roster, status) for status in ("rejected", "held", "skipped")},
        "rows": sorted(rows, key=lambda row: int(row["row"])),
        "warnings": [as_json(p, language) for p in roster.warnings],
    }


def _count(roster: Roster, status: str) -> int:
    return sum(1 for row in roster.rejected if row.status.value == status)


@command(app)
def reply(
    face: Face,
    file: RosterFile,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The note to write.")],
    reference: Annotated[
        str, typer.Option(metavar="UNIT/FILE/TOPIC", help="Under what the reply is numbered at issue.")
    ] = "P1.1/PRO.2207/PROFILS",
    addressee: Annotated[
        str, typer.Option(metavar="KEY", help="The mission: a key of your list of addressees.")
    ] = "missions",
    language: LanguageCode = "",
    positional: Annotated[
        bool, typer.Option("--positional", help="The six columns stand in the form's order, without headers.")
    ] = False,
) -> None:
    """Write the note that tells the mission which rows to correct.

    Example: notegen roster reply examples/members-fr.xlsx -o reply.yaml --addressee embassy-fr
    """
    from notegen.domain.reference import ReferenceRequest
    from notegen.errors import InputError
    from notegen.flows import read_roster_file, save
    from notegen.flows.reply import reply as written

    parts = reference.split("/")
    if len(parts) != 3:
        raise InputError(
            f"{reference!r} has not three parts", where="--reference", hint="Write P1.1/PRO.2207/PROFILS."
        )
    try:
        request = ReferenceRequest.parse(*parts)
    except ValueError as error:
        raise InputError(str(error), where="--reference", hint="Write P1.1/PRO.2207/PROFILS.") from error
    refuse_existing(output)
    roster = read_roster_file(file, face.house, face.today, face.roster_options(positional=positional))
    words = face.reader_language(language) if language else face.languages[roster.language]
    answer(save(output, written(roster, request, addressee, face.house, words)))
