"""`notegen worker`: takes up portions of dispatches on this machine until it is stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from notegen.domain.activation import Activation
    from notegen.records.ledger import Ledger
    from notegen.rendering.email import EmailComposer
    from notegen.settings import Settings
    from notegen.worker.duty import Duty
    from notegen.worker.report import Report


class LogFormat(StrEnum):
    """How a worker says what it does: lines for a person, or JSON."""

    PLAIN = "plain"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Add the command to the terminal's."""
    app.command(name="worker")(worker)


def worker(
    concurrency: Annotated[
        int, typer.Option(min=1, max=12, metavar="N", help="Portions that are sent at once.")
    ] = 2,
    health: Annotated[
        bool, typer.Option("--health", help="Only say whether a worker is alive; 0 when one is.")
    ] = False,
    log_format: Annotated[LogFormat, typer.Option(help="json: one line an event on standard error.")] = (
        LogFormat.PLAIN
    ),
    metrics: Annotated[
        Path | None,
        typer.Option(metavar="FILE.prom", help="Keep figures for Prometheus's textfile collector here."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings file; notegen.toml of the working folder unless told."),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Templates folder that is searched first.")
    ] = None,
) -> None:
    """Send and print for others by way of PostgreSQL.

    Portions of the dispatches that they plan, parts of what they have printed; until SIGTERM or Ctrl-C.

    Example: notegen worker --concurrency 2 --log-format json
    """
    from notegen.settings import read_settings

    settings = read_settings(config)
    if health:
        from notegen.worker.health import tell_health

        raise typer.Exit(tell_health(settings, metrics, datetime.now(UTC)))
    from notegen.worker.report import reporter

    report = reporter(log_json=log_format is LogFormat.JSON)
    _work(settings, templates, concurrency, report, metrics, log_json=log_format is LogFormat.JSON)


def _work(
    settings: Settings,
    templates: Path | None,
    concurrency: int,
    report: Report,
    metrics: Path | None,
    *,
    log_json: bool,
) -> None:
    import asyncio
    import random
    from contextlib import closing

    from notegen import mailroom
    from notegen.records.queue import Shift
    from notegen.rendering.press import processors
    from notegen.worker.duty import Duty
    from notegen.worker.figures import Figures
    from notegen.worker.printing import opened_printing

    mailroom.require_shared(settings)
    key = _key(mailroom.activation_key_file(settings))
    _key(settings.records.key_file)
    activation = mailroom.activation_of(settings, key, lambda text: report("notice", text=text))
    ledger, address = _opened(settings, key, report)
    lease = settings.dispatch.lease_seconds
    figures, stop = Figures(_now()), asyncio.Event()
    presses = opened_printing(settings, min(concurrency, processors()), _now, report, figures, stop.is_set)
    with closing(ledger), presses as printing:
        queues = (printing.bench.queue,) if printing else ()
        duty = Duty(
            settings=settings,
            ledger=ledger,
            composer=_composer(settings, templates, activation, report).compose,
            claim=mailroom.claim_of(settings),
            options=mailroom.portion_options(settings, concurrency),
            shift=Shift(concurrency, min(10, lease / 6), lease / 2, min(5, lease / 6), queues),
            now=_now,
            jitter=random.SystemRandom().random,
            report=report,
            figures=figures,
            stop=stop,
            printing=printing,
            metrics=metrics,
            log_json=log_json,
        )
        asyncio.run(_until_told(duty, address))


def _opened(settings: Settings, key: bytes, report: Report) -> tuple[Ledger, str]:
    """The ledger and the queue's address, as soon as the database is there."""
    import time

    from notegen.errors import RecordsError
    from notegen.mailroom import open_shared

    while True:
        try:
            return open_shared(settings, key)
        except RecordsError as error:
            if not error.temporary:
                raise
            report("database_away", level="warning", text=error.what, seconds=2)
            time.sleep(2)


async def _until_told(duty: Duty, address: str) -> None:
    """Serve; SIGTERM and SIGINT stop gently, a second one has its usual effect."""
    from notegen.mailroom import stop_by_signal
    from notegen.worker.duty import serve
    from notegen.worker.supervisor import notify

    def told() -> None:
        duty.report("stopping")
        notify("STOPPING=1")

    stop_by_signal(duty.stop, told)
    duty.report("started", concurrency=duty.shift.concurrency)
    notify("READY=1")
    await serve(duty, address)
    duty.report("stopped")


def _composer(
    settings: Settings, templates: Path | None, activation: Activation, report: Report
) -> EmailComposer:
    from notegen.office import make_composer, make_house
    from notegen.reading.language_folder import read_languages
    from notegen.settings import template_folders

    folders = template_folders(templates, settings)
    today = datetime.now().astimezone().date()
    house = make_house(read_languages(folders), folders, settings, today)
    return make_composer(house, settings, activation, _now, lambda text: report("notice", text=text))


def _key(path: Path) -> bytes:
    """The key in that file, which is never made here: it must be that of the machine that plans."""
    from notegen.errors import SettingsError
    from notegen.settings import read_key

    if not path.is_file():
        hint = "Copy it from the machine that plans the dispatches; all machines share one."
        raise SettingsError("the key is not on this machine", where=str(path), hint=hint)
    return read_key(path)


def _now() -> datetime:
    return datetime.now(UTC)
