"""An announcement (announcement.yaml) with the files that go along, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from notegen.domain.announcement import Announcement, TranslatedFile
from notegen.domain.attachment import Attachment, media_type
from notegen.domain.language import Language
from notegen.domain.note import LanguageVersion
from notegen.errors import NoteFileError
from notegen.reading.announcement_body import check_body
from notegen.reading.announcement_form import AnnouncementForm, FileForm, schema
from notegen.reading.finding import Finding, nearest, refuse
from notegen.reading.yaml import YamlFile, load
from notegen.reading.yaml_form import fill

LARGEST = 10 * 2**20
"""How many bytes an attachment may have; mail servers take little more."""
_BREAK = re.compile("[\\n\\v\\f\\r\\x85\\u2028\\u2029]")
_CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f]")
_JINJA = ("{{", "{%", "{#")


def announcement_schema() -> dict[str, Any]:
    """The JSON Schema of announcement.yaml."""
    return schema()


def read_announcement(path: Path, languages: Mapping[str, Language]) -> Announcement:
    """The announcement of a file; what it names stands in its folder or below.

    Raises NoteFileError with every reason at once, each with line and column.
    """
    file = load(path, NoteFileError)
    form = fill(file.content, file, AnnouncementForm, NoteFileError, model="notegen schema announcement")
    findings = [*_languages(form, file, languages), *_texts(form, file)]
    attached = [_attached(each, at, file, path.parent, findings) for at, each in enumerate(form.attachments)]
    if findings:
        refuse(findings, NoteFileError)
    bodies = {code: form.body[code] for code in form.subject}
    return Announcement(path.name, _on_one_line(form.subject), bodies, tuple(attached))


def _languages(
    form: AnnouncementForm, file: YamlFile, languages: Mapping[str, Language]
) -> Iterator[Finding]:
    """Languages that do not exist, and texts that one language has and another lacks."""
    named: list[tuple[tuple[str | int, ...], Mapping[str, str]]] = [
        (("subject",), form.subject),
        (("body",), form.body),
    ]
    for at, each in enumerate(form.attachments):
        named += [(("attachments", at, "title"), each.title), (("attachments", at, "files"), each.files)]
    for steps, texts in named:
        for code in texts:
            if code not in languages:
                place = file.key_place(*steps, code)
                yield Finding(place, f"there is no language {code!r}.", nearest(code, languages))
        for code in form.subject if steps[-1] != "files" else ():
            if code not in texts:
                what = f"{steps[-1]} lacks {code!r}, which the subject has."
                yield Finding(file.place(*steps), what, f"Add `{code}: …`.")
    for code in form.body:
        if code not in form.subject:
            what = f"the subject lacks {code!r}, which the body has."
            yield Finding(file.place("subject"), what, f"Add `{code}: …`.")


def _texts(form: AnnouncementForm, file: YamlFile) -> Iterator[Finding]:
    for key, texts in (("subject", form.subject), ("body", form.body)):
        for code, text in texts.items():
            if found := next((sign for sign in _JINJA if sign in text), ""):
                what = f"{found!r} stands in the text; an announcement has no words to be filled in."
                yield Finding(file.place(key, code), what, "Write the words out.")
    for code, text in form.body.items():
        yield from check_body(LanguageVersion(code, "", text, file.place("body", code)))
    lines: list[tuple[str, tuple[str | int, ...], str]]
    lines = [("subject", ("subject", code), text) for code, text in form.subject.items()]
    for at, each in enumerate(form.attachments):
        lines += [("title", ("attachments", at, "title", code), text) for code, text in each.title.items()]
    for name, steps, text in lines:
        if what := _fault_of_line(text):
            yield Finding(
                file.place(*steps), f"the {name} {what}.", "Write it on one line, in plain characters."
            )


def _fault_of_line(text: str) -> str:
    if not text.strip():
        return "is empty"
    if _BREAK.search(text.strip()):
        return "is one line"
    return "holds a control character" if _CONTROL.search(text) else ""


def _on_one_line(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts without tabs, doubled spaces, and spaces at their ends."""
    return {code: " ".join(text.split()) for code, text in texts.items()}


def _attached(
    form: FileForm, at: int, file: YamlFile, folder: Path, findings: list[Finding]
) -> TranslatedFile:
    files = {}
    for code, name in form.files.items():
        try:
            files[code] = _read(folder, name)
        except ValueError as fault:
            place = file.place("attachments", at, "files", code)
            findings.append(Finding(place, f"{name!r} {fault}.", "Name a file beside the announcement."))
    return TranslatedFile(_on_one_line(form.title), files)


def _read(folder: Path, name: str) -> Attachment:
    """The file of that name; ValueError says what is wrong with it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("lies outside the folder of the announcement")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from error
    if len(data) > LARGEST:
        raise ValueError(f"has more than {LARGEST // 2**20} MB")
    if not data:
        raise ValueError("is empty")
    return Attachment(path.name, media_type(path.name), data)
