"""The bodies of a note: inline or in files of their own, complete, their references read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from notegen.domain.note import LanguageVersion
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.reference import Citation, citations, probably_meant
from notegen.reading.finding import Finding, nearest
from notegen.reading.note_form import BodyFile, NoteForm
from notegen.reading.note_link import Registry, check_links
from notegen.reading.note_sense import Sense

LARGEST = 2**20
"""How many bytes a note file may have, and a body in a file of its own."""


def read_versions(
    form: NoteForm, used: tuple[str, ...], links: Registry, sense: Sense
) -> tuple[LanguageVersion, ...]:
    """Title and body of each language, in the note's order; what is missing or wrong is a finding."""
    _check_complete(form, used, sense)
    sense.plain(form.title, "title")
    versions = [_version(form, code, sense) for code in used if code in form.body]
    cited = [_normalized(version, sense) for version in versions]
    named = set[str]().union(*(check_links(version, links, sense) for version in cited))
    for name in links:
        if len(versions) == len(used) and name not in named:
            sense.warn("note-link-unused", name, "links", name)
    _check_citations(cited, sense)
    return tuple(cited)


def _check_complete(form: NoteForm, used: tuple[str, ...], sense: Sense) -> None:
    for key, texts in (("title", form.title), ("body", form.body)):
        for code in used:
            if code not in texts and not sense.is_unread(key, code):
                hint = f"Add `{code}:` under `{key}`, or take {code!r} out of `languages`."
                sense.find(f"there is no {key} in {code!r}.", hint, key, key=True)
        for code in texts:
            if code not in sense.languages and code not in form.languages:
                hint = nearest(code, sense.languages)
                sense.find(f"{code!r} is no known language.", hint, key, code, key=True)
            elif code not in form.languages:
                sense.warn("note-version-unused", code, key, code)


def _version(form: NoteForm, code: str, sense: Sense) -> LanguageVersion:
    body = form.body[code]
    place = sense.where.place("body", code)
    if isinstance(body, BodyFile):
        path = sense.beside(body.file, "body", code, "file")
        text = _read(path, body.file, code, sense) if path else ""
        place = Place(str(path), 1, "1") if path else place
    else:
        text = body
    return LanguageVersion(code, form.title.get(code, ""), text, place, sense.where.place("title", code))


def _read(path: Path, name: str, code: str, sense: Sense) -> str:
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
    except OSError as fault:
        sense.find(f"{name!r}: {fault.strerror}.", "Put the file beside the note.", "body", code, "file")
        return ""
    if len(source) > LARGEST:
        sense.find(f"{name!r} has more than {LARGEST // 1024} KiB.", "Shorten it.", "body", code, "file")
        return ""
    sense.companions.append((name, source))
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        sense.find(f"{name!r} is not UTF-8 text.", "Save it with the encoding UTF-8.", "body", code, "file")
        return ""
    if not text.strip():
        sense.find(f"{name!r} is empty.", "Write the body.", "body", code, "file")
    return text


def _normalized(version: LanguageVersion, sense: Sense) -> LanguageVersion:
    body = version.body
    for citation in reversed(citations(body)):
        if citation.has_letter_o:
            words = (citation.written, str(citation.reference))
            sense.warnings.append(_letter("note-letter-o", citation, version, *words))
            end = citation.start + len(citation.written)
            body = body[: citation.start] + str(citation.reference) + body[end:]
    return replace(version, body=body)


def _letter(code: str, citation: Citation, version: LanguageVersion, found: str, read: str) -> Problem:
    place = version.at_character(citation.start)
    return Problem(code, place, found, Severity.WARNING, (("read", read),), version.language)


def _check_citations(versions: Sequence[LanguageVersion], sense: Sense) -> None:
    for version in versions:
        for citation in citations(version.body):
            meant = probably_meant(citation.written)
            if citation.reference is None:
                what = f"{citation.written} cannot be a reference."
                hint = f"Did you mean {meant}?" if meant else "Correct its date or its number."
                sense.findings.append(Finding(version.at_character(citation.start), what, hint))
            elif meant is not None:
                found = (citation.reference.file, meant.file)
                sense.warnings.append(_letter("note-file-letter", citation, version, *found))
