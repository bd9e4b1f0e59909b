"""A register of notes (notes.xlsx): the same as note files, one row a note, its texts and links in sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from notegen.domain.addressee import Addressee
from notegen.domain.language import Language
from notegen.domain.leaflet import Manuscript
from notegen.domain.note import VerbalNote
from notegen.domain.problem import Place, Problem
from notegen.errors import NoteFileError
from notegen.reading.addressee_file import make_addressees
from notegen.reading.addressee_sheet import addressee_content, is_addressee_header
from notegen.reading.finding import Finding, nearest
from notegen.reading.note_agreement import make_note
from notegen.reading.note_file import NOBODY, note_form, peruse_manuscript, perused, read_note
from notegen.reading.note_register_form import write_note_form
from notegen.reading.note_sense import Sense
from notegen.reading.note_sheet import CellPlaces, Record, listed, read_sheets
from notegen.reading.perusal import Perusal, joined
from notegen.reading.yaml import Data, dump

__all__ = ["peruse_manuscripts", "read_manuscripts", "read_notes", "read_register", "write_note_form"]

NOTES = (
    "key", "unit", "file", "topic", "number", "issued", "updated", "place", "addressee", "languages",
    "authoritative", "document", "annex",
)  # fmt: skip
TEXTS = ("key", "language", "title", "body")
LINKS = ("key", "link")
_PLAIN = ("issued", "updated", "place", "addressee", "document")
_LISTS = ("languages", "authoritative")

RegisteredNote = tuple[VerbalNote, tuple[Problem, ...]]


def peruse_manuscripts(
    path: Path, languages: Mapping[str, Language], *, addressees: Mapping[str, Addressee] = NOBODY
) -> Perusal:
    """What a file holds, as far as it can be read: the notes of a register, or one note, or one leaflet."""
    if _is_register(path):
        return peruse_register(path, languages, addressees=addressees)
    return peruse_manuscript(path, languages, addressees=addressees)


def read_manuscripts(
    path: Path, languages: Mapping[str, Language], *, addressees: Mapping[str, Addressee] = NOBODY
) -> tuple[tuple[Manuscript, tuple[Problem, ...]], ...]:
    """What a file holds, each with its warnings; NoteFileError with every reason when it cannot be used."""
    return peruse_manuscripts(path, languages, addressees=addressees).manuscripts()


def read_notes(
    path: Path, languages: Mapping[str, Language], *, addressees: Mapping[str, Addressee] = NOBODY
) -> tuple[RegisteredNote, ...]:
    """The notes of a file, each with its warnings: all of a register, the one of a note file."""
    if _is_register(path):
        return read_register(path, languages, addressees=addressees)
    return (read_note(path, languages, addressees=addressees),)


def _is_register(path: Path) -> bool:
    return path.suffix.lower() in (".xlsx", ".xlsm")


def read_register(
    path: Path, languages: Mapping[str, Language], *, addressees: Mapping[str, Addressee] = NOBODY
) -> tuple[RegisteredNote, ...]:
    """The notes of a register, each with its warnings; NoteFileError with every reason at once."""
    read = peruse_register(path, languages, addressees=addressees).manuscripts()
    return tuple((note, warnings) for note, warnings in read if isinstance(note, VerbalNote))


def peruse_register(
    path: Path, languages: Mapping[str, Language], *, addressees: Mapping[str, Addressee] = NOBODY
) -> Perusal:
    """The notes of a register in its order, as far as can be read; NoteFileError when it is no workbook.

    Each note carries as its source the note file that says the same, named after its key.
    """
    findings: list[Finding] = []
    known = {
        "notes": NOTES.__contains__,
        "texts": TEXTS.__contains__,
        "links": lambda header: header in LINKS or header in languages,
        "addressees": lambda header: is_addressee_header(header, languages),
    }
    sheets = read_sheets(path, known, findings)
    faults = [NoteFileError(str(finding)) for finding in findings]
    try:
        own = _addressees(path, sheets.get("addressees", ()), languages)
        faults += [NoteFileError(str(finding)) for finding in _strays(path, sheets)]
    except NoteFileError as fault:
        own = {}
        faults.append(fault)
    notes = [
        _note(record, path, sheets, languages, {**own, **addressees}) for record in sheets.get("notes", ())
    ]
    faults += [note.refusal for note in notes if note.refusal]
    held = tuple(each for note in notes for each in note.held)
    return Perusal(held, joined(faults))


def _addressees(
    path: Path, records: Sequence[Record], languages: Mapping[str, Language]
) -> dict[str, Addressee]:
    if not records:
        return {}
    content, where = addressee_content(path, records, languages)
    return make_addressees(content, where, languages)


def _strays(path: Path, sheets: Mapping[str, Sequence[Record]]) -> list[Finding]:
    """Rows that belong to no note, notes of the same key, and a register without notes."""
    keys: list[str] = []
    findings = []
    for record in sheets.get("notes", ()):
        if "key" not in record:
            place = next(iter(record.values())).place
            findings.append(Finding(place, "the note has no key.", "Give it a short name in the column key."))
        elif record["key"].text in keys:
            what = f"the key {record['key'].text!r} stands here a second time."
            findings.append(Finding(record["key"].place, what, "Give each note a key of its own."))
        else:
            keys.append(record["key"].text)
    for sheet in ("texts", "links"):
        for record in sheets.get(sheet, ()):
            key = record.get("key")
            if key is None or key.text not in keys:
                place = key.place if key else next(iter(record.values())).place
                findings.append(
                    Finding(place, "the row belongs to no note.", nearest(key.text if key else "", keys))
                )
    if keys and "texts" not in sheets:
        hint = "Name the sheets as `notegen note form` does."
        findings.append(Finding(Place(str(path)), "there is no sheet Texts.", hint))
    if not keys:
        findings.append(Finding(Place(str(path)), "there is no note in the sheet Notes.", "Write one a row."))
    return findings


def _note(
    record: Record,
    path: Path,
    sheets: Mapping[str, Sequence[Record]],
    languages: Mapping[str, Language],
    addressees: Mapping[str, Addressee],
) -> Perusal:
    where = CellPlaces(next(iter(record.values())).place)
    content = _head(record, where)
    key = record["key"].text if "key" in record else ""
    _add_texts(content, [row for row in sheets.get("texts", ()) if _is_of(row, key)], where)
    _add_links(content, [row for row in sheets.get("links", ()) if _is_of(row, key)], where, languages)
    sense = Sense(where, path.parent, languages)
    form = note_form(content, sense)
    source = dump(content)
    note = make_note(form, sense, addressees, source_name=f"{key}.yaml", source=source) if form else None
    return perused(note, sense)


def _is_of(record: Record, key: str) -> bool:
    return "key" in record and record["key"].text == key


def _head(record: Record, where: CellPlaces) -> dict[str, Data]:
    content: dict[str, Data] = {"reference": _reference(record, where)}
    for name in (*_PLAIN, *_LISTS):
        if name in record:
            where.places[(name,)] = record[name].place
            content[name] = list(listed(record[name].text)) if name in _LISTS else record[name].text
    if "annex" in record:
        where.places["annex",] = record["annex"].place
        content["annex"] = {"roster": record["annex"].text}
    return content


def _reference(record: Record, where: CellPlaces) -> Data:
    parts = {name: record[name].text for name in ("unit", "file", "topic") if name in record}
    for name in ("unit", "file", "topic"):
        if name in record:
            where.places["reference", name] = where.places["reference",] = record[name].place
    issued = record["issued"].text if "issued" in record else ""
    if "number" not in record or len(parts) < 3 or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", issued):
        return dict(parts)
    where.places["reference",] = record["number"].place
    day = f"{issued[8:]}.{issued[5:7]}.{issued[:4]}"
    return "/".join((parts["unit"], parts["file"], day, parts["topic"], record["number"].text))


def _add_texts(content: dict[str, Data], records: Sequence[Record], where: CellPlaces) -> None:
    titles: dict[str, Data] = {}
    bodies: dict[str, Data] = {}
    for record in records:
        code = record["language"].text.casefold() if "language" in record else ""
        for name, texts in (("title", titles), ("body", bodies)):
            if name in record:
                texts[code] = record[name].text if name == "title" else f"{record[name].markdown}\n"
                where.places[name, code] = record[name].place
    content.update({"title": titles, "body": bodies})
    content.setdefault("languages", list(bodies))


def _add_links(
    content: dict[str, Data], records: Sequence[Record], where: CellPlaces, languages: Mapping[str, Language]
) -> None:
    links: dict[str, Data] = {}
    for record in records:
        name = record["link"].text if "link" in record else ""
        links[name] = {code: record[code].text for code in languages if code in record}
        where.places["links", name] = record["key"].place
        where.places.update(
            {("links", name, code): record[code].place for code in languages if code in record}
        )
    if links:
        content["links"] = links
