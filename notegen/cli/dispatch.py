"""`notegen dispatch …`: sends a roster's e-mails, and shows where each stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.face import Face, answer, answer_json, command, show, table

if TYPE_CHECKING:
    from notegen.domain.planned_mail import Summary
    from notegen.flows import Selection

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Send a roster's e-mails; nothing is lost."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The dispatch, as `dispatch status` names it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Moment = Annotated[
    datetime | None, typer.Option(metavar="TIME", help="2026-11-30T08:00, in this machine's time zone.")
]


class LogFormat(StrEnum):
    """What a run says while it runs, where there is no terminal for a bar."""

    NONE = "none"
    JSON = "json"


class Settled(StrEnum):
    """What a person decides about mails in doubt."""

    ACCEPTED = "accepted"
    RESEND = "resend"
    CANCEL = "cancel"


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
    not_before: Moment = None,
    expires: Moment = None,
    requester: Annotated[
        str, typer.Option(metavar="NAME", help="On whose behalf; kept in the history.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Send the same content again, under a new --name.")
    ] = False,
    positional: Annotated[
        bool, typer.Option("--positional", help="Read six columns without headers.")
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="json: one line an event on standard error.")
    ] = LogFormat.NONE,
    json: Json = False,
) -> None:
    """Plan and send; run it again to resume. Every accepted person gets three e-mails, in order.

    Example: notegen dispatch run examples/members.xlsx --dry-run
    """
    from notegen.cli.sending import RunRequest, run_roster

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
        log_json=log_format is LogFormat.JSON,
    )
    outcome = run_roster(face, request)
    if json:
        answer_json(asdict(outcome.summary))
    else:
        show_summary(outcome.summary)
    if outcome.trouble is not None:
        raise outcome.trouble
    raise typer.Exit(exit_code(outcome.summary, rejected=outcome.rejected, dry_run=dry_run))


@command(app)
def status(
    face: Face,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One dispatch; all unless given.")] = "",
    json: Json = False,
) -> None:
    """Say where the mails of each dispatch stand.

    Example: notegen dispatch status
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face) as ledger:
        found = ledger.status(face.now(), name)
    if json:
        answer_json(
            [{**asdict(one.summary), "requester": one.requester, "holder": one.holder} for one in found]
        )
        return
    drawn = table(("dispatch", "created", "accepted", "open", "refused", "in doubt", "held", "sent by"))
    for one in found:
        s = one.summary
        waiting = s.planned + s.sending + s.deferred
        counts = (s.accepted, waiting, s.refused + s.expired + s.cancelled, s.in_doubt, s.held)
        drawn.add_row(one.name, f"{one.created.astimezone():%Y-%m-%d %H:%M}", *map(str, counts), one.holder)
    show(drawn)


@command(app)
def history(
    face: Face,
    requester: Annotated[
        str, typer.Option(metavar="NAME", help="Only what was asked for by this person.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many lines.")] = 50,
    json: Json = False,
) -> None:
    """List mails, the latest change first.

    Example: notegen dispatch history --limit 20
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face) as ledger:
        entries = ledger.history(requester=requester, limit=limit)
    if json:
        answer_json([{**asdict(entry), "changed": entry.changed.isoformat()} for entry in entries])
        return
    drawn = table(("changed", "dispatch", "row", "kind", "language", "state", "server"))
    for e in entries:
        words = f"{e.code} {e.words}".strip() if e.code else e.words
        changed = f"{e.changed.astimezone():%Y-%m-%d %H:%M:%S}"
        drawn.add_row(changed, e.dispatch, str(e.row), e.kind, e.language, e.state.value, words)
    show(drawn)


@command(app)
def settle(
    face: Face,
    name: Name,
    decision: Annotated[Settled, typer.Option("--as", help="They arrived; send again; give up.")],
    mail: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Only this mail; may be repeated.")
    ] = None,
) -> None:
    """Decide about mails in doubt.

    Example: notegen dispatch settle 3f2a90c1d4b7 --as resend
    """
    from notegen.cli.sending import opened_ledger
    from notegen.records.unfinished import Decision

    with opened_ledger(face) as ledger:
        count = ledger.settle(name, Decision(decision.value), face.now(), mail or ())
    answer(f"{name}: {count} settled as {decision.value}")


@command(app)
def cancel(face: Face, name: Name) -> None:
    """Give up every mail of a dispatch that was not sent yet.

    Example: notegen dispatch cancel 3f2a90c1d4b7
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face) as ledger:
        show_summary(ledger.cancel(name, face.now()))


@command(app)
def purge(face: Face) -> None:
    """Erase what is left of dispatches that ended longer ago than [dispatch] retention_days.

    Example: notegen dispatch purge
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face) as ledger:
        count = ledger.purge(face.now(), timedelta(days=face.settings.dispatch.retention_days))
    answer(f"{count} dispatches emptied")


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
    """Write one person's three mails as .eml, .html and .txt, link and code masked.

    Example: notegen dispatch preview examples/members.xlsx --row 2 -o preview/
    """
    from notegen.cli.sending import write_preview

    for path in write_preview(face, roster, row, output, show_codes=show_codes):
        answer(path)


def show_summary(summary: Summary) -> None:
    """The counts of a dispatch in a table, empty states left out."""
    answer(summary.name)
    drawn = table(("state", "mails"))
    for state, count in asdict(summary).items():
        if state != "name" and count:
            drawn.add_row(state.replace("_", " "), str(count))
    show(drawn)


def exit_code(summary: Summary, *, rejected: int, dry_run: bool) -> int:
    """3 while something is in doubt or still to come, 1 when rows or mails were refused, else 0."""
    unfinished = summary.in_doubt + summary.deferred + summary.planned + summary.sending
    if unfinished and not dry_run:
        return 3
    return 1 if rejected or summary.refused or summary.expired or summary.held else 0


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
