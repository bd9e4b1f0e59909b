"""The office that the settings describe: its letterhead, its mails, what it accepts from missions.

Both the terminal and the browser are fitted out here, so that what is looked at is what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language, Letterhead
from notegen.domain.mail_sender import MailSender
from notegen.domain.sender import Sender
from notegen.errors import InputError, SettingsError, why_unread
from notegen.flows import House

if TYPE_CHECKING:
    # What is heavy is loaded by the function that needs it.
    from notegen.domain.activation import Activation
    from notegen.domain.attachment import Attachment
    from notegen.reading.roster_file import RosterOptions
    from notegen.rendering.email import AttachmentSets, EmailComposer
    from notegen.settings import Settings

REHEARSAL_URL = "https://profile.example.org/activate?token={token}"
"""Where links lead while nothing leaves this machine and no page was named."""


def make_house(
    languages: Mapping[str, Language], folders: Sequence[Path], settings: Settings, today: date
) -> House:
    """What every line of flows needs; SettingsError when the letterhead does not exist."""
    from notegen.rendering.template import Templates

    sender = note_sender(settings, languages)
    return House(languages, Templates(folders), sender, today, settings.typography.profile)


def roster_options(settings: Settings, *, positional: bool = False) -> RosterOptions:
    """What the settings accept from missions."""
    from notegen.reading.roster_file import RosterOptions

    own = settings.roster
    return RosterOptions(
        row_limit=own.row_limit, shared_email_is_error=own.shared_email == "reject", positional=positional
    )


def make_composer(
    house: House,
    settings: Settings,
    activation: Activation | None,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> EmailComposer:
    """What turns notifications into mails; `tell` hears what an operator should know about them.

    Without `activation` it makes no mail with a link or a code.
    """
    from notegen.rendering.email import EmailComposer

    second = settings.activation.second_language
    if second and second not in house.languages:
        hint = f"Choose one of: {', '.join(house.languages)}."
        raise SettingsError(f"no such language: {second!r}", where="[activation] second_language", hint=hint)
    return EmailComposer(
        house.templates,
        house.languages,
        sender=_mail_sender(house, settings, tell),
        date=lambda: now().astimezone(),
        activation=activation,
        second_language=second,
        profile=house.profile,
    )


def make_note_composer(
    house: House,
    settings: Settings,
    attachment: Attachment,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> EmailComposer:
    """What turns a note into mails that carry it; they come from the sender of the note."""
    from notegen.domain.notification import NotificationKind

    return make_mission_composer(house, settings, {NotificationKind.VERBAL_NOTE: [attachment]}, now, tell)


def make_mission_composer(
    house: House,
    settings: Settings,
    attachments: AttachmentSets,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
    texts: Mapping[str, str] = MappingProxyType({}),
) -> EmailComposer:
    """What turns mails to missions into messages, with attachments; they come from the sender of the notes.

    `texts` stand in for templates of these names.
    """
    from notegen.rendering.email import EmailComposer
    from notegen.rendering.template import Templates

    names = {
        code: head.forms.get("short") or " ".join(head.lines[:2])
        for code, head in house.sender.letterheads.items()
    }
    return EmailComposer(
        Templates(house.templates.folders, texts=texts) if texts else house.templates,
        house.languages,
        sender=_mail_sender(
            house, settings, tell, {c: names.get(c) or house.sender.short_name for c in house.languages}
        ),
        date=lambda: now().astimezone(),
        attachments=attachments,
        profile=house.profile,
    )


def one_address(text: str, where: str) -> EmailAddress:
    """The address that a person gave; InputError says where."""
    from notegen.reading.mail_address import read_address

    address, _, meant = read_address(text)
    if address is None:
        hint = f"Did you mean {meant}?" if meant else "Write it as name@example.org."
        raise InputError(f"this is no e-mail address: {text!r}.", where=where, hint=hint)
    return address


def note_sender(settings: Settings, languages: Mapping[str, Language]) -> Sender:
    """Who sends the notes: a letterhead of language.toml, or the one that the settings spell out."""
    own = settings.sender
    letterheads = {
        code: language.letterheads[own.letterhead]
        for code, language in languages.items()
        if own.letterhead in language.letterheads
    }
    for code, given in own.languages.items():
        closing = given.closing_name or given.name
        letterheads[code] = Letterhead(given.lines, given.bold_from, given.name, closing, given.forms)
    if not letterheads:
        known = sorted({key for language in languages.values() for key in language.letterheads})
        hint = f"Known: {', '.join(known)}; or spell one out under [sender.languages.fr]."
        raise SettingsError(f"no letterhead {own.letterhead!r}", where="[sender] letterhead", hint=hint)
    first = next(iter(letterheads.values()))
    return Sender(letterheads, own.short_name or " ".join(first.lines[:2]), own.fixed, _emblem(own.emblem))


def _emblem(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "Name an SVG file; its path counts from the working folder."
        raise SettingsError(why_unread(error), where=str(path), hint=hint) from error


def _mail_sender(
    house: House, settings: Settings, tell: Callable[[str], None], names: Mapping[str, str] | None = None
) -> MailSender:
    smtp, activation = settings.smtp, settings.activation
    address = one_address(smtp.from_, "[smtp] from")
    reply_to = one_address(smtp.reply_to, "[smtp] reply_to") if smtp.reply_to else None
    contact = one_address(activation.contact, "[activation] contact") if activation.contact else reply_to
    if contact is None:
        tell(f"The mails name {address.text} for questions. Set contact under [activation] to name another.")
    own = activation.service or smtp.from_name
    names = names or {code: own or words.labels["service"] for code, words in house.languages.items()}
    try:
        return MailSender(
            address=address,
            name=names.get("en") or next(iter(names.values())),
            names=names,
            contact=contact or address,
            reply_to=reply_to,
            return_path=one_address(smtp.return_path, "[smtp] return_path") if smtp.return_path else None,
            valid_days=activation.valid_days,
        )
    except ValueError as error:
        raise SettingsError(
            str(error), where="[activation] valid_days", hint="Give two days or more, or 0."
        ) from error
