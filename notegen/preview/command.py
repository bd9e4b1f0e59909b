"""`notegen preview`: the translation desk in the browser."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Notes = Annotated[list[Path] | None, typer.Argument(metavar="NOTE", help="Notes (YAML), registers (Excel).")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the terminal's."""
    app.command(name="preview")(preview)


def preview(
    notes: Notes = None,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A roster: its check, the mails of its rows."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8000,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
    addressees: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A list in which addressees are looked up."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings file; notegen.toml of the working folder unless told."),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Templates folder that is searched first.")
    ] = None,
) -> None:
    """Show notes, mails and a roster in the browser as you write.

    All languages stand side by side; the page follows each file that is saved. Ctrl-C ends it.

    Example: notegen preview examples/identity-cards.yaml --roster examples/members.xlsx
    """
    import asyncio
    import webbrowser

    from notegen.preview.desk import Desk
    from notegen.preview.server import address, listen, serve
    from notegen.preview.snapshot import Commission, Outfit
    from notegen.settings import DEFAULT_FILE, read_settings, template_folders

    def outfit() -> Outfit:
        settings = read_settings(config)
        return Outfit(settings, template_folders(templates, settings))

    outfit()
    files = tuple(_existing(path) for path in notes or ())
    commission = Commission(
        notes=files,
        roster=_existing(roster) if roster else None,
        addressees=_existing(addressees) if addressees else None,
        config=config or DEFAULT_FILE,
        outfit=outfit,
        today=lambda: datetime.now().astimezone().date(),
        now=lambda: datetime.now(UTC),
    )
    desk = Desk(commission)
    with listen(port) as listener:
        typer.echo(address(listener))
        if not no_open and _has_display():
            webbrowser.open(address(listener))
        try:
            asyncio.run(serve(desk, listener, asyncio.Event()))
        except KeyboardInterrupt:
            return


def _existing(path: Path) -> Path:
    from notegen.errors import InputError

    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "no such file"
        raise InputError(what, where=str(path), hint="Name a file.")
    return path


def _has_display() -> bool:
    """Whether a browser would open in a window, rather than in the terminal that shows the address."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
