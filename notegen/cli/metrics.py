"""The figures of one run at the terminal: where its mails stand, how long it took, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from notegen.gauges import family, labels, mail_figures

if TYPE_CHECKING:
    from notegen.cli.sending import RunOutcome


def run_figures(outcome: RunOutcome, code: int, started: datetime, ended: datetime) -> str:
    """The figures of one run: where its mails stand, how long it took, how and when it ended."""
    whose = labels(dispatch=outcome.summary.name)
    seconds = (ended - started).total_seconds()
    return "".join(
        (
            mail_figures([outcome.summary]),
            family("dispatch_run_rows_rejected", "Rows that got no mails.", [(whose, outcome.rejected)]),
            family("dispatch_run_duration_seconds", "How long the last run took.", [(whose, seconds)]),
            family(
                "dispatch_run_end_timestamp_seconds", "When the last run ended.", [(whose, ended.timestamp())]
            ),
            family("dispatch_run_exit_code", "The exit code of the last run.", [(whose, code)]),
        )
    )
