"""Whether a worker is alive: this machine's by its file of figures, any machine's by the queue."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path

import typer

from notegen.mailroom import require_shared
from notegen.records.ledger import open_ledger
from notegen.settings import Settings, read_key

_ALIVE = re.compile(r"^notegen_worker_alive_timestamp_seconds (\S+)$", re.MULTILINE)
_SILENCE = 60.0


def tell_health(settings: Settings, metrics: Path | None, now: datetime) -> int:
    """Say it, and give the exit code: 0 when one is alive, else 1.

    With a file of figures it is about the worker that keeps it, without one about all that share the records.
    """
    if metrics is not None:
        return _of_one(metrics, now)
    require_shared(settings)
    records = settings.records
    with closing(open_ledger(records.url, read_key(records.key_file))) as ledger:
        ledger.open_queue()
        count = ledger.workers(_SILENCE)
    typer.echo(f"Workers that gave a sign of life within the last minute: {count}.")
    return 0 if count else 1


def _of_one(metrics: Path, now: datetime) -> int:
    try:
        found = _ALIVE.search(metrics.read_text(encoding="utf-8"))
    except OSError:
        found = None
    silent = now.timestamp() - float(found[1]) if found else None
    well = silent is not None and silent < _SILENCE
    typer.echo("alive" if well else "no sign of life within the last minute")
    return 0 if well else 1
