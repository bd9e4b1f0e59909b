"""What the commands of `notegen notify` share: from events or an announcement to a run that is watched."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from notegen.cli.ending import Ending, finish
from notegen.cli.face import Face, sentence, tell
from notegen.cli.sending import RunOutcome, opened_ledger, send_planned, share_out
from notegen.domain.notification import Series
from notegen.domain.planned_mail import Summary
from notegen.domain.roster import RowStatus
from notegen.domain.status import StatusList
from notegen.errors import InputError, NotegenError, RecordsError
from notegen.flows.announcement import announce, read_announcement_file
from notegen.flows.status import status_batches
from notegen.logbook import notice, record
from notegen.office import make_composer, make_mission_composer, one_address
from notegen.reading.addressee_file import read_addressees
from notegen.records.ledger import Ledger
from notegen.records.planning import Planned, PlanRequest
from notegen.rendering.email import EmailComposer

_PRESSING = 50
"""Workers take up notifications of one person's affairs before the mails of rosters."""


@dataclass(frozen=True, slots=True)
class Order:
    """How the mails are to go, whatever they say, and how the run is to end."""

    ending: Ending
    name: str = ""
    dry_run: bool = False
    again: bool = False
    redirect_to: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The mails of one dispatch; workers can make those that need nothing but what the ledger holds."""

    digest: str
    requester: str
    series: Sequence[Series]
    is_complete: bool = True
    is_for_workers: bool = False


def run_announcement(face: Face, data: Path, addressees: Path, order: Order) -> RunOutcome:
    """Plan and send an announcement to every mission of a list."""
    told = read_announcement_file(data, face.house)
    redirect = one_address(order.redirect_to, "--redirect-to") if order.redirect_to else None
    mails = announce(told, read_addressees(addressees, face.languages), face.house, redirect)
    for key in mails.without_address:
        _say(order, f"{key}: no e-mail address; this mission is told another way.")
    if not mails.series:
        hint = "Add email to its entry."
        raise InputError("no mission has an e-mail address", where=str(addressees), hint=hint)
    composer = make_mission_composer(
        face.house, face.settings, mails.attachments, face.now, lambda text: _say(order, text), mails.texts
    )
    # A list may grow: who stands in the ledger already is left alone, the others are added.
    batch = Batch(mails.digest, "", mails.series, is_complete=False)
    return _send(face, [batch], composer, order, rejected=0)


def run_statuses(face: Face, events: StatusList, order: Order) -> RunOutcome:
    """Plan and send status notifications, each requester's as a dispatch of their own."""
    _tell_findings(face, events, order)
    redirect = one_address(order.redirect_to, "--redirect-to") if order.redirect_to else None
    own = status_batches(events, face.house, redirect)
    composer = make_composer(face.house, face.settings, None, face.now, lambda text: _say(order, text))
    rejected = sum(1 for row in events.rejected if row.status is not RowStatus.SKIPPED)
    batches = [Batch(batch.digest, batch.requester, batch.series, is_for_workers=True) for batch in own]
    return _send(face, batches, composer, order, rejected=rejected)


def _send(
    face: Face,
    batches: Sequence[Batch],
    composer: EmailComposer,
    order: Order,
    *,
    rejected: int,
) -> RunOutcome:
    """Plan every batch, on disk before any connection, then send one after the other."""
    if order.name and len(batches) > 1:
        what = "each requester's notifications are a dispatch of their own"
        raise InputError(what, where="--name", hint="Leave --name out, or send one requester's rows.")
    _prepare(composer, batches)
    with opened_ledger(face, keep=not order.dry_run) as ledger:
        planned, trouble = _planned(face, ledger, batches, order)
        names = ", ".join(each.name for each in planned)
        if order.dry_run:
            return RunOutcome(Summary(names, planned=sum(each.added for each in planned)), rejected, trouble)
        for each in planned:
            trouble = _sent(face, ledger, each, composer, order) or trouble
        summary = _summed(names, [ledger.summary(each.name) for each in planned])
        starts = [one.not_before for each in planned for one in ledger.status(face.now(), each.name)]
        begins = max((moment for moment in starts if moment and moment > face.now()), default=None)
        return RunOutcome(summary, rejected, trouble, begins)


def _planned(
    face: Face, ledger: Ledger, batches: Sequence[Batch], order: Order
) -> tuple[list[Planned], NotegenError | None]:
    """The dispatches, and what kept one of them from being planned; the others go all the same."""
    planned: list[Planned] = []
    trouble: NotegenError | None = None
    for batch in batches:
        request = _request(face, batch, order)
        if batch.is_for_workers and not order.dry_run:
            request = replace(request, portion=share_out(face, ledger), priority=_PRESSING)
        try:
            planned.append(ledger.plan(request, batch.series, face.now(), commit=not order.dry_run))
        except RecordsError as error:
            trouble = error
    return planned, trouble


def _sent(
    face: Face, ledger: Ledger, planned: Planned, composer: EmailComposer, order: Order
) -> NotegenError | None:
    if planned.resumed:
        _say(order, f"{planned.name}: this content is known; the dispatch goes on where it stopped.")
    try:
        return send_planned(face, ledger, planned.name, composer, None, log_json=order.ending.log_json)
    except RecordsError as error:
        return error


def _prepare(composer: EmailComposer, batches: Sequence[Batch]) -> None:
    """Make every text that will be needed now: a broken one stops everything before any mail."""
    pairs = dict.fromkeys(
        (n.kind.value, n.language) for batch in batches for one in batch.series for n in one.notifications
    )
    for kind, language in pairs:
        composer.prepare([kind], [language])


def _request(face: Face, batch: Batch, order: Order) -> PlanRequest:
    start = max(face.now(), order.not_before) if order.not_before else face.now()
    if order.expires is not None and order.expires <= start:
        hint = "Name a later moment, with its time zone or in that of this machine."
        raise InputError("the dispatch would end before it begins", where="--expires", hint=hint)
    return PlanRequest(
        digest=batch.digest,
        id_domain=face.settings.smtp.from_.rpartition("@")[2],
        name=order.name,
        requester=batch.requester,
        not_before=order.not_before,
        expires=order.expires,
        expires_unless_said=start + timedelta(hours=face.settings.dispatch.expiry_hours),
        complete=batch.is_complete,
        again=order.again,
    )


def _summed(name: str, summaries: Sequence[Summary]) -> Summary:
    counts = [field.name for field in fields(Summary) if field.name != "name"]
    return Summary(name, **{state: sum(asdict(one)[state] for one in summaries) for state in counts})


def _tell_findings(face: Face, events: StatusList, order: Order) -> None:
    """What keeps rows from their mails, and what was noticed about the others."""
    problems = [*events.warnings, *(p for row in events.rejected for p in (*row.problems, *row.warnings))]
    problems += [p for event in events.events for p in event.warnings]
    words = face.languages[events.language]
    for problem in problems:
        place = problem.place
        if order.ending.log_json:
            record("finding", row=place.line, column=place.column, code=problem.code)
        else:
            # What is not read by a person at once may end in a log, where nobody's data belongs.
            tell(sentence(problem, words) if sys.stderr.isatty() else f"{place}: {problem.code}")
    if problems and not order.ending.log_json and not sys.stderr.isatty():
        tell("The same command with --dry-run at a terminal says what these findings mean.")


def finish_run(face: Face, order: Order, deed: Callable[[], RunOutcome]) -> None:
    """Do it, tell the result, and end the command with its exit code."""
    try:
        outcome = deed()
    except NotegenError as error:
        outcome = RunOutcome(Summary(order.name), trouble=error)
    finish(outcome, order.ending, face.now(), dry_run=order.dry_run)


def _say(order: Order, text: str) -> None:
    (notice if order.ending.log_json else tell)(text)
