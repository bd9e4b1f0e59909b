"""Nobody ever gets another mission's rows: neither on paper nor in the files inside the PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verbal_notes import LANGUAGES, SENDER, TEMPLATES, note

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.note import VerbalNote
from notegen.errors import NoteFileError
from notegen.flows import House, addressed, compose_note
from notegen.flows.annex import refuse_strays
from notegen.rendering.document import Document

HOUSE = House(LANGUAGES, TEMPLATES, SENDER, date(2026, 11, 16))
COUNTRIES = ("Niger", "Nigeria", "Guinea", "Guinea-Bissau", "Congo", "Republic of the Congo", "Ireland")
"""Names of which one is a part of another, as they are in life."""


def mission(country: str) -> Addressee:
    names = {"fr": f"Ambassade : {country}", "en": f"Embassy of {country}"}
    forms = {code: AddresseeForms(name, name, name, name, name) for code, name in names.items()}
    return Addressee(f"embassy-{country.lower().replace(' ', '-')}", forms, ("fr", "en"))


@st.composite
def spellings(draw: st.DrawFn, owner: Addressee) -> str:
    """A mission as a roster may call it: by key or name, in any case, with stray spaces."""
    name = draw(st.sampled_from([owner.key, *(form.name for form in owner.forms.values())]))
    name = draw(st.sampled_from([name, name.upper(), name.lower(), name.title()]))
    return draw(st.sampled_from([name, f"  {name} ", name.replace(" ", "  ")]))


@st.composite
def merges(draw: st.DrawFn) -> tuple[list[Addressee], list[tuple[Member, Addressee]]]:
    """A list of missions in any order, and a roster whose rows belong to them in any order."""
    missions = [mission(c) for c in draw(st.lists(st.sampled_from(COUNTRIES), min_size=1, unique=True))]
    owners = draw(st.lists(st.sampled_from(missions), max_size=12))
    members = [member(row, draw(spellings(owner))) for row, owner in enumerate(owners, 2)]
    return missions, list(zip(members, owners, strict=True))


def member(row: int, called: str) -> Member:
    return Member(
        row, IdentificationNumber(f"{70000000000 + row * 1234567}"), EmailAddress(f"p{row}", "mission.test"),
        "fr", f"Vorname{row:03d}", f"Nachname{row:03d}", f"KARTE-{row:03d}", called,
    )  # fmt: skip


def note_with(members: list[Member]) -> VerbalNote:
    return replace(note("fr", "en"), annex=tuple(members), annex_roster="staff.yaml")


def everything_in(document: Document) -> str:
    """All that is printed, and all that lies inside the PDF as a file."""
    printed = [section.html for section in document.sections]
    inside = [file.content.decode("utf-8", "replace") for file in document.attachments]
    whole = "\n".join([document.title, document.subject, *printed, *inside])
    return whole.translate({0x2011: "-", 0x2060: None, 0x202F: " ", 0xA0: " "})


def marks(one: Member) -> tuple[str, ...]:
    return one.last_name, one.first_names, one.protocol_card, one.number.digits, one.number.printed


@settings(max_examples=40)
@given(merges())
def test_every_row_reaches_its_own_mission_and_no_other(
    merge: tuple[list[Addressee], list[tuple[Member, Addressee]]],
) -> None:
    missions, rows = merge
    whole = note_with([one for one, _ in rows])
    refuse_strays(whole, missions)
    for each in missions:
        copy = addressed(whole, each)
        assert list(copy.annex) == [one for one, owner in rows if owner is each]
        text = everything_in(compose_note(copy, HOUSE, draft=True))
        for one, owner in rows:
            found = [mark for mark in marks(one) if mark in text]
            assert bool(found) == (owner is each), (each.key, one.row)
            assert one.email.text not in text


@given(merges(), st.sampled_from(["", "Embassy", "Nigeri", "embassy-", "embassy-xx"]), st.data())
def test_a_row_of_nobody_stops_the_whole_merge(
    merge: tuple[list[Addressee], list[tuple[Member, Addressee]]], stray: str, data: st.DataObject
) -> None:
    missions, rows = merge
    members = [one for one, _ in rows]
    members.insert(data.draw(st.integers(0, len(members))), member(900, stray))
    with pytest.raises(NoteFileError, match="row 900"):
        refuse_strays(note_with(members), missions)


def test_a_name_that_two_missions_bear_stops_the_whole_merge() -> None:
    twins = [mission("Niger"), Addressee("other", mission("Niger").forms, ("fr",))]
    with pytest.raises(NoteFileError, match="more than once"):
        refuse_strays(note_with([member(2, "Embassy of Niger")]), twins)
