"""Notifications as mails: settled once per kind and language, then filled in for each person.

    notifications/<kind>.md ──Markdown, Jinja──> text and HTML with slots ─┐
    settings, language ──`email` package──> MIME frame ────────────────────┴> MailForm
    PlannedMail ──fill──> Mail

A person's words are put in when Markdown and Jinja are done: escaped in the HTML, as they are in the text,
encoded in a header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from notegen.domain.activation import Activation
from notegen.domain.attachment import Attachment
from notegen.domain.language import Language
from notegen.domain.mail import Mail
from notegen.domain.mail_sender import MailSender
from notegen.domain.notification import OWN_WORDS, Notification, NotificationKind
from notegen.domain.planned_mail import PlannedMail
from notegen.errors import RenderingError, TemplateError
from notegen.rendering import mime
from notegen.rendering.mail_form import CONSTANTS, MailForm, Section, mail_form, section
from notegen.rendering.mail_html import read_looks
from notegen.rendering.mail_source import read_source, source_name
from notegen.rendering.slotted_text import mark
from notegen.rendering.template import Templates

PERSONAL = ("first_names", "last_name", "name")
"""The words of every kind about a person; OWN_WORDS adds `link`, `code` and others to single kinds."""

AttachmentSets: TypeAlias = Mapping[str, Sequence[Attachment]]
"""Files by the kind of the mails that they go along with, or by the name that a mail gives them."""

_HIDDEN_LINK = "https://hidden.invalid/"
_HIDDEN_CODE = "••••-••••"


@dataclass(frozen=True, slots=True)
class MailPreview:
    """A mail as a person looks at it: headers decoded; link and code masked unless they were asked for."""

    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    content: bytes

    def __repr__(self) -> str:
        return f"MailPreview({len(self.content)} bytes)"


class EmailComposer:
    """Makes mails. `second_language` (a code) is written below the first one where the two differ.

    `date` gives the moment of sending, with its time zone. A kind and language is settled when it is first
    needed, or by `prepare`. `attachments` go along by kind, or by the name that a notification has as its
    value `attachments`, beside those that a kind's text names. `profile` is that of `typography.typeset`.
    """

    def __init__(
        self,
        templates: Templates,
        languages: Mapping[str, Language],
        *,
        sender: MailSender,
        date: Callable[[], datetime],
        activation: Activation | None = None,
        second_language: str = "",
        attachments: AttachmentSets = MappingProxyType({}),
        profile: str = "be",
    ) -> None:
        self._templates = templates
        self._languages = languages
        self._sender = sender
        self._activation = activation
        self._date = date
        self._second = second_language
        self._attachments = attachments
        self._profile = profile
        self._looks = read_looks()
        self._forms: dict[tuple[str, str, tuple[str, ...], str], MailForm] = {}
        self._return_path = (sender.return_path or sender.address).text
        self._moment: datetime | None = None
        self._stamp = b""

    def prepare(self, kinds: Iterable[str], languages: Iterable[str]) -> None:
        """Settle these kinds in these languages now: a broken text stops everything before any mail."""
        codes = tuple(languages)
        for kind in kinds:
            for code in codes:
                self._form(kind, code, ())

    def compose(self, planned: PlannedMail) -> Mail:
        """The mail of that row of the ledger; the same row gives the same mail but for its Date.

        Raises TemplateError for a text that is missing or broken, RenderingError for a value that cannot
        stand in a mail and for a link or code that nothing provides.
        """
        return self._mail(planned, self._secret(planned))

    def preview(self, planned: PlannedMail, *, show_secrets: bool = False) -> MailPreview:
        """That mail to look at, made the same way."""
        secret = self._secret(planned)
        content = self._mail(planned, secret if show_secrets else _masked(planned.notification)).content
        headers, text, html = mime.parts(content)
        return MailPreview(dict(headers)["Subject"], headers, text, html, content)

    def _mail(self, planned: PlannedMail, secret: str) -> Mail:
        notification = planned.notification
        values = _values(notification, secret)
        empty = tuple(word for word, value in values.items() if not value)
        files = values.pop("attachments", "")
        form = self._form(notification.kind, notification.language, empty, files)
        recipient = notification.recipient
        to = mime.mailbox(mime.checked(notification.name.strip(), "name"), recipient)
        return Mail(
            key=planned.key,
            message_id=planned.message_id,
            return_path=self._return_path,
            recipient=recipient,
            content=form.content(values, to, self._now(), planned.message_id),
            needs_8bit=recipient.needs_smtputf8,
            needs_smtputf8=recipient.needs_smtputf8,
            goes_as_it_is=form.goes_as_it_is,
        )

    def _form(self, kind: str, code: str, empty: tuple[str, ...], files: str = "") -> MailForm:
        """What the mails share; a text may say something else where a word is empty, so that each such case
        is a form of its own."""
        key = (kind, code, empty, files)
        if key not in self._forms:
            codes = dict.fromkeys((code, self._second or code))
            sections = [self._section(kind, each, empty) for each in codes]
            along = self._attachments.get(files or kind, ())
            self._forms[key] = mail_form(sections, self._templates, self._sender, along)
        return self._forms[key]

    def _section(self, kind: str, code: str, empty: tuple[str, ...]) -> Section:
        language = self._languages.get(code)
        if language is None:
            hint = "Add the language under templates/, or choose another."
            raise TemplateError("there is no such language", where=source_name(kind, code), hint=hint)
        personal = (*PERSONAL, *OWN_WORDS.get(kind, ()))
        source = read_source(self._templates, kind, code, CONSTANTS, personal)
        values = {
            "service": self._sender.name_in(code),
            "contact": self._sender.contact.text,
            "valid_days": str(self._sender.valid_days or ""),
            **{word: _Absent(word) if word in empty else mark(word) for word in personal},
        }
        return section(source, language, self._templates, values, self._looks, self._profile)

    def _secret(self, planned: PlannedMail) -> str:
        """The link or code of that mail, from the roster or derived; nothing for other kinds."""
        notification = planned.notification
        if notification.secret or notification.kind not in _SECRET_KINDS:
            return notification.secret
        if self._activation is None:
            what = f"nothing provides what {notification.kind.value} carries"
            hint = "Set url and key_file under [activation], or add the columns to the roster."
            raise RenderingError(what, hint=hint)
        if notification.kind == NotificationKind.ACTIVATION_LINK:
            return self._activation.link(planned.dispatch, planned.member).text
        return self._activation.code(planned.dispatch, planned.member).text

    def _now(self) -> bytes:
        moment = self._date().replace(microsecond=0)
        if moment != self._moment:
            self._moment, self._stamp = moment, mime.date(moment)
        return self._stamp


_SECRET_KINDS = (NotificationKind.ACTIVATION_LINK, NotificationKind.ACTIVATION_CODE)


class _Absent:
    """A word without a value: `if` takes it for false, printing it is an error."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        hint = f"Give it one, or write {{% if {self.word} %}} round the sentence."
        raise RenderingError(f"“{self.word}” has no value for this mail", hint=hint)

    __html__ = __str__


def _masked(notification: Notification) -> str:
    return _HIDDEN_LINK if notification.kind == NotificationKind.ACTIVATION_LINK else _HIDDEN_CODE


def _values(notification: Notification, secret: str) -> dict[str, str]:
    values = {
        **dict.fromkeys(OWN_WORDS.get(notification.kind, ()), ""),
        "first_names": notification.first_names,
        "last_name": notification.last_name,
        "name": notification.name.strip(),
        **dict(notification.values),
    }
    if notification.kind in _SECRET_KINDS:
        values[OWN_WORDS[notification.kind][0]] = secret
    return values
