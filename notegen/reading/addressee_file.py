"""A list of addressees (addressees.yaml or .xlsx): missions, with the phrases that each language needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language
from notegen.domain.problem import Place
from notegen.errors import NoteFileError
from notegen.reading.addressee_form import FIXED, AddresseeForm, schema
from notegen.reading.addressee_sheet import SHEET, addressee_content, is_addressee_header
from notegen.reading.declension import forms_of
from notegen.reading.finding import Finding, nearest, refuse
from notegen.reading.mail_address import read_address
from notegen.reading.note_sheet import read_sheets
from notegen.reading.yaml import Data, load
from notegen.reading.yaml_form import Whereabouts, WrongValueError, fill


def read_addressees(path: Path, languages: Mapping[str, Language]) -> dict[str, Addressee]:
    """The addressees of a list by key, in its order; NoteFileError with every reason at once."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        file = load(path, NoteFileError)
        return make_addressees(file.content, file, languages)
    findings: list[Finding] = []
    sheets = read_sheets(path, {SHEET: lambda header: is_addressee_header(header, languages)}, findings)
    if SHEET not in sheets:
        findings.append(Finding(Place(str(path)), "there is no sheet Addressees.", "Name the sheet so."))
    if findings:
        refuse(findings, NoteFileError)
    content, where = addressee_content(path, sheets[SHEET], languages)
    return make_addressees(content, where, languages)


def addressees_schema() -> dict[str, Any]:
    """The JSON Schema of addressees.yaml."""
    return schema()


def make_addressees(
    content: Data, where: Whereabouts, languages: Mapping[str, Language]
) -> dict[str, Addressee]:
    """The addressees of entries that were read already, from YAML or from a sheet."""
    findings = _unknown_keys(content, where, languages)
    if findings:
        refuse(findings, NoteFileError)
    entries = fill(content, where, list[AddresseeForm], NoteFileError, model="notegen schema addressees")
    addressees: dict[str, Addressee] = {}
    for number, entry in enumerate(entries):
        if entry.key in addressees:
            what = f"the key {entry.key!r} stands here a second time."
            findings.append(Finding(where.place(number, "key"), what, "Give each addressee its own."))
        addressees[entry.key] = _addressee(entry, number, where, languages, findings)
    if findings:
        refuse(findings, NoteFileError)
    return addressees


def _unknown_keys(content: Data, where: Whereabouts, languages: Mapping[str, Language]) -> list[Finding]:
    known = FIXED | languages.keys()
    return [
        Finding(where.key_place(number, key), f"unknown key {key!r}.", nearest(key, known))
        for number, entry in enumerate(content if isinstance(content, list) else [])
        for key in (entry if isinstance(entry, dict) else {})
        if key not in known
    ]


def _addressee(
    entry: AddresseeForm,
    number: int,
    where: Whereabouts,
    languages: Mapping[str, Language],
    findings: list[Finding],
) -> Addressee:
    written = entry.__pydantic_extra__
    forms: dict[str, AddresseeForms] = {}
    for code, form in written.items():
        try:
            forms[code] = forms_of(form, languages[code])
        except WrongValueError as fault:
            findings.append(Finding(where.place(number, code), f"{code}: {fault.what}", fault.hint))
    for position, code in enumerate(entry.languages):
        if code not in written:
            what = f"the addressee {entry.key!r} has no name in {code!r}."
            hint = f"Add `{code}: {{name: …}}`, or take {code!r} out of its languages."
            findings.append(Finding(where.place(number, "languages", position), what, hint))
    if not written:
        what = f"the addressee {entry.key!r} has no name in any language."
        findings.append(Finding(where.place(number), what, "Add `en: {name: …}`."))
    return Addressee(entry.key, forms, entry.languages, _email(entry, number, where, findings))


def _email(
    entry: AddresseeForm, number: int, where: Whereabouts, findings: list[Finding]
) -> EmailAddress | None:
    if not entry.email:
        return None
    address, _, meant = read_address(entry.email)
    if address is None:
        hint = f"Did you mean {meant!r}?" if meant else "Write name@domain."
        what = f"{entry.email!r} is no e-mail address."
        findings.append(Finding(where.place(number, "email"), what, hint))
    return address
