"""`notegen register …`: which note has which number, and that nobody changed it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notegen.cli.face import Face, answer, answer_json, command, show, table, tell

if TYPE_CHECKING:
    from notegen.records.chain import RegisterEntry
    from notegen.records.register import Register

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The register of references.")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@contextmanager
def opened_register(face: Face) -> Iterator[Register]:
    """The register of the settings, closed at the end."""
    from notegen.records.register import open_register

    with closing(open_register(face.settings.records.url)) as register:
        yield register


@command(app, "list")
def list_entries(face: Face, json: Json = False) -> None:
    """List the notes that were issued, in the order of entry.

    Example: notegen register list
    """
    with opened_register(face) as register:
        _show(register.entries(), json=json)


@command(app, "show")
def show_reference(
    face: Face,
    reference: Annotated[
        str, typer.Argument(metavar="REF", help="A reference, as well as it is remembered.")
    ],
    json: Json = False,
) -> None:
    """Find a reference, however it was typed.

    Example: notegen register show "PO.0 PRO 3143 VACCIN 5"
    """
    with opened_register(face) as register:
        found = register.show(reference)
    if not found.exact:
        tell(f"No such reference: {reference}." + (" These look like it:" if found.entries else ""))
    if found.entries or json:
        _show(found.entries, json=json)
    if not found.exact:
        raise typer.Exit(1)


@command(app)
def verify(face: Face, json: Json = False) -> None:
    """Check the chain of entries, the counting, and every issued PDF.

    Example: notegen register verify
    """
    with opened_register(face) as register:
        count = len(register.entries())
        problems = register.verify(face.now())
    if json:
        answer_json({"entries": count, "problems": problems})
    elif problems:
        for problem in problems:
            answer(problem)
    else:
        answer(
            f"Entries: {count}. The chain holds, no number is missing, every PDF is the one that was issued."
        )
    if problems:
        raise typer.Exit(1)


@command(app)
def export(face: Face) -> None:
    """Write the whole register as CSV on standard output.

    The last link of the chain proves the rest.

    Example: notegen register export > register.csv
    """
    with opened_register(face) as register:
        entries = register.entries()
    writer = csv.writer(sys.stdout)
    writer.writerow(_row_names())
    writer.writerows(_row(entry).values() for entry in entries)


def _show(entries: tuple[RegisterEntry, ...] | list[RegisterEntry], *, json: bool) -> None:
    if json:
        answer_json([_row(entry) for entry in entries])
        return
    drawn = table(("reference", "updated", "entered", "document"))
    for entry in entries:
        entered = f"{entry.entered.astimezone():%Y-%m-%d %H:%M}"
        drawn.add_row(str(entry.reference), entry.updated, entered, Path(entry.path).name)
    show(drawn, "No note has been issued yet.")


def _row_names() -> tuple[str, ...]:
    return ("entry", "deed", "reference", "updated", "entered", "note", "document", "path", "chain")


def _row(entry: RegisterEntry) -> dict[str, Any]:
    values = (
        entry.entry,
        entry.deed.value,
        str(entry.reference),
        entry.updated,
        entry.entered.isoformat(),
        entry.note,
        entry.document,
        entry.path,
        entry.chain,
    )
    return dict(zip(_row_names(), values, strict=True))
