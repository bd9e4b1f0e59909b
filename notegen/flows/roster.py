"""One roster to the mails of its people, as the ledger plans them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.email_address import EmailAddress
from notegen.domain.member import Member
from notegen.domain.notification import Series, series
from notegen.errors import InputError
from notegen.flows.house import House

if TYPE_CHECKING:
    # What is heavy is loaded by the line that needs it.
    from notegen.domain.roster import Roster
    from notegen.reading.roster_file import RosterOptions
    from notegen.records.ledger import Ledger
    from notegen.records.planning import Planned


def read_roster_file(
    path: Path, house: House, today: date, options: RosterOptions, language: str = ""
) -> Roster:
    """A roster with every row judged; RosterFileError when it cannot be used as a whole."""
    from notegen.reading.roster_file import read_roster

    return read_roster(path, house.languages, today=today, options=options, language=language)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of a roster's people a run is about, and where their mails go.

    `redirect_to` makes it a rehearsal: a dispatch of its own whose mails all go to that address. `allowed`
    holds addresses and domains in lower case; empty allows everyone.
    """

    first: int = 0
    rows: frozenset[int] = frozenset()
    allowed: frozenset[str] = frozenset()
    redirect_to: EmailAddress | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nobody is left out."""
        return not (self.first or self.rows or self.allowed)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator asks of a dispatch besides the roster; of a new one `expires_unless_said` counts.

    With `portion` it is cut into portions of so many people, for workers.
    """

    id_domain: str
    name: str = ""
    requester: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None
    expires_unless_said: datetime | None = None
    again: bool = False
    portion: int = 0


def choose(roster: Roster, selection: Selection) -> tuple[Series, ...]:
    """What each chosen member gets; InputError when a row is named that holds no accepted member."""
    members = list(roster.members)
    unknown = sorted(selection.rows - {member.row for member in members})
    if unknown:
        what = f"no accepted member in row {', '.join(str(row) for row in unknown)}"
        raise InputError(what, where=roster.file, hint="`notegen roster check` lists the rows.")
    if selection.rows:
        members = [member for member in members if member.row in selection.rows]
    if selection.allowed:
        members = [member for member in members if _is_allowed(member, selection.allowed)]
    if selection.first:
        members = members[: selection.first]
    return tuple(_redirected(series(member), selection.redirect_to) for member in members)


def plan_roster(
    roster: Roster,
    chosen: Sequence[Series],
    selection: Selection,
    ledger: Ledger,
    wishes: Wishes,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Planned:
    """Write every mail of the chosen people into the ledger, in one transaction; a dry run keeps nothing."""
    from notegen.records.planning import PlanRequest

    request = PlanRequest(
        digest=_digest(roster, selection),
        id_domain=wishes.id_domain,
        name=wishes.name,
        requester=wishes.requester,
        not_before=wishes.not_before,
        expires=wishes.expires,
        expires_unless_said=wishes.expires_unless_said,
        complete=selection.is_complete,
        again=wishes.again,
        portion=wishes.portion,
    )
    return ledger.plan(request, chosen, now, commit=not dry_run)


def _digest(roster: Roster, selection: Selection) -> str:
    """What the content is recognised by; a rehearsal is never taken for the real thing."""
    if selection.redirect_to is None:
        return roster.digest
    return hashlib.sha256(f"{roster.digest} to {selection.redirect_to.folded}".encode()).hexdigest()


def _is_allowed(member: Member, allowed: frozenset[str]) -> bool:
    return member.email.folded in allowed or member.email.domain.casefold() in allowed


def _redirected(own: Series, address: EmailAddress | None) -> Series:
    if address is None:
        return own
    return replace(own, notifications=tuple(replace(n, recipient=address) for n in own.notifications))
