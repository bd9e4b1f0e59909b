"""The form of addressees.yaml: one entry a mission, and in each language what its grammar needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from notegen.reading.note_form import Line
from notegen.reading.yaml_form import Strict


class FormsForm(Strict):
    """One addressee in one language."""

    name: Line = Field(description="Its name without an article: Ambassade de France.")
    article: Line = Field(
        "", description="The article before the name: l', la, le, les (French), de, het (Dutch)."
    )
    gender: Literal["f", "m", "n", ""] = Field("", description="The gender of the name: f, m or n (German).")
    number: Literal["singular", "plural"] = Field("singular", description="plural for a name in the plural.")
    accusative: Line = Field("", description="The name after 'An die …', where it differs (German).")
    dative: Line = Field(
        "", description="The name after 'der …', where it differs: Ständigen Vertretung … (German)."
    )
    genitive: Line = Field(
        "", description="The name after 'des …', where it differs: Generalkonsulats … (German)."
    )
    opening: Line = Field(
        "", description="The whole phrase after 'presents its compliments to', if no rule fits."
    )
    block: Line = Field("", description="The whole addressee block, if no rule fits.")
    closing: Line = Field(
        "", description="The whole phrase in the closing, if no rule fits or a shorter one does."
    )
    of: Line = Field("", description="The whole phrase 'of the Embassy …', if no rule fits.")


class AddresseeForm(Strict):
    """One mission that notes go to. Further keys are languages: en: {name: Embassy of France}."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, FormsForm] = Field(init=False)

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")] = Field(
        description="A short name of its own, such as embassy-fr; the file of its note is named after it."
    )
    languages: tuple[Line, ...] = Field(
        (), description="The sections of its notes, in order; none: the note's."
    )
    email: Line = Field("", description="Where its notes can go by e-mail.")


FIXED = frozenset(AddresseeForm.model_fields)
"""The keys of an entry that are no languages."""


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of addressees.yaml."""
    listed = TypeAdapter(list[AddresseeForm]).json_schema()
    title = "Addressees: the missions that a mail merge goes to"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **listed}
