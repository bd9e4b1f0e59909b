"""Figures in the text format of Prometheus, for the textfile collector of its node exporter.

A dispatch appears by its name alone, nobody else by anything. The file is replaced as a whole, so that
whoever reads it never sees half of it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.planned_mail import Summary
from notegen.errors import InputError

if TYPE_CHECKING:
    from notegen.cli.sending import RunOutcome

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def run_figures(outcome: RunOutcome, code: int, started: datetime, ended: datetime) -> str:
    """The figures of one run: where its mails stand, how long it took, how and when it ended."""
    whose = _labels(dispatch=outcome.summary.name)
    seconds = (ended - started).total_seconds()
    return "".join(
        (
            mail_figures([outcome.summary]),
            _family("run_rows_rejected", "Rows that got no mails.", [(whose, outcome.rejected)]),
            _family("run_duration_seconds", "How long the last run took.", [(whose, seconds)]),
            _family("run_end_timestamp_seconds", "When the last run ended.", [(whose, ended.timestamp())]),
            _family("run_exit_code", "The exit code of the last run.", [(whose, code)]),
        )
    )


def mail_figures(summaries: Iterable[Summary]) -> str:
    """How many mails of each dispatch stand where."""
    samples: list[tuple[str, float]] = []
    for summary in summaries:
        counts = asdict(summary)
        name = counts.pop("name")
        samples += [(_labels(dispatch=name, state=state), count) for state, count in counts.items()]
    return _family("mails", "Mails by the state in which they stand.", samples)


def write_figures(path: Path, text: str) -> None:
    """Put the text in the place of the file; InputError when that cannot be."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                # The collector runs as somebody else, and nothing here is secret.
                os.fchmod(file.fileno(), 0o644)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise InputError(
            f"the figures cannot be written: {error.strerror}",
            where=str(path),
            hint="Name a file after --metrics in a folder where you may write.",
        ) from error


def _family(name: str, promise: str, samples: Iterable[tuple[str, float]]) -> str:
    full = f"notegen_dispatch_{name}"
    lines = [f"# HELP {full} {promise}", f"# TYPE {full} gauge"]
    lines += [f"{full}{{{labels}}} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(**pairs: str) -> str:
    return ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in pairs.items())
