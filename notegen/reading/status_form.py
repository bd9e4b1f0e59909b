"""The form of the YAML file of one status notification."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from notegen.reading.yaml_form import Day, Strict

Line = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Text = Annotated[str, Field(min_length=1)]


class StatusForm(Strict):
    """What happened to one person's request; the kind is told on the command line."""

    email: Text = Field(description="Where the mail goes.")
    language: Text = Field(description="The language in which the person is written to: fr, nl, en or de.")
    first_names: Text = Field(description="All first names, as in the request.")
    last_name: Text = Field(description="The family name, as in the request.")
    requester: Line = Field("", description="Who made the request; kept in the history.")
    request: Line = Field("", description="The reference of the request.")
    identification_number: Line = Field(
        "", description="Eleven digits, in quotation marks; for number-assigned and identified-as."
    )
    birth_date: Day | None = Field(None, description="Compared with the identification number, nothing else.")
    official_name: Line = Field("", description="The name as the register spells it; for identified-as.")
    document: Line = Field(
        "", description="What is still needed, in the person's language; for document-required."
    )
    deadline: Day | None = Field(None, description="Until when; for document-required.")
    received: Day | None = Field(None, description="When the request arrived; for request-in-progress.")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    title = "Status notification: what became of a request for an identification number"
    own = StatusForm.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **own, "title": title}
