"""`notegen notify …`: tells people what became of their request, and missions what they should know."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.dispatch import Expires, Json, LogFormat, MetricsFile, NotBefore
from notegen.cli.face import (
    Face,
    answer,
    command,
    keep_workbook,
    refuse_existing,
)

if TYPE_CHECKING:
    from notegen.cli.notifying import Order
    from notegen.cli.sending import RunOutcome

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Send status notifications, and announcements to missions.",
)

DataFile = Annotated[Path, typer.Argument(metavar="DATA.yaml", help="What happened, and to whom.")]
Name = Annotated[str, typer.Option(metavar="NAME", help="What to call the dispatch.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and count, keep and send nothing.")]
Again = Annotated[bool, typer.Option("--again", help="Send the same content again, under a new --name.")]
RedirectTo = Annotated[
    str, typer.Option(metavar="ADDRESS", help="A rehearsal: every mail goes to this address.")
]
Log = Annotated[LogFormat, typer.Option("--log-format", help="json: one line an event on standard error.")]
Addressees = Annotated[
    Path, typer.Option(metavar="A", help="The missions, with their e-mail addresses (YAML or Excel).")
]
_TOLD = {
    "number-assigned": "Tell a person the number that was assigned.",
    "identified-as": "Tell a person the name and number in the registers.",
    "document-required": "Ask a person for a document that is missing.",
    "request-in-progress": "Tell a person that the request is being processed.",
}


def _add(kind: str, told: str) -> None:
    """Make a command of a kind: one event from a YAML file."""

    def one(
        face: Face,
        data: DataFile,
        name: Name = "",
        dry_run: DryRun = False,
        redirect_to: RedirectTo = "",
        not_before: NotBefore = None,
        expires: Expires = None,
        again: Again = False,
        log_format: Log = LogFormat.NONE,
        metrics: MetricsFile = None,
        json: Json = False,
    ) -> None:
        from notegen.cli.notifying import finish_run, run_statuses
        from notegen.domain.notification import NotificationKind
        from notegen.flows.status import read_status_file

        order = _order(
            face, log_format, metrics, json, name, dry_run, again, redirect_to, not_before, expires
        )
        words = face.reader_language("").code

        def read_and_send() -> RunOutcome:
            return run_statuses(
                face, read_status_file(data, NotificationKind(kind), face.house, face.today, words), order
            )

        finish_run(face, order, read_and_send)

    one.__doc__ = f"{told}\n\nExample: notegen notify {kind} examples/{kind}.yaml --dry-run"
    command(app, kind)(one)


for _kind, _sentence in _TOLD.items():
    _add(_kind, _sentence)


@command(app)
def rows(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The filled-in form, one row an event.")],
    name: Name = "",
    dry_run: DryRun = False,
    redirect_to: RedirectTo = "",
    not_before: NotBefore = None,
    expires: Expires = None,
    again: Again = False,
    log_format: Log = LogFormat.NONE,
    metrics: MetricsFile = None,
    json: Json = False,
) -> None:
    """Send many status notifications, one row an event.

    Bad rows are reported and left out.

    Each requester's notifications are a dispatch of their own. Run it again to resume.

    Example: notegen notify rows examples/statuses.xlsx --dry-run
    """
    from notegen.cli.notifying import finish_run, run_statuses
    from notegen.flows.status import read_status_rows

    order = _order(face, log_format, metrics, json, name, dry_run, again, redirect_to, not_before, expires)
    words = face.reader_language("").code

    def read_and_send() -> RunOutcome:
        found = read_status_rows(file, face.house, face.today, face.roster_options(), words)
        return run_statuses(face, found, order)

    finish_run(face, order, read_and_send)


@command(app)
def form(
    face: Face,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The workbook to write.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the form.")] = "en",
) -> None:
    """Write the blank form for `notegen notify rows`.

    Example: notegen notify form --language fr -o avis.xlsx
    """
    from notegen.reading.status_columns import write_status_form

    refuse_existing(output)
    words = face.reader_language(language)
    keep_workbook(output, lambda path: write_status_form(path, words))
    answer(output)


@command(app)
def announcement(
    face: Face,
    data: Annotated[Path, typer.Argument(metavar="DATA.yaml", help="The announcement, in its languages.")],
    addressees: Addressees,
    name: Name = "",
    dry_run: DryRun = False,
    redirect_to: RedirectTo = "",
    not_before: NotBefore = None,
    expires: Expires = None,
    again: Again = False,
    log_format: Log = LogFormat.NONE,
    metrics: MetricsFile = None,
    json: Json = False,
) -> None:
    """Send an announcement to every mission of a list.

    Each gets the attachments in its language.

    A mission whose language an attachment lacks gets the nearest, and is told so.

    Example: notegen notify announcement examples/announcement.yaml --addressees examples/addressees.yaml
    """
    from notegen.cli.notifying import finish_run, run_announcement

    order = _order(face, log_format, metrics, json, name, dry_run, again, redirect_to, not_before, expires)
    finish_run(face, order, lambda: run_announcement(face, data, addressees, order))


def _order(
    face: Face,
    log_format: LogFormat,
    metrics: Path | None,
    json: bool,
    name: str,
    dry_run: bool,
    again: bool,
    redirect_to: str,
    not_before: datetime | None,
    expires: datetime | None,
) -> Order:
    from notegen.cli.ending import Ending
    from notegen.cli.notifying import Order

    ending = Ending(face.now(), json=json, log_json=log_format is LogFormat.JSON, metrics=metrics)
    begins = not_before.astimezone() if not_before else None
    ends = expires.astimezone() if expires else None
    return Order(ending, name, dry_run, again, redirect_to, begins, ends)
