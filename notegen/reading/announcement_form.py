"""The form of announcement.yaml: one mail to many missions, in several languages."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from notegen.reading.yaml_form import Strict

Text = Annotated[str, Field(min_length=1)]


class FileForm(Strict):
    """One document that goes along, in one file a language."""

    title: dict[str, Text] = Field(description="What it is called, in every language of the announcement.")
    files: dict[str, Text] = Field(
        min_length=1, description="Its file in each language in which it exists: fr: manual-fr.pdf."
    )


class AnnouncementForm(Strict):
    """What every mission of a list is told. Languages are keys: fr: …"""

    subject: dict[str, Text] = Field(min_length=1, description="The subject in each language.")
    body: dict[str, Text] = Field(
        min_length=1, description="The text in each language, in Markdown, without salutation and closing."
    )
    attachments: list[FileForm] = Field([], description="What goes along, each in the languages it has.")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of announcement.yaml."""
    own = AnnouncementForm.model_json_schema()
    title = "Announcement: one mail to every mission of a list"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **own, "title": title}
