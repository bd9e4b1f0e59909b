"""Titles and bodies of notes to translators and back, as XLIFF."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.alignment import translated_pairs
from notegen.domain.passage import PassageKind, TemplateText
from notegen.domain.problem import Problem, Severity
from notegen.errors import InputError
from notegen.flows.exchange import Exchange, Imported, tell_emendation, wanted_words
from notegen.flows.house import House
from notegen.flows.saving import save

if TYPE_CHECKING:
    from notegen.domain.note import LanguageVersion, VerbalNote

TITLE = "title"


def export_note(note: VerbalNote, language: str, source: str = "") -> bytes:
    """A note's title and body in one language beside another (its first, unless told), as XLIFF 1.2."""
    from notegen.reading.emendation import shown_words
    from notegen.reading.xliff import ExchangeFile, ExchangeUnit, write_xliff

    one, other = _versions(note, language, source)
    original, translation = _note_text(note, one), _note_text(note, other)
    pairs = translated_pairs(original.passages, translation.passages)
    others = {first.key: second for first, second in pairs if first is not None}
    units = [
        ExchangeUnit(p.key, p.kind.value, shown_words(p), target.text if target else "", "translated")
        for p in original.passages
        if p.is_words
        for target in (others.get(p.key),)
    ]
    head = ExchangeUnit(TITLE, PassageKind.HEAD.value, one.title, other.title, "translated")
    return write_xliff([ExchangeFile(note.source_name, one.language, other.language, (head, *units))])


def _versions(note: VerbalNote, language: str, source: str) -> tuple[LanguageVersion, LanguageVersion]:
    versions = {version.language: version for version in note.versions}
    first = source or next((code for code in versions if code != language), "")
    for code in (language, first):
        if code not in versions:
            hint = "Add the language to the note: under `languages`, with a title and a copy of a body."
            raise InputError(f"the note has no section in {code!r}", where=note.source_name, hint=hint)
    return versions[first], versions[language]


def _note_text(note: VerbalNote, version: LanguageVersion) -> TemplateText:
    from notegen.domain.markdown_passages import markdown_passages

    passages = markdown_passages(version.body)
    return TemplateText(version.language, "body.md", note.source_name, version.body, passages)


def import_note(path: Path, house: House, xliff: Path) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Put what a translator gave back into a note file; all or nothing, as `import_templates`."""
    from notegen.checking.translations import Matrix
    from notegen.flows.note import read_note_file
    from notegen.reading.emendation import emended
    from notegen.reading.note_emendation import emended_note
    from notegen.reading.xliff import read_xliff

    note, _ = read_note_file(path, house)
    imported = Imported()
    for file in read_xliff(xliff):
        if file.name != note.source_name:
            raise InputError(
                f"this is about {file.name}", where=str(xliff), hint="Name that note after --note."
            )
        one, other = _versions(note, file.target_language, file.source_language)
        body = replace(file, units=tuple(unit for unit in file.units if unit.key != TITLE))
        title = next((unit.target for unit in file.units if unit.key == TITLE and unit.target), other.title)
        source, translation = _note_text(note, one), _note_text(note, other)
        pairs = translated_pairs(source.passages, translation.passages)
        exchange = Exchange(body, source, Matrix((), (), {}, {}), xliff)
        words, units = wanted_words(exchange, pairs, imported)
        emendation = emended(source, translation, pairs, words)
        tell_emendation(exchange, emendation, units, imported)
        companions = dict(note.companions)
        imported.files.update(emended_note(path, other, title, emendation.text, companions))
    if any(problem.severity is Severity.ERROR for problem in imported.problems):
        return (), tuple(imported.problems)
    return tuple(save(file, content) for file, content in imported.files.items()), tuple(imported.problems)
