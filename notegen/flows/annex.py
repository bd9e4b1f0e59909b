"""The annex of a note: members of a roster, and in a merge nobody's but the mission's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.roster import RowStatus
from notegen.errors import NoteFileError
from notegen.flows.house import House
from notegen.flows.roster import read_roster_file

if TYPE_CHECKING:
    from notegen.domain.addressee import Addressee
    from notegen.domain.member import Member
    from notegen.domain.note import VerbalNote


def with_annex(note: VerbalNote, folder: Path, house: House) -> VerbalNote:
    """The note with the members of its annex roster, if it names one.

    Raises NoteFileError when a row of that roster cannot be used: an annex with a gap is not sent.
    """
    if not note.annex_roster:
        return note
    from notegen.reading.roster_file import RosterOptions

    path = folder / note.annex_roster
    roster = read_roster_file(path, house, house.today, RosterOptions())
    bad = [row for row in roster.rejected if row.status is not RowStatus.SKIPPED]
    if bad:
        rows = ", ".join(str(row.row) for row in bad)
        hint = f"`notegen roster check {path}` says why."
        raise NoteFileError(f"rows of the annex cannot be used: {rows}", where=str(path), hint=hint)
    return replace(note, annex=roster.members)


def own_part(note: VerbalNote, addressee: Addressee) -> tuple[Member, ...]:
    """The members of the annex who belong to that mission."""
    names = _names(addressee)
    return tuple(member for member in note.annex if _folded(member.mission) in names)


def concerned(note: VerbalNote, addressees: Sequence[Addressee]) -> tuple[Addressee, ...]:
    """The missions that a note has something to tell: those with people in its annex, if it has one."""
    return tuple(each for each in addressees if not note.annex_roster or own_part(note, each))


def refuse_strays(note: VerbalNote, addressees: Sequence[Addressee]) -> None:
    """NoteFileError when a member of the annex belongs to none or to several of the missions."""
    owners = [_names(addressee) for addressee in addressees]
    for member in note.annex:
        count = sum(_folded(member.mission) in names for names in owners)
        if count == 1:
            continue
        what = f"row {member.row}: " + (
            f"the mission {member.mission!r} is on the list more than once"
            if count
            else f"no mission of the list is called {member.mission!r}"
            if member.mission
            else "the mission is missing, so that nobody knows whose member this is"
        )
        hint = "Write the mission's key or its name in the column of the mission."
        raise NoteFileError(what, where=note.annex_roster, hint=hint)


def _names(addressee: Addressee) -> frozenset[str]:
    """What a roster may call a mission: its key, or its name in any language."""
    return frozenset(
        _folded(name) for name in (addressee.key, *(form.name for form in addressee.forms.values()))
    )


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
