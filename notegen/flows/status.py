"""Status notifications, one or many, to the mails that the ledger plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.notification import Notification, NotificationKind, Series
from notegen.domain.status import StatusEvent, StatusList
from notegen.flows.house import House

if TYPE_CHECKING:
    # What is heavy is loaded by the line that needs it.
    from notegen.domain.email_address import EmailAddress
    from notegen.reading.roster_file import RosterOptions


@dataclass(frozen=True, slots=True)
class StatusBatch:
    """The mails of one requester's events; they become a dispatch of their own."""

    requester: str
    digest: str
    series: tuple[Series, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Kind and language of every mail, each pair once."""
        own = ((n.kind.value, n.language) for one in self.series for n in one.notifications)
        return tuple(dict.fromkeys(own))


def read_status_file(
    path: Path, kind: NotificationKind, house: House, today: date, language: str = ""
) -> StatusList:
    """The one event of a YAML file; RosterFileError with line and column of everything that is wrong."""
    from notegen.reading.status_file import read_status

    return read_status(path, kind, house.languages, today=today, language=language)


def read_status_rows(
    path: Path, house: House, today: date, options: RosterOptions, language: str = ""
) -> StatusList:
    """The events of a workbook, bad rows with their reasons; RosterFileError where it cannot be read."""
    from notegen.reading.status_file import read_statuses

    return read_statuses(path, house.languages, today=today, options=options, language=language)


def status_batches(
    events: StatusList, house: House, redirect_to: EmailAddress | None = None
) -> tuple[StatusBatch, ...]:
    """The mails by requester, in the order of the file; `redirect_to` makes a rehearsal of them.

    Several events of one person are one series: each mail goes only after the server accepted the one before.
    """
    by_requester: dict[str, list[StatusEvent]] = {}
    for event in events.events:
        by_requester.setdefault(event.requester, []).append(event)
    return tuple(
        _batch(requester, replace(events, events=tuple(own)), house, redirect_to)
        for requester, own in by_requester.items()
    )


def _batch(requester: str, events: StatusList, house: House, redirect_to: EmailAddress | None) -> StatusBatch:
    by_person: dict[str, list[StatusEvent]] = {}
    for event in events.events:
        by_person.setdefault(event.identity, []).append(event)
    series = tuple(
        Series(
            identity,
            tuple(_notification(event, at, house, redirect_to) for at, event in enumerate(own)),
        )
        for identity, own in by_person.items()
    )
    digest = events.digest
    if redirect_to is not None:
        digest = sha256(f"{digest} to {redirect_to.folded}".encode()).hexdigest()
    return StatusBatch(requester, digest, series)


def _notification(
    event: StatusEvent, position: int, house: House, redirect_to: EmailAddress | None
) -> Notification:
    return Notification(
        kind=event.kind,
        position=position,
        language=event.language,
        recipient=redirect_to or event.email,
        first_names=event.first_names,
        last_name=event.last_name,
        row=event.row,
        values=tuple(_words(event, house).items()),
    )


def _words(event: StatusEvent, house: House) -> Mapping[str, str]:
    """The words of the kind that the event gives a value; dates are written out in the person's language."""
    from notegen.domain.notification import OWN_WORDS
    from notegen.domain.typography import typeset
    from notegen.rendering.cldr import long_date

    locale = house.languages[event.language].locale
    words = {
        "number": event.number.printed if event.number else "",
        "official_name": event.official_name,
        "requested_name": f"{event.first_names} {event.last_name}",
        "document": typeset(event.document, event.language, house.profile),
        "deadline": long_date(event.deadline, locale) if event.deadline else "",
        "received": long_date(event.received, locale) if event.received else "",
        "request": event.request,
        "requester": event.requester,
    }
    return {word: words[word] for word in OWN_WORDS[event.kind] if words[word]}
