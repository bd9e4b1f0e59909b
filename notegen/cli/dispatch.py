"""`notegen dispatch …`: sends a roster's e-mails, and shows where each stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.face import Face, answer, command

if TYPE_CHECKING:
    from notegen.flows import Selection

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Send a roster's e-mails; nothing is lost."
)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(f"{written!r} is no time. Write it as 2026-11-30T08:00.") from error


NotBefore = Annotated[
    datetime | None,
    typer.Option(
        metavar="TIME",
        parser=_moment,
        help="Send nothing before; 2026-11-30T08:00, in this machine's time zone.",
    ),
]
Expires = Annotated[
    datetime | None,
    typer.Option(metavar="TIME", parser=_moment, help="Give up then what was not accepted."),
]
MetricsFile = Annotated[
    Path | None,
    typer.Option("--metrics", metavar="FILE.prom", help="Write figures for Prometheus's textfile collector."),
]


class LogFormat(StrEnum):
    """What a run says while it runs, where there is no terminal for a bar."""

    NONE = "none"
    JSON = "json"


@command(app)
def run(
    face: Face,
    roster: Annotated[
        Path, typer.Argument(metavar="ROSTER", help="The mission's workbook, or a YAML roster.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call the dispatch.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Plan and count, keep and send nothing.")
    ] = False,
    first: Annotated[int, typer.Option(min=0, metavar="N", help="Only the first N accepted people.")] = 0,
    only: Annotated[str, typer.Option(metavar="ROW,…", help="Only these rows, numbered as in Excel.")] = "",
    redirect_to: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A rehearsal: every mail goes to this address.")
    ] = "",
    allow_list: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only these addresses and domains, one a line.")
    ] = None,
    not_before: NotBefore = None,
    expires: Expires = None,
    requester: Annotated[
        str, typer.Option(metavar="NAME", help="On whose behalf; kept in the history.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Send the same content again, under a new --name.")
    ] = False,
    positional: Annotated[
        bool, typer.Option("--positional", help="Read six columns without headers.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Only plan, and leave the sending to workers (PostgreSQL).")
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="json: one line an event on standard error.")
    ] = LogFormat.NONE,
    metrics: MetricsFile = None,
    json: Json = False,
) -> None:
    """Plan and send; run it again to resume. Every accepted person gets three e-mails, in order.

    Example: notegen dispatch run examples/members.xlsx --dry-run
    """
    from notegen.cli.ending import Ending, finish
    from notegen.cli.sending import RunOutcome, RunRequest, run_roster
    from notegen.domain.planned_mail import Summary
    from notegen.errors import NotegenError

    ending = Ending(face.now(), json=json, log_json=log_format is LogFormat.JSON, metrics=metrics)
    try:
        request = RunRequest(
            roster=roster,
            selection=_selection(first, only, redirect_to, allow_list),
            name=name,
            requester=requester,
            not_before=_aware(not_before),
            expires=_aware(expires),
            dry_run=dry_run,
            again=again,
            positional=positional,
            log_json=ending.log_json,
            detach=detach,
        )
        outcome = run_roster(face, request)
    except NotegenError as error:
        outcome = RunOutcome(Summary(name), trouble=error)
    finish(outcome, ending, face.now(), dry_run=dry_run)


@command(app)
def preview(
    face: Face,
    roster: Annotated[
        Path, typer.Argument(metavar="ROSTER", help="The mission's workbook, or a YAML roster.")
    ],
    row: Annotated[int, typer.Option(min=1, help="Whose mails: the row, numbered as in Excel.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the files go.")],
    show_codes: Annotated[bool, typer.Option("--show-codes", help="Do not mask link and code.")] = False,
) -> None:
    """Write one person's three mails as files, link and code masked.

    Each as .eml, .html and .txt.

    Example: notegen dispatch preview examples/members.xlsx --row 2 -o preview/
    """
    from notegen.cli.sending import write_preview

    for path in write_preview(face, roster, row, output, show_codes=show_codes):
        answer(path)


def _selection(first: int, only: str, redirect_to: str, allow_list: Path | None) -> Selection:
    from notegen.cli.outgoing import read_allow_list
    from notegen.errors import InputError
    from notegen.flows import Selection
    from notegen.office import one_address

    try:
        rows = frozenset(int(row) for row in only.split(",") if row.strip())
    except ValueError as error:
        raise InputError(
            f"rows are numbers, not {only!r}", where="--only", hint="For example --only 7,12."
        ) from error
    return Selection(
        first=first,
        rows=rows,
        allowed=read_allow_list(allow_list) if allow_list else frozenset(),
        redirect_to=one_address(redirect_to, "--redirect-to") if redirect_to else None,
    )


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None
