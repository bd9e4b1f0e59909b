"""The form of note.yaml: its keys and what each is for; whether they agree is for note_agreement."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from notegen.domain.reference import ReferenceNumber, ReferenceRequest, probably_meant
from notegen.reading.yaml_form import Day, Strict, WrongValueError

EXAMPLE = "P0.0/PRO.3143/17.06.2021/VACCIN/5"
_PARTS = "{unit: P0.0, file: PRO.3143, topic: VACCIN}"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAK = re.compile("[\n\u2028\u2029]")
_CODE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


def _filled(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise WrongValueError("the text is empty.", "Write it, or delete the key.")
    return value


def _printable(value: object) -> object:
    control = _CONTROL.search(value) if isinstance(value, str) else None
    if control:
        raise WrongValueError(f"the control character U+{ord(control[0]):04X} stands here.", "Delete it.")
    return value


def _on_one_line(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _BREAK.search(value.strip()):
        raise WrongValueError("the text has several lines.", "Write it on one.")
    return value.strip().replace("\t", " ")


def _kind(value: object) -> str:
    return "(parts)" if isinstance(value, dict) else "(text)"


def _read_reference(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        ReferenceNumber.parse(value)
    except ValueError as fault:
        meant = probably_meant(value)
        hint = f"Write {EXAMPLE}, or {_PARTS} to have the number allotted at issue."
        hint = f"Did you mean {meant}?" if meant else hint
        raise WrongValueError(f"{fault}.", hint) from fault
    return value


Line = Annotated[str, BeforeValidator(_on_one_line), BeforeValidator(_filled), BeforeValidator(_printable)]
"""A text of one line."""
Text = Annotated[str, BeforeValidator(_filled), BeforeValidator(_printable)]
"""A text of any length."""
Code = Annotated[str, Field(json_schema_extra={"pattern": _CODE})]
"""A language: the name of a folder under templates/."""
Reference = Annotated[str, BeforeValidator(_read_reference), Field(json_schema_extra={"examples": [EXAMPLE]})]
"""A whole reference, number and all."""


class ReferenceParts(Strict):
    """A reference without its number, which is allotted at issue."""

    unit: Line = Field(description="The unit that writes, such as P0.0 (a zero, never the letter O).")
    file: Line = Field(description="The file it belongs to, such as PRO.3143.")
    topic: Line = Field(description="The topic, such as VACCIN; notes are numbered within their topic.")

    def request(self) -> ReferenceRequest:
        """The parts, checked; ValueError says which one is wrong."""
        return ReferenceRequest.parse(self.unit, self.file, self.topic)


class BodyFile(Strict):
    """A body that stands in a file of its own."""

    file: Line = Field(description="A Markdown file in the folder of the note or below it.")


class EnclosureForm(Strict):
    """Something sent along with the note."""

    title: dict[Code, Line] = Field(description="What it is called, in each language of the note.")
    file: Line = Field("", description="Its file, in the folder of the note or below it; none for paper.")
    languages: tuple[Line, ...] = Field(
        (), description="The languages it exists in; none when it has no language."
    )


class AnnexForm(Strict):
    """A table on pages of its own."""

    roster: Line = Field(description="The roster (.xlsx or .yaml) whose lines the table shows.")


class AcceptanceForm(Strict):
    """A finding of `notegen note check` that is accepted on purpose."""

    finding: Annotated[str, Field(pattern=r"^note-[a-z-]+$")] = Field(
        description="Its code, such as note-number-differs (`notegen note check --json` prints it)."
    )
    found: Line = Field(description="What the finding quotes, such as 38.")
    reason: Line = Field(description="Why it is right as it is; for those who read the note after you.")
    language: Line = Field("", description="The section it is in; any section unless told.")


class NoteForm(Strict):
    """A verbal note in one or more languages."""

    document: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")] = Field(
        "verbal-note", description="The kind of document: the name of a template in documents/."
    )
    reference: Annotated[
        Annotated[Reference, Tag("(text)")] | Annotated[ReferenceParts, Tag("(parts)")], Discriminator(_kind)
    ] = Field(
        description=f"The reference, such as {EXAMPLE}, or {_PARTS} to have its number allotted at issue."
    )
    issued: Day = Field(description="The date of first issue, year-month-day; the one inside the reference.")
    updated: Day | None = Field(None, description="The date of this update, when the note is issued again.")
    place: Line = Field(description="Where it is done: a key of [places] in language.toml, such as brussels.")
    addressee: Line = Field(
        description="To whom: a key of [addressees] in language.toml, or of the list named under addressees."
    )
    addressees: Line = Field(
        "", description="A list of addressees (.yaml or .xlsx), in the folder of the note or below it."
    )
    languages: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(
        description="The languages of the sections, in the order of the document."
    )
    authoritative: tuple[Line, ...] = Field(
        (), description="The languages that bind; the others print a line that says they are a courtesy."
    )
    title: dict[Code, Line] = Field(description="The title of the document in each language.")
    links: dict[str, dict[Code, Line]] = Field(
        {}, description="Addresses by name and language; the body says [My health](link:my-health)."
    )
    enclosures: tuple[EnclosureForm, ...] = Field((), description="What is sent along.")
    annex: AnnexForm | None = Field(None, description="A table on pages of its own.")
    accepted: tuple[AcceptanceForm, ...] = Field(
        (), description="Findings of `notegen note check` that are accepted, each with its reason."
    )
    body: dict[
        Code,
        Annotated[Annotated[Text, Tag("(text)")] | Annotated[BodyFile, Tag("(parts)")], Discriminator(_kind)],
    ] = Field(
        description="The body in each language, in Markdown. It goes on where the opening formula ends."
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of note.yaml, so that an editor completes and checks while one types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **NoteForm.model_json_schema()}
