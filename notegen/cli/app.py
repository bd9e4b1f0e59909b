"""The commands, put together. Modules here import what is heavy only inside the command that needs it."""

from __future__ import annotations

from typing import Annotated

import typer

from notegen import __version__
from notegen.cli import (
    activation,
    demo,
    health,
    notify,
    posting,
    records,
    registry,
    roster,
    schema,
    standing,
    templates,
)

app = typer.Typer(
    name="notegen",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Verbal notes as PDF in several languages, and e-mail notifications that are never lost.",
)
app.add_typer(posting.app, name="note")
app.add_typer(registry.app, name="register")
app.add_typer(roster.app, name="roster")
app.add_typer(standing.app, name="dispatch")
app.add_typer(notify.app, name="notify")
app.add_typer(activation.app, name="activation")
app.add_typer(templates.app, name="templates")
app.add_typer(records.app, name="records")
demo.add_to(app)
health.add_to(app)
schema.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"notegen {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Verbal notes as PDF in several languages, and e-mail notifications that are never lost.

    Start with: notegen demo
    """
