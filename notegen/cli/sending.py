"""What `dispatch` and `demo` share: from settings and a roster to a run that is watched."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from notegen.cli.face import Face, tell
from notegen.cli.outgoing import loop_options, make_composer, make_delivery
from notegen.cli.progress import watching
from notegen.dispatch.event import Progress
from notegen.dispatch.loop import run
from notegen.domain.mail import Delivery
from notegen.domain.notification import SEQUENCES, series
from notegen.domain.planned_mail import PlannedMail, Summary
from notegen.domain.roster import RowStatus
from notegen.errors import DeliveryError, InputError
from notegen.flows import Selection, Wishes, choose, plan_roster, read_roster_file, save
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.sending import Claim, Sending
from notegen.rendering.email import EmailComposer
from notegen.settings import read_key


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


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Where the mails stand, how many rows got none, and what kept the run from its end."""

    summary: Summary
    rejected: int
    trouble: DeliveryError | None = None


def run_roster(face: Face, request: RunRequest) -> RunOutcome:
    """Read, plan, send. Bad rows are told and left out; the others are on disk before any connection."""
    from notegen.cli.roster import tell_findings

    options = face.roster_options(positional=request.positional)
    roster = read_roster_file(request.roster, face.house, face.today, options)
    tell_findings(roster, face.languages[roster.language])
    rejected = sum(1 for row in roster.rejected if row.status is not RowStatus.SKIPPED)
    chosen = choose(roster, request.selection)
    composer = make_composer(face)
    composer.prepare(SEQUENCES["activation"], sorted({one.notifications[0].language for one in chosen}))
    wishes = _wishes(face, request)
    with opened_ledger(face) as ledger:
        planned = plan_roster(
            roster, chosen, request.selection, ledger, wishes, face.now(), dry_run=request.dry_run
        )
        if request.dry_run:
            return RunOutcome(Summary(planned.name, planned=planned.added), rejected)
        if planned.resumed:
            tell(f"{planned.name}: this roster is known; the dispatch goes on where it stopped.")
        only = None if request.selection.is_complete else [one.identity for one in chosen]
        trouble = send_planned(face, ledger, planned.name, composer, only, log_json=request.log_json)
        return RunOutcome(ledger.summary(planned.name), rejected, trouble)


def write_preview(face: Face, path: Path, row: int, folder: Path, *, show_codes: bool) -> Iterator[Path]:
    """One person's mails as files, made by what makes those that are sent; gives each path."""
    roster = read_roster_file(path, face.house, face.today, face.roster_options())
    member = next((member for member in roster.members if member.row == row), None)
    if member is None:
        hint = "`notegen roster check` lists the rows."
        raise InputError(f"no accepted member in row {row}", where=str(path), hint=hint)
    composer = make_composer(face)
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
def opened_ledger(face: Face) -> Iterator[Ledger]:
    """The ledger of the settings, closed at the end."""
    records = face.settings.records
    with closing(open_ledger(records.url, read_key(records.key_file))) as ledger:
        yield ledger


def send_planned(
    face: Face, ledger: Ledger, name: str, composer: EmailComposer, only: list[str] | None, *, log_json: bool
) -> DeliveryError | None:
    """Send what is due of a planned dispatch; what kept it from its end. `only` limits it to these people."""
    claim = Claim(_holder(), _boot(), resend_doubts=face.settings.dispatch.in_doubt == "resend")
    delivery = make_delivery(face.settings, name)
    with (
        ledger.claim(name, claim, face.now(), only=only) as held,
        watching(ledger.summary(name), log_json) as watch,
    ):
        try:
            asyncio.run(_run(face, held, composer, delivery, watch))
        except DeliveryError as error:
            return error
    return None


async def _run(
    face: Face, held: Sending, composer: EmailComposer, delivery: Delivery, watch: Progress
) -> Summary:
    """The loop, ended gently by SIGINT and SIGTERM; a second signal has its usual effect."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop_once, loop, number, stop)
    return await run(
        held,
        composer.compose,
        lambda: delivery,
        loop_options(face.settings),
        face.now,
        random.SystemRandom().random,
        watch,
        stop,
    )


def _stop_once(loop: asyncio.AbstractEventLoop, number: int, stop: asyncio.Event) -> None:
    tell("Stopping: what is under way is finished, the rest waits for the next run.")
    stop.set()
    loop.remove_signal_handler(number)


def _wishes(face: Face, request: RunRequest) -> Wishes:
    lifetime = timedelta(hours=face.settings.dispatch.expiry_hours)
    start = max(face.now(), request.not_before) if request.not_before else face.now()
    return Wishes(
        id_domain=face.settings.smtp.from_.rpartition("@")[2],
        name=request.name,
        requester=request.requester,
        not_before=request.not_before,
        expires=request.expires or start + lifetime,
        again=request.again,
    )


def _holder() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _boot() -> str:
    """Which start of this machine it is (Linux); empty elsewhere, which proves nothing to the ledger."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
