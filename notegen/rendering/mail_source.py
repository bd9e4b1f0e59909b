"""A notification's Markdown file: its head lines, its body, and its words hidden from the Markdown reader.

    Subject: Your user profile has been created
    Preview: What a mail client shows beside the subject.
    Attachment: a-file-beside-this-one.pdf

    Dear {{ name }},

A word or a condition becomes a slot (a plain name such as `wordslot3x`) before Markdown is read, and becomes
itself again after, so that Markdown never sees a value and a value never sees Markdown.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from notegen.domain.attachment import Attachment, media_type
from notegen.errors import TemplateError
from notegen.rendering.template import Templates

_PIECE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BARE_ADDRESS = re.compile(r"<(\{\{.*?\}\})>")
_OWN_LINE = re.compile(r"^[ \t]*(\{%.*?%\})[ \t]*$", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LEFT_OVER = re.compile(r"\{[{%#]")
_SLOT = re.compile(r"wordslot(\d+)x")
_IN_TAG = re.compile(r"<[^>]*>|wordslot(\d+)x")
_PLAIN_USE = re.compile(r"\{\{-?\s*\w+\s*-?\}\}|\{%-?\s*(?:el)?if\s+(?:not\s+)?\w+\s*-?%\}")
_HEAD = re.compile(r"(Subject|Preview|Attachment):[ \t]*(.*\S)[ \t]*")

_HINT = "Begin with “Subject: …”, then “Preview: …” and “Attachment: …” if you wish, then an empty line."


@dataclass(frozen=True, slots=True)
class MailSource:
    """One kind in one language: texts with slots, and the Jinja pieces that the slots stand for."""

    name: str
    subject: str
    preview: str
    body: str
    pieces: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()

    def shown(self, text: str) -> str:
        """The text with its Jinja pieces back in their places."""
        return _SLOT.sub(lambda match: self.pieces[int(match[1])], text)

    def shown_in_html(self, html: str) -> str:
        """The same for HTML; a value is isolated, so that a name in Arabic turns no sentence round."""

        def piece(match: re.Match[str]) -> str:
            if match[1] is None:
                return self.shown(match[0])
            text = self.pieces[int(match[1])]
            return f"<bdi>{text}</bdi>" if text.startswith("{{") else text

        return _IN_TAG.sub(piece, html)

    def is_condition(self, text: str) -> bool:
        """Whether a paragraph is nothing but `{% … %}`, which prints nothing itself."""
        rest = _SLOT.sub(lambda match: "" if self.pieces[int(match[1])].startswith("{%") else "x", text)
        return bool(text.strip()) and not rest.strip()


def source_name(kind: str, language: str) -> str:
    """Where a kind's text stands under templates/."""
    return f"{language}/notifications/{kind}.md"


def read_source(
    templates: Templates, kind: str, language: str, constants: Collection[str], personal: Collection[str]
) -> MailSource:
    """The text of a kind in a language, which uses these words only.

    A personal word stands alone in its braces or after `if`: it is filled in long after Jinja is done. Raises
    TemplateError with the line of an unknown word, of a personal word used otherwise, and of a wrong head.
    """
    name = source_name(kind, language)
    _check_words(name, templates.words(name), {*constants, *personal})
    text = templates.source(name).replace("\r\n", "\n")
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    if control := _CONTROL.search(text):
        where = f"{name}:{_line(text, control.start())}"
        raise TemplateError("a control character", where=where, hint="Delete it, or write the line again.")
    if _SLOT.search(text):
        raise TemplateError("wordslot…x is notegen's own word", where=name, hint="Write it otherwise.")
    _check_uses(name, text, personal)
    text = _BARE_ADDRESS.sub(r"[\1](\1)", text)
    text = _OWN_LINE.sub(r"\n\1\n", text)
    pieces: list[str] = []
    hidden = _PIECE.sub(lambda match: _hide(match[0], pieces), text)
    if stray := _LEFT_OVER.search(hidden):
        where = f"{name}:{_line(hidden, stray.start())}"
        raise TemplateError("an open brace without its end", where=where, hint="Close it.")
    head, _, body = hidden.partition("\n\n")
    fields, files = _read_head(name, head)
    return MailSource(
        name,
        fields["Subject"],
        fields.get("Preview", ""),
        body,
        tuple(pieces),
        tuple(_attachment(templates, f"{language}/notifications", file) for file in files),
    )


def _hide(piece: str, pieces: list[str]) -> str:
    if piece not in pieces:
        pieces.append(piece)
    return f"wordslot{pieces.index(piece)}x"


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _read_head(name: str, head: str) -> tuple[dict[str, str], list[str]]:
    """The subject and the preview, then the names of the files that go along."""
    fields: dict[str, str] = {}
    files: list[str] = []
    for number, line in enumerate(head.split("\n"), 1):
        match = _HEAD.fullmatch(line)
        if match is None or match[1] in fields or (number == 1) != (match[1] == "Subject"):
            raise TemplateError(
                "this is not the head of a notification", where=f"{name}:{number}", hint=_HINT
            )
        if match[1] == "Attachment":
            files.append(match[2])
        else:
            fields[match[1]] = match[2]
    return fields, files


def _attachment(templates: Templates, folder: str, file: str) -> Attachment:
    for root in templates.folders:
        path = root / folder / file
        if path.name == file and path.is_file():
            return Attachment(file, media_type(file), path.read_bytes())
    hint = "Put it beside the text, in the same folder, or take the line out."
    raise TemplateError("this attachment does not exist", where=f"{folder}/{file}", hint=hint)


def _check_words(name: str, used: Collection[tuple[str, int]], known: Collection[str]) -> None:
    for word, line in used:
        if word not in known:
            near = difflib.get_close_matches(word, known, 1)
            hint = (
                f"Did you mean “{near[0]}”?" if near else f"The words here are: {', '.join(sorted(known))}."
            )
            raise TemplateError(f"“{word}” is not a word of this text", where=f"{name}:{line}", hint=hint)


def _check_uses(name: str, text: str, personal: Collection[str]) -> None:
    for match in _PIECE.finditer(text):
        used = next((word for word in re.findall(r"\w+", match[0]) if word in personal), None)
        if used and not _PLAIN_USE.fullmatch(match[0]):
            where = f"{name}:{_line(text, match.start())}"
            hint = f"Write {{{{ {used} }}}} or {{% if {used} %}}."
            raise TemplateError(f"“{used}” is used in another way", where=where, hint=hint)
