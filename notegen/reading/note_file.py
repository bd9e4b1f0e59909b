"""A note file (note.yaml) as a VerbalNote or a Leaflet, or everything that is wrong with it, by its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from notegen.domain.addressee import Addressee
from notegen.domain.language import Language
from notegen.domain.leaflet import Leaflet, Manuscript
from notegen.domain.note import Fragment, VerbalNote
from notegen.domain.outline import is_leaflet
from notegen.domain.problem import Problem
from notegen.errors import NoteFileError, TemplateError
from notegen.reading.addressee_file import addressees_schema, read_addressees
from notegen.reading.finding import Finding, refusal_of
from notegen.reading.leaflet_agreement import make_leaflet
from notegen.reading.leaflet_form import leaflet_form, leaflet_schema
from notegen.reading.note_agreement import make_note
from notegen.reading.note_body import LARGEST
from notegen.reading.note_form import NoteForm, schema
from notegen.reading.note_sense import Sense
from notegen.reading.perusal import Perusal, joined, legible
from notegen.reading.yaml import Data, YamlFile, load
from notegen.reading.yaml_form import compare

__all__ = ["addressees_schema", "leaflet_schema", "note_schema", "read_manuscript", "read_note", "starter"]

NOBODY: Mapping[str, Addressee] = MappingProxyType({})


def peruse_manuscript(
    path: Path,
    languages: Mapping[str, Language],
    *,
    addressees: Mapping[str, Addressee] = NOBODY,
    archived: bool = False,
) -> Perusal:
    """What a file holds; its kind says how it is read. What one fault does not touch is read all the same.

    `addressees` are those of a list given beside the note; they come before those of the list that the note
    names itself, and those before the collective ones of language.toml. Bodies, enclosures, rosters and lists
    that a note names stand in its folder or below; an `archived` note has only its bodies left. Raises
    NoteFileError where nothing can be read.
    """
    findings: list[Finding] = []
    file = load(path, NoteFileError, largest=LARGEST, findings=findings)
    sense = Sense(file, path.parent, languages, archived, findings=findings)
    if is_leaflet(_kind(file)):
        return perused(_leaflet(file, path.name, sense), sense)
    form = note_form(file.content, sense)
    known = {**_own_list(form, sense), **addressees} if form else {}
    note = make_note(form, sense, known, source_name=path.name, source=file.source) if form else None
    return perused(note, sense)


def perused(made: Manuscript | Fragment | None, sense: Sense) -> Perusal:
    """What was made, with what was found meanwhile."""
    held = () if made is None else ((made, tuple(sense.warnings)),)
    own = [refusal_of(sense.findings, NoteFileError)] if sense.findings else []
    return Perusal(held, joined([*sense.refusals, *own]))


def note_form(content: Data, sense: Sense) -> NoteForm | None:
    """A content as a note's; with a fault, what stands beside it; None where nothing would be left."""
    form, differences = compare(content, sense.where, NoteForm)
    if form is not None:
        return form
    sense.findings.extend(difference.finding for difference in differences)
    left, sense.unread = legible(content, differences)
    return compare(left, sense.where, NoteForm)[0]


def _leaflet(file: YamlFile, name: str, sense: Sense) -> Leaflet | None:
    form, differences = compare(file.content, sense.where, leaflet_form(_kind(file)))
    sense.findings.extend(difference.finding for difference in differences)
    return make_leaflet(form, sense, source_name=name, source=file.source) if form else None


def read_manuscript(
    path: Path,
    languages: Mapping[str, Language],
    *,
    addressees: Mapping[str, Addressee] = NOBODY,
    archived: bool = False,
) -> tuple[Manuscript, tuple[Problem, ...]]:
    """What a file holds, as `peruse_manuscript` reads it, and what its author should still know (warnings).

    Raises NoteFileError with every reason at once when it cannot be used.
    """
    (read,) = peruse_manuscript(path, languages, addressees=addressees, archived=archived).manuscripts()
    return read


def read_note(
    path: Path,
    languages: Mapping[str, Language],
    *,
    addressees: Mapping[str, Addressee] = NOBODY,
    archived: bool = False,
) -> tuple[VerbalNote, tuple[Problem, ...]]:
    """The verbal note of a file, as `read_manuscript` reads it; NoteFileError when it holds a leaflet."""
    read, warnings = read_manuscript(path, languages, addressees=addressees, archived=archived)
    if not isinstance(read, VerbalNote):
        hint = "Check it with `notegen note check`, print it with `notegen note render`."
        raise NoteFileError(f"a {read.document} is no note", where=str(path), hint=hint)
    return read, warnings


def _kind(file: YamlFile) -> str:
    kind = file.content.get("document") if isinstance(file.content, dict) else None
    return kind if isinstance(kind, str) else ""


def note_schema() -> dict[str, Any]:
    """The JSON Schema of note.yaml."""
    return schema()


def starter(language_code: str, folders: Sequence[Path], kind: str = "verbal-note") -> str:
    """A document to begin with: complete, commented in that language; TemplateError when there is none."""
    name = f"starter/{kind if is_leaflet(kind) else 'note'}.yaml"
    for folder in folders:
        path = folder / language_code / name
        if path.is_file():
            return path.read_text(encoding="utf-8")
    where = f"{language_code}/{name}"
    raise TemplateError(
        "there is no such document to begin with.", where=where, hint="Copy the one of another language."
    )


def _own_list(form: NoteForm, sense: Sense) -> dict[str, Addressee]:
    if not form.addressees or sense.archived:
        return {}
    path = sense.beside(form.addressees, "addressees")
    try:
        return read_addressees(path, sense.languages) if path else {}
    except NoteFileError as fault:
        sense.refusals.append(fault)
        sense.unread |= {("addressee",)}
        return {}
