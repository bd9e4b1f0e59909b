"""An announcement to the missions of a list: each in its language, with the nearest of each attachment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.addressee import Addressee
from notegen.domain.announcement import Announcement
from notegen.domain.attachment import Attachment
from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language
from notegen.domain.notification import Notification, NotificationKind, Series
from notegen.domain.typography import typeset
from notegen.flows.house import House

if TYPE_CHECKING:
    from notegen.rendering.email import AttachmentSets

_GLANCE = 120
_BODY = "{{ body }}"
_DASHES = re.compile(r"(?:-[ \t]*){3,}$")


@dataclass(frozen=True, slots=True)
class AnnouncementMails:
    """What goes to whom: one series a mission, the attachments by the set that a mail names, the texts.

    `texts` are the templates of the kind with the announcement's own body in its place.
    """

    digest: str
    series: tuple[Series, ...]
    without_address: tuple[str, ...]
    attachments: AttachmentSets
    texts: Mapping[str, str]


def read_announcement_file(path: Path, house: House) -> Announcement:
    """The announcement of a file; NoteFileError with every reason at once."""
    from notegen.reading.announcement_file import read_announcement

    return read_announcement(path, house.languages)


def announce(
    announcement: Announcement,
    addressees: Mapping[str, Addressee],
    house: House,
    redirect_to: EmailAddress | None = None,
) -> AnnouncementMails:
    """The mail of every mission that has an address; `redirect_to` makes a rehearsal of them."""
    sets: dict[str, tuple[Attachment, ...]] = {}
    heads = {code: _head(announcement, code, house) for code in announcement.languages}
    series = tuple(
        _series(mission, redirect_to or mission.email, announcement, house, heads, sets)
        for mission in addressees.values()
        if mission.email
    )
    digest = announcement.digest
    if redirect_to is not None:
        digest = sha256(f"{digest} to {redirect_to.folded}".encode()).hexdigest()
    without = tuple(mission.key for mission in addressees.values() if not mission.email)
    return AnnouncementMails(digest, series, without, sets, _texts(announcement, house))


def language_of(mission: Addressee, announcement: Announcement) -> str:
    """The mission's first language that the announcement is written in, else the announcement's first."""
    spoken = (code for code in mission.languages if code in announcement.subjects)
    return next(spoken, announcement.languages[0])


def _series(
    mission: Addressee,
    address: EmailAddress,
    announcement: Announcement,
    house: House,
    heads: Mapping[str, Mapping[str, str]],
    sets: dict[str, tuple[Attachment, ...]],
) -> Series:
    code = language_of(mission, announcement)
    others = (*mission.languages, *announcement.languages)
    chosen = [file.nearest(code, others) for file in announcement.files]
    name = ",".join(chosen)
    sets[name] = tuple(file.files[own] for file, own in zip(announcement.files, chosen, strict=True))
    sentences = [
        _elsewhere(file.titles[code], own, code, house.languages)
        for file, own in zip(announcement.files, chosen, strict=True)
        if own != code
    ]
    values = {
        **heads[code],
        "elsewhere": typeset(" ".join(sentences), code, house.profile),
        "attachments": name,
    }
    forms = mission.forms.get(code)
    notification = Notification(
        NotificationKind.ANNOUNCEMENT, 0, code, address, "", forms.name if forms else mission.key, 0,
        values=tuple(values.items()),
    )  # fmt: skip
    return Series(mission.key, (notification,))


def _head(announcement: Announcement, code: str, house: House) -> Mapping[str, str]:
    """What stands in a list of mails."""
    subject = typeset(announcement.subjects[code], code, house.profile)
    return {"subject": subject, "opening": _opening(announcement.bodies[code], code, house)}


def _opening(markdown: str, code: str, house: House) -> str:
    """How the text begins, for what mail programs show beside the subject; empty if not with a paragraph."""
    from notegen.rendering.markdown import read_body

    words = typeset(" ".join(read_body(markdown.strip()).text.split()), code, house.profile)
    shown = words if len(words) <= _GLANCE else f"{words[:_GLANCE].rpartition(' ')[0] or words[:_GLANCE]}…"
    return shown[:1].upper() + shown[1:]


def _elsewhere(title: str, attached: str, own: str, languages: Mapping[str, Language]) -> str:
    """The sentences which say that a file is not in the language of the mail, and in which one it is."""
    words = languages[own].messages["announcement-elsewhere"]
    named = languages[own].in_language
    slots = {"title": title, "own": named[own], "attached": named[attached]}
    return f"{words.what.format_map(slots)} {words.do.format_map(slots)}"


def _texts(announcement: Announcement, house: House) -> Mapping[str, str]:
    """The kind's template in each language, with the body, which is Markdown like the template itself."""
    name = NotificationKind.ANNOUNCEMENT.value
    sources = {code: f"{code}/notifications/{name}.md" for code in announcement.languages}
    return {
        path: house.templates.source(path).replace(_BODY, _body(announcement.bodies[code]))
        for code, path in sources.items()
    }


def _body(markdown: str) -> str:
    """The body, each line across it as `* * *`: after `---` a template's foot begins, in small print."""
    from notegen.rendering.markdown import blocks

    lines = markdown.strip().split("\n")
    for block in blocks("\n".join(lines)):
        if block.kind == "separator":
            lines[block.first - 1] = _DASHES.sub("* * *", lines[block.first - 1])
    return "\n".join(lines)
