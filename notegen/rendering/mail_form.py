"""What all mails of one kind and language share: the parts with slots, encoded once, and the frame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notegen.domain.attachment import Attachment
from notegen.domain.language import Language
from notegen.domain.mail_sender import MailSender
from notegen.domain.typography import typeset
from notegen.errors import RenderingError
from notegen.rendering.mail_html import html_body
from notegen.rendering.mail_source import MailSource
from notegen.rendering.mail_text import plain_text
from notegen.rendering.mail_typesetting import typeset_tokens
from notegen.rendering.markdown import mail_tokens
from notegen.rendering.mime import Frame, checked, frame, goes_as_it_is, unstructured
from notegen.rendering.slotted_text import SlottedText, encoded, encoded_value, slotted
from notegen.rendering.template import Markup, Templates, escape

CONSTANTS = ("service", "contact", "valid_days")
"""The words that are the same in every mail of a language."""

_ADDRESS_SLOT = re.compile('href="\x01([^\x01]*)\x01')
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
_OTHER_IN_HTML = re.compile("[&<>'\"\u202f]")
_PARTING = "\n" + "=" * 40 + "\n\n"


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a mail that is in one language; `pointer` says above another one that it stands below."""

    language: Language
    subject: str
    preview: str
    text: str
    html: str
    pointer: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class MailForm:
    """Subject, text and HTML with slots; `words` are theirs, `addresses` those that a link leads to.

    `goes_as_it_is` says that no line of what the mails share begins with a dot or ends in anything but CRLF;
    nor does a line of what is put in between (see `mime.mailbox`, `encoded_value`).
    """

    subject: SlottedText
    text: SlottedText
    html: SlottedText
    words: tuple[str, ...]
    addresses: tuple[str, ...]
    frame: Frame
    fixed_subject: bytes
    encoded_text: tuple[bytes, ...]
    encoded_html: tuple[bytes, ...]
    goes_as_it_is: bool

    def content(self, values: Mapping[str, str], recipient: bytes, date: bytes, message_id: str) -> bytes:
        """The whole message for one person. Raises RenderingError for a value that cannot stand in a mail."""
        for word in self.addresses:
            if not _WEB_ADDRESS.fullmatch(values[word]):
                raise RenderingError(
                    f"{word} is not a web address", hint="It begins with https:// or http://."
                )
        for word, value in values.items():
            checked(value, word)
        plain: dict[str, bytes] = {}
        escaped: dict[str, bytes] = {}
        for word in self.words:
            value = values[word]
            plain[word] = encoded_value(_without_narrow_spaces(value))
            escaped[word] = _escaped(value, plain[word])
        return self.frame.filled(
            self.fixed_subject or unstructured(self.subject.filled(values)),
            recipient,
            date,
            message_id,
            _woven(self.encoded_text, self.text.words, plain),
            _woven(self.encoded_html, self.html.words, escaped),
        )


def mail_form(
    sections: Sequence[Section],
    templates: Templates,
    sender: MailSender,
    attachments: Sequence[Attachment] = (),
) -> MailForm:
    """The form of a mail whose sections stand one below the other, the first language first.

    `attachments` go along after those that the texts name.
    """
    files = dict.fromkeys((*(file for part in sections for file in part.attachments), *attachments))
    subject = slotted(" / ".join(section.subject for section in sections))
    pointers = "".join(f"{_without_narrow_spaces(section.pointer)}\n\n" for section in sections[1:])
    text = slotted(pointers + _PARTING.join(section.text for section in sections))
    page = _page(sections, templates, sender)
    html = slotted(page)
    headers = [
        ("Content-Language", ", ".join(section.language.code for section in sections)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    if sender.reply_to is not None:
        headers.insert(0, ("Reply-To", sender.reply_to.text))
    shared = frame(headers, (sender.name_in(sections[0].language.code), sender.address), tuple(files))
    texts, pages = encoded(text), encoded(html)
    sample = shared.filled(b"x", b"x", b"x", "<x@x>", *(encoded_value("x").join(e) for e in (texts, pages)))
    return MailForm(
        subject=subject,
        text=text,
        html=html,
        words=tuple(dict.fromkeys(text.words + html.words)),
        addresses=tuple(dict.fromkeys(_ADDRESS_SLOT.findall(page))),
        frame=shared,
        fixed_subject=b"" if subject.words else unstructured(subject.pieces[0]),
        encoded_text=texts,
        encoded_html=pages,
        goes_as_it_is=goes_as_it_is(sample),
    )


def section(
    source: MailSource,
    language: Language,
    templates: Templates,
    values: Mapping[str, object],
    looks: Mapping[str, str],
    profile: str,
) -> Section:
    """The texts of a kind in one language: constants filled in, a mark for each word of a person.

    They are set in the typographic habits of the language and `profile` (see `typography.typeset`).
    """
    tokens = mail_tokens(source.body)
    typeset_tokens(tokens, language.code, profile)
    text = plain_text(source, tokens)
    html = html_body(source, tokens, looks)

    def settled(name: str, jinja: str) -> str:
        return templates.fill(templates.compile(name, jinja), values)

    def line(words: str) -> str:
        return settled(source.name, source.shown(typeset(words, language.code, profile)))

    return Section(
        language,
        subject=line(source.subject),
        preview=line(source.preview),
        text=_without_narrow_spaces(settled(source.name, source.shown(text)).rstrip()) + "\n",
        html=settled(f"{source.name}.html", source.shown_in_html(html)),
        pointer=typeset(language.pointer, language.code, profile),
        attachments=source.attachments,
    )


def _without_narrow_spaces(text: str) -> str:
    """With U+00A0 for U+202F, which mail programs do not take for the end of an address in plain text."""
    return text.replace("\u202f", "\u00a0")


def _escaped(value: str, plain: bytes) -> bytes:
    if not _OTHER_IN_HTML.search(value):
        return plain
    return encoded_value(escape(value))


def _page(sections: Sequence[Section], templates: Templates, sender: MailSender) -> str:
    first = sections[0]
    values = {
        "lang": first.language.code,
        "dir": first.language.direction,
        "title": first.subject,
        "preview": first.preview,
        "pointers": sections[1:],
        "sections": [
            {
                "lang": part.language.code,
                "dir": part.language.direction,
                "service": sender.name_in(part.language.code),
                "body": Markup(part.html),
            }
            for part in sections
        ],
    }
    return templates.render("layout/email.html", values)


def _woven(constants: Sequence[bytes], words: Sequence[str], values: Mapping[str, bytes]) -> bytes:
    parts: list[bytes] = [b""] * (2 * len(constants) - 1)
    parts[::2] = constants
    parts[1::2] = [values[word] for word in words]
    return b"".join(parts)
