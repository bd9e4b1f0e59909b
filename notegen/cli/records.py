"""`notegen records copy`: all that is kept, from one database into another."""

from __future__ import annotations

from typing import Annotated

import typer

from notegen.cli.face import Face, answer_json, command, show, table, tell

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The database of ledger and register.")


@app.callback()
def _records() -> None:
    """Keep the name of the command, of which there is one so far."""


@command(app, "copy")
def copy(
    face: Face,
    source: Annotated[
        str,
        typer.Option("--from", metavar="URL", help="The records to copy; those of the settings unless told."),
    ] = "",
    target: Annotated[
        str, typer.Option("--to", metavar="URL", help="An empty database; that of the settings unless told.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Copy ledger and register into an empty database.

    All or nothing; every row is compared after it arrived.

    Refused while mails are being sent. The old records stay as they are: put them away, so that nothing is
    sent from both. Passwords come from the file ~/.pgpass or from NOTEGEN_RECORDS__URL, never from the
    command line.

    Example: notegen records copy --from sqlite:///notegen.db --to postgresql://notegen@db.example.org/notegen
    """
    from notegen.errors import InputError
    from notegen.records.copying import copy_records
    from notegen.records.database import shown_address
    from notegen.records.settings import holds_password

    if not source and not target:
        raise InputError("copy from where, or where to?", hint="Name one of --from and --to, or both.")
    for option, url in (("--from", source), ("--to", target)):
        if holds_password(url):
            hint = "Use ~/.pgpass, or leave the option out and set NOTEGEN_RECORDS__URL."
            raise InputError("a password does not stand on the command line", where=option, hint=hint)
    source, target = source or face.settings.records.url, target or face.settings.records.url
    counts = copy_records(source, target, face.now())
    if json:
        answer_json({"from": shown_address(source), "to": shown_address(target), "rows": dict(counts)})
        return
    drawn = table(("table", "rows"))
    for name, count in counts.items():
        drawn.add_row(name.replace("_", " "), str(count))
    show(drawn)
    tell(f"Copied and checked. Put {shown_address(source)} away, and set [records] url to the new address.")
