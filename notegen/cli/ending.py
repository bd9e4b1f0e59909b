"""How a run ends: its result for a person or a machine, figures, log, exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

from notegen.cli.face import answer, answer_json, show, table, tell
from notegen.errors import DeliveryError, NotegenError, RecordsError

if TYPE_CHECKING:
    from notegen.cli.sending import RunOutcome
    from notegen.domain.planned_mail import Summary


EXIT_CODES: Mapping[int, str] = MappingProxyType(
    {
        0: "Done.",
        1: "Some rows were rejected, some mails refused, expired or held, or a check found something.",
        2: "Wrong use, or an input, setting, certificate or login that cannot be used. Nothing is lost.",
        3: "Mails are in doubt or still to come. Run the same command again.",
        130: "Stopped by Ctrl-C.",
    }
)
"""How every command ends, for scripts."""


@dataclass(frozen=True, slots=True)
class Ending:
    """When the run began, and what its result is wanted as besides the exit code."""

    started: datetime
    json: bool = False
    log_json: bool = False
    metrics: Path | None = None


def finish(outcome: RunOutcome, ending: Ending, now: datetime, *, dry_run: bool = False) -> None:
    """Tell the result and end the command with its exit code."""
    code = code_of(outcome, dry_run=dry_run)
    if ending.metrics is not None:
        from notegen.cli.metrics import run_figures
        from notegen.gauges import write_figures

        write_figures(ending.metrics, run_figures(outcome, code, ending.started, now))
    if ending.json:
        answer_json(document(outcome, code, dry_run=dry_run))
    elif outcome.summary.total or outcome.trouble is None:
        show_summary(outcome.summary)
    if ending.log_json:
        _log(outcome, code)
    else:
        for sentence in _said(outcome, code):
            tell(sentence)
    raise typer.Exit(code)


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


def code_of(outcome: RunOutcome, *, dry_run: bool = False) -> int:
    """The exit code: what kept the run from its end counts first, then where its mails stand."""
    if outcome.trouble is not None:
        passing = isinstance(outcome.trouble, DeliveryError | RecordsError) and outcome.trouble.temporary
        return 3 if passing else 2
    return exit_code(outcome.summary, rejected=outcome.rejected, dry_run=dry_run or outcome.detached)


def document(outcome: RunOutcome, code: int, *, dry_run: bool) -> dict[str, Any]:
    """The one JSON document of a run: the counts, and what else there is to know."""
    return {
        **asdict(outcome.summary),
        "rejected": outcome.rejected,
        "dry_run": dry_run,
        "not_before": outcome.begins.isoformat() if outcome.begins else None,
        "exit_code": code,
        "error": _told(outcome.trouble) if outcome.trouble else None,
    }


def _told(error: NotegenError) -> dict[str, str]:
    told = {"where": error.where, "what": error.what, "hint": error.hint}
    if not isinstance(error, DeliveryError):
        return told
    from notegen.domain.email_address import without_addresses

    # These are a server's words, and servers like to repeat addresses.
    return {key: without_addresses(words) for key, words in told.items()}


def _said(outcome: RunOutcome, code: int) -> Iterator[str]:
    """What a person should know and do now."""
    name = outcome.summary.name
    if outcome.trouble is not None:
        yield str(NotegenError(**_told(outcome.trouble)))
    elif outcome.detached:
        yield f"{name}: left to the workers. `notegen dispatch status {name}` says how far it is."
    elif outcome.begins is not None:
        moment = f"{outcome.begins.astimezone():%Y-%m-%d %H:%M %Z}"
        yield f"{name}: nothing goes before {moment}. Run the same command again then."
    elif code == 3 and outcome.summary.in_doubt:
        yield f"{name}: some mails are in doubt. `notegen dispatch settle {name}` says what becomes of them."
    elif code == 3:
        yield f"{name}: some mails are still to come. Run the same command again."
    elif outcome.summary.refused or outcome.summary.expired or outcome.summary.held:
        yield f"{name}: not everything was accepted. `notegen dispatch history --name {name}` says why."


def _log(outcome: RunOutcome, code: int) -> None:
    from notegen.domain.email_address import without_addresses
    from notegen.logbook import record

    counts = asdict(outcome.summary)
    if outcome.trouble is not None:
        told = {key: without_addresses(words) for key, words in _told(outcome.trouble).items()}
        record("error", level="error", dispatch=counts["name"], **told)
    name = counts.pop("name")
    record("ended", dispatch=name, **counts, rejected=outcome.rejected, exit_code=code)
