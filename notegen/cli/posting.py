"""`notegen note send`: a printed note to its missions, through the ledger of every other mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notegen.cli.ending import Ending, finish
from notegen.cli.face import Face, command, tell
from notegen.cli.note import app
from notegen.errors import InputError

if TYPE_CHECKING:
    from notegen.cli.sending import RunOutcome
    from notegen.flows.notemail import NoteMail


__all__ = ["app", "send"]


@command(app)
def send(
    face: Face,
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A note that was issued.")],
    addressees: Annotated[
        Path, typer.Option(metavar="A", help="The missions, with their e-mail addresses (YAML or Excel).")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call the dispatch.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, keep and send nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Send a note by e-mail, to its mission or to those of a list.

    Run it again to resume; nothing is sent twice.

    Example: notegen note send issued/P2.0-PRO.1830-15.06.2026-FETE-NATIONALE-1.pdf --addressees missions.yaml
    """
    from notegen.flows.notemail import note_mail
    from notegen.reading.addressee_file import read_addressees

    started = face.now()
    mail = note_mail(file, read_addressees(addressees, face.languages), face.house)
    for key in mail.without_address:
        tell(f"{key}: no e-mail address; this mission gets the note another way.")
    if not mail.series:
        raise InputError(
            "no mission has an e-mail address", where=str(addressees), hint="Add email to its entry."
        )
    outcome = _send(face, mail, name, dry_run=dry_run)
    finish(outcome, Ending(started, json=json), face.now(), dry_run=dry_run)


def _send(face: Face, mail: NoteMail, name: str, *, dry_run: bool) -> RunOutcome:
    from notegen.cli.sending import RunOutcome, opened_ledger, send_planned
    from notegen.domain.notification import SEQUENCES
    from notegen.domain.planned_mail import Summary
    from notegen.office import make_note_composer
    from notegen.records.planning import PlanRequest

    composer = make_note_composer(face.house, face.settings, mail.attachment, face.now, tell)
    composer.prepare(SEQUENCES["note"], sorted({own.notifications[0].language for own in mail.series}))
    request = PlanRequest(
        digest=mail.digest,
        id_domain=face.settings.smtp.from_.rpartition("@")[2],
        name=name or f"note-{mail.reference.replace('/', '-')}",
        # A list may grow: who stands in the ledger already is left alone, the others are added.
        complete=False,
        expires_unless_said=face.now() + timedelta(hours=face.settings.dispatch.expiry_hours),
    )
    with opened_ledger(face) as ledger:
        planned = ledger.plan(request, mail.series, face.now(), commit=not dry_run)
        if dry_run:
            return RunOutcome(Summary(planned.name, planned=planned.added), 0)
        trouble = send_planned(face, ledger, planned.name, composer, None, log_json=False)
        return RunOutcome(ledger.summary(planned.name), 0, trouble)
