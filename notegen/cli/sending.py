"""What `dispatch` and `demo` share: from settings and a roster to a run that is watched."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.cli.face import Face, tell
from notegen.cli.outgoing import key_of, make_composer
from notegen.cli.progress import speaker, watching
from notegen.dispatch.event import Progress
from notegen.dispatch.loop import run
from notegen.domain.mail import Delivery
from notegen.domain.notification import SEQUENCES, series
from notegen.domain.planned_mail import PlannedMail, Summary
from notegen.domain.roster import Roster, RowStatus
from notegen.errors import DeliveryError, InputError, NotegenError, RecordsError
from notegen.flows import Selection, Wishes, choose, plan_roster, read_roster_file, save
from notegen.mailroom import (
    activation_key_file,
    claim_of,
    loop_options,
    make_delivery,
    open_queue,
    require_shared,
    stop_by_signal,
)
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.sending import Sending
from notegen.rendering.email import EmailComposer

if TYPE_CHECKING:
    from notegen.records.settings import RecordsSettings

_SILENCE = 60.0
_STOPPED = (
    "Stopping: what is under way is finished, the rest waits for the next run. Once more ends it at once."
)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything that `dispatch run` was asked."""

    roster: Path
    selection: Selection
    name: str = ""
    requester: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None
    dry_run: bool = False
    again: bool = False
    positional: bool = False
    log_json: bool = False
    detach: bool = False


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Where the mails stand, how many rows got none, and what kept the run from its end.

    `begins` is the moment before which nothing of the dispatch may go, where it was still to come at the end.
    `detached`: it was planned, and is left to the workers.
    """

    summary: Summary
    rejected: int = 0
    trouble: NotegenError | None = None
    begins: datetime | None = None
    detached: bool = False


def run_roster(face: Face, request: RunRequest) -> RunOutcome:
    """Read, plan, send. Bad rows are told and left out; the others are on disk before any connection."""
    if request.detach:
        require_shared(face.settings)
    options = face.roster_options(positional=request.positional)
    roster = read_roster_file(request.roster, face.house, face.today, options)
    say = speaker(request.log_json)
    _tell_findings(face, roster, request)
    chosen = choose(roster, request.selection)
    composer = make_composer(face, keep=not request.dry_run, say=say)
    composer.prepare(SEQUENCES["activation"], sorted({one.notifications[0].language for one in chosen}))
    rejected = sum(1 for row in roster.rejected if row.status is not RowStatus.SKIPPED)
    wishes = _wishes(face, request)
    with opened_ledger(face, keep=not request.dry_run) as ledger:
        wishes = wishes if request.dry_run else replace(wishes, portion=share_out(face, ledger))
        planned = plan_roster(
            roster, chosen, request.selection, ledger, wishes, face.now(), dry_run=request.dry_run
        )
        if request.dry_run:
            return RunOutcome(Summary(planned.name, planned=planned.added), rejected)
        if planned.resumed:
            speaker(request.log_json)(
                f"{planned.name}: this roster is known; the dispatch goes on where it stopped."
            )
        if request.detach:
            leave_to_workers(face, ledger, planned.name, speaker(request.log_json))
            return RunOutcome(ledger.summary(planned.name), rejected, detached=True)
        only = None if request.selection.is_complete else [one.identity for one in chosen]
        trouble = _attempt(face, ledger, planned.name, composer, only, request)
        if isinstance(trouble, RecordsError) and trouble.temporary:
            return RunOutcome(Summary(planned.name), rejected, trouble)
        begins = ledger.status(face.now(), planned.name)[0].not_before
        still = begins if begins and begins > face.now() else None
        return RunOutcome(ledger.summary(planned.name), rejected, trouble, still)


def write_preview(face: Face, path: Path, row: int, folder: Path, *, show_codes: bool) -> Iterator[Path]:
    """One person's mails as files, made by what makes those that are sent; gives each path."""
    roster = read_roster_file(path, face.house, face.today, face.roster_options())
    member = next((member for member in roster.members if member.row == row), None)
    if member is None:
        hint = "`notegen roster check` lists the rows."
        raise InputError(f"no accepted member in row {row}", where=str(path), hint=hint)
    composer = make_composer(face, keep=False)
    for notification in series(member).notifications:
        kind = notification.kind.value
        planned = PlannedMail(
            f"{row}.{notification.position}", "preview", "00" * 32, "<preview@localhost>", notification
        )
        shown = composer.preview(planned, show_secrets=show_codes)
        stem = f"{notification.position + 1}-{kind}"
        yield save(folder / f"{stem}.eml", shown.content)
        yield save(folder / f"{stem}.html", shown.html.encode())
        yield save(folder / f"{stem}.txt", shown.text.encode())


@contextmanager
def opened_ledger(face: Face, *, keep: bool = True) -> Iterator[Ledger]:
    """The ledger of the settings, closed at the end.

    Without `keep` neither ledger nor key is made: where there is none yet, an empty one that is thrown away
    serves.
    """
    records = face.settings.records
    key = key_of(records.key_file, keep=keep)
    with (
        _place_of(records, keep=keep) as url,
        closing(open_ledger(url, key, journals=records.journal_folder)) as ledger,
    ):
        yield ledger


def send_planned(
    face: Face, ledger: Ledger, name: str, composer: EmailComposer, only: list[str] | None, *, log_json: bool
) -> DeliveryError | None:
    """Send what is due of a planned dispatch; what kept it from its end. `only` limits it to these people.

    One that is cut into portions is shared with whatever workers there are.
    """
    if ledger.share(name, face.now()):
        from notegen.cli.sharing import send_shared

        return send_shared(face, ledger, name, composer, only, log_json=log_json)
    delivery = make_delivery(face.settings, name)
    with (
        ledger.claim(name, claim_of(face.settings), face.now(), only=only) as held,
        watching(ledger.summary(name), log_json) as watch,
    ):
        try:
            asyncio.run(_run(face, held, composer, delivery, watch, speaker(log_json)))
        except DeliveryError as error:
            return error
    return None


def share_out(face: Face, ledger: Ledger) -> int:
    """People a portion, where workers may share a dispatch; 0 where the ledger is a file."""
    if not ledger.is_shared:
        return 0
    open_queue(face.settings, ledger, key_of(activation_key_file(face.settings), keep=True))
    return face.settings.dispatch.portion


def leave_to_workers(face: Face, ledger: Ledger, name: str, say: Callable[[str], None]) -> None:
    """Begin as a run does, and say so where nobody is there who would go on."""
    if claim_of(face.settings).resend_doubts:
        ledger.resume(name, face.now())
    if not ledger.workers(_SILENCE):
        say("No worker gave a sign of life within the last minute: nothing goes until `notegen worker` runs.")


def _attempt(
    face: Face,
    ledger: Ledger,
    name: str,
    composer: EmailComposer,
    only: list[str] | None,
    request: RunRequest,
) -> NotegenError | None:
    """Send; that somebody else sends, or that the ledger failed, is an outcome like another."""
    try:
        return send_planned(face, ledger, name, composer, only, log_json=request.log_json)
    except RecordsError as error:
        return error


async def _run(
    face: Face,
    held: Sending,
    composer: EmailComposer,
    delivery: Delivery,
    watch: Progress,
    say: Callable[[str], None],
) -> Summary:
    """The loop, ended gently by SIGINT and SIGTERM; a second signal has its usual effect."""
    options = loop_options(face.settings)
    if held.not_before is not None and face.now() < held.not_before <= face.now() + options.wait:
        say(f"{held.name}: waiting; nothing goes before {held.not_before.astimezone():%Y-%m-%d %H:%M %Z}.")
    stop = asyncio.Event()
    stop_by_signal(stop, lambda: say(_STOPPED))
    return await run(
        held,
        composer.compose,
        lambda: delivery,
        options,
        face.now,
        random.SystemRandom().random,
        watch,
        stop,
    )


def _tell_findings(face: Face, roster: Roster, request: RunRequest) -> None:
    from notegen.cli.roster import tell_findings

    if not request.log_json:
        tell_findings(roster, face.languages[roster.language])
        if not sys.stderr.isatty() and (roster.warnings or roster.rejected):
            tell(f"`notegen roster check {request.roster}` says what these findings mean.")
        return
    from notegen.logbook import record

    for problem in (*roster.warnings, *(problem for row in roster.rejected for problem in row.problems)):
        place = problem.place
        record("finding", row=place.line, column=place.column, code=problem.code)


def _wishes(face: Face, request: RunRequest) -> Wishes:
    start = max(face.now(), request.not_before) if request.not_before else face.now()
    if request.expires is not None and request.expires <= start:
        raise InputError(
            "the dispatch would end before it begins",
            where="--expires",
            hint="Name a later moment, with its time zone or in that of this machine.",
        )
    return Wishes(
        id_domain=face.settings.smtp.from_.rpartition("@")[2],
        name=request.name,
        requester=request.requester,
        not_before=request.not_before,
        expires=request.expires,
        expires_unless_said=start + timedelta(hours=face.settings.dispatch.expiry_hours),
        again=request.again,
    )


@contextmanager
def _place_of(records: RecordsSettings, *, keep: bool) -> Iterator[str]:
    """The address of the ledger; that of a temporary one where it must not be made."""
    file = records.url.removeprefix("sqlite:///")
    if keep or file == records.url or Path(file).exists():
        yield records.url
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/ledger.db"
