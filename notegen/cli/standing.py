"""`notegen dispatch status | history | settle | restored | cancel | purge`: looks, decides, erases."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notegen.cli import dispatch
from notegen.cli.dispatch import Json, MetricsFile
from notegen.cli.ending import show_summary
from notegen.cli.face import Face, answer, answer_json, command, show, table

if TYPE_CHECKING:
    from notegen.records.tally import DispatchStatus

app = dispatch.app
"""The commands of `notegen dispatch`, those of this module and of notegen/cli/dispatch.py."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The dispatch, as `dispatch status` names it.")]


class Settled(StrEnum):
    """What a person decides about mails in doubt."""

    ACCEPTED = "accepted"
    RESEND = "resend"
    CANCEL = "cancel"


@command(app)
def status(
    face: Face,
    name: Annotated[str, typer.Argument(metavar="NAME", help="One dispatch; all unless given.")] = "",
    metrics: MetricsFile = None,
    json: Json = False,
) -> None:
    """Say where the mails of each dispatch stand.

    Example: notegen dispatch status
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face, keep=False) as ledger:
        found = ledger.status(face.now(), name)
    if metrics is not None:
        from notegen.gauges import mail_figures, write_figures

        write_figures(metrics, mail_figures(one.summary for one in found))
    if json:
        answer_json([_document(one) for one in found])
        return
    drawn = table(("dispatch", "created", "accepted", "open", "refused", "in doubt", "held", "stands"))
    for one in found:
        s = one.summary
        waiting = s.planned + s.sending + s.deferred
        counts = (s.accepted, waiting, s.refused + s.expired + s.cancelled, s.in_doubt, s.held)
        drawn.add_row(one.name, _shown(one.created), *map(str, counts), _stands(one))
    show(drawn, "There is no dispatch yet.")


@command(app)
def history(
    face: Face,
    requester: Annotated[
        str, typer.Option(metavar="NAME", help="Only what was asked for by this person.")
    ] = "",
    name: Annotated[str, typer.Option(metavar="NAME", help="Only this dispatch.")] = "",
    awaiting: Annotated[
        bool, typer.Option("--awaiting", help="Only what waits for a decision or for a document.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many lines.")] = 50,
    json: Json = False,
) -> None:
    """List mails, latest change first, and what each waits for.

    A mail in doubt or held waits for a decision (`dispatch settle`); a request for a document waits for the
    document, until a later notification to the same person was accepted.

    Example: notegen dispatch history --awaiting
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face, keep=False) as ledger:
        entries = ledger.history(requester=requester, name=name, awaiting=awaiting, limit=limit)
    if json:
        answer_json([{**asdict(entry), "changed": entry.changed.isoformat()} for entry in entries])
        return
    drawn = table(
        ("changed", "dispatch", "requester", "mail", "row", "kind", "language", "state", "awaits", "server")
    )
    for e in entries:
        words = f"{e.code} {e.words}".strip() if e.code else e.words
        changed = f"{e.changed.astimezone():%Y-%m-%d %H:%M:%S}"
        cells = (e.requester, e.key, str(e.row), e.kind, e.language, e.state.value, e.awaits.value, words)
        drawn.add_row(changed, e.dispatch, *cells)
    show(drawn, "There is no such mail.")


@command(app)
def settle(
    face: Face,
    name: Name,
    decision: Annotated[Settled, typer.Option("--as", help="They arrived; send again; give up.")],
    mail: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Only this mail, as `dispatch history` names it; may be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Decide about mails in doubt. The next run sends what is to go again.

    Example: notegen dispatch settle 3f2a90c1d4b7 --as resend
    """
    from notegen.cli.sending import opened_ledger
    from notegen.records.unfinished import Decision

    with opened_ledger(face, keep=False) as ledger:
        count = ledger.settle(name, Decision(decision.value), face.now(), mail or ())
        summary = ledger.summary(name)
    if json:
        answer_json({**asdict(summary), "settled": count})
    else:
        answer(f"{name}: {count} settled as {decision.value}")


@command(app)
def restored(face: Face, name: Name, json: Json = False) -> None:
    """After a backup was put back: put in doubt what may have left.

    Nothing of it is sent until `dispatch settle` has decided, whatever [dispatch] in_doubt says.

    Example: notegen dispatch restored 3f2a90c1d4b7
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face, keep=False) as ledger:
        count = ledger.put_in_doubt(name, face.now())
        summary = ledger.summary(name)
    if json:
        answer_json({**asdict(summary), "people": count})
    else:
        answer(f"{name}: the next mail of {count} people is in doubt. Decide by `notegen dispatch settle`.")


@command(app)
def cancel(face: Face, name: Name, json: Json = False) -> None:
    """Give up every mail of a dispatch that was not sent yet.

    Example: notegen dispatch cancel 3f2a90c1d4b7
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face, keep=False) as ledger:
        summary = ledger.cancel(name, face.now())
    if json:
        answer_json(asdict(summary))
    else:
        show_summary(summary)


@command(app)
def purge(face: Face, json: Json = False) -> None:
    """Erase what is left of dispatches that ended long ago.

    Those that ended longer ago than [dispatch] retention_days.

    Example: notegen dispatch purge
    """
    from notegen.cli.sending import opened_ledger

    with opened_ledger(face, keep=False) as ledger:
        count = ledger.purge(face.now(), timedelta(days=face.settings.dispatch.retention_days))
    if json:
        answer_json({"emptied": count})
    else:
        answer(f"{count} dispatches emptied")


def _document(one: DispatchStatus) -> dict[str, Any]:
    moments = {
        "created": one.created,
        "not_before": one.not_before,
        "expires": one.expires,
        "cancelled_at": one.cancelled,
        "purged_at": one.purged,
    }
    shown = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {**asdict(one.summary), "requester": one.requester, "holder": one.holder, **shown}


def _stands(one: DispatchStatus) -> str:
    """What a person should know about a dispatch besides its counts."""
    if one.holder:
        from notegen.mailroom import is_gone

        living = [holder for holder in one.holder.split(", ") if not is_gone(holder)]
        if not living:
            return f"left by {one.holder}, which has ended: run it again"
        return f"sent by {', '.join(living)}"
    if one.cancelled:
        return f"cancelled {_shown(one.cancelled)}"
    if one.purged:
        return f"erased {_shown(one.purged)}"
    waiting = one.summary.planned + one.summary.deferred
    return f"until {_shown(one.expires)}" if waiting and one.expires else ""


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
