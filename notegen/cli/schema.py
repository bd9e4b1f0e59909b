"""`notegen schema KIND`: what the files that people write may hold, for editors and machines."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from notegen.cli.face import Face, answer_json, command


class SchemaKind(StrEnum):
    """The files that have a schema."""

    NOTE = "note"
    REFERENCE_CARD = "reference-card"
    STEP_GUIDE = "step-guide"
    ADDRESSEES = "addressees"
    ROSTER = "roster"
    NOTIFICATION = "notification"
    ANNOUNCEMENT = "announcement"
    SETTINGS = "settings"


def add_to(app: typer.Typer) -> None:
    """Make `notegen schema` one of the commands."""

    @command(app)
    def schema(
        face: Face, kind: Annotated[SchemaKind, typer.Argument(metavar="KIND", help="Which file.")]
    ) -> None:
        """Print the JSON Schema (2020-12) of a file that people write.

        Example: notegen schema note > note.schema.json
        """
        del face
        answer_json(schema_of(kind))


def schema_of(kind: SchemaKind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of that file."""
    if kind is SchemaKind.SETTINGS:
        from notegen.settings import Settings

        return Settings.model_json_schema()
    if kind is SchemaKind.ROSTER:
        from notegen.reading.roster_schema import roster_schema

        return roster_schema()
    if kind is SchemaKind.NOTIFICATION:
        from notegen.reading.status_file import notification_schema

        return notification_schema()
    if kind is SchemaKind.ANNOUNCEMENT:
        from notegen.reading.announcement_file import announcement_schema

        return announcement_schema()
    from notegen.reading.note_file import addressees_schema, leaflet_schema, note_schema

    if kind in (SchemaKind.REFERENCE_CARD, SchemaKind.STEP_GUIDE):
        return leaflet_schema(kind)
    return note_schema() if kind is SchemaKind.NOTE else addressees_schema()
