"""Templates to translations and back: what is checked, marked as reviewed, and exchanged with translators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from notegen.domain.alignment import translated_pairs
from notegen.domain.notification import OWN_WORDS
from notegen.domain.outline import DOCUMENT_WORDS
from notegen.domain.passage import Origin, TemplateText
from notegen.domain.problem import Place, Problem
from notegen.errors import InputError, TemplateError
from notegen.flows.saving import save

if TYPE_CHECKING:
    from notegen.checking.translations import Matrix, Vocabulary
    from notegen.rendering.template import Templates


def check_template_folders(folders: Sequence[Path]) -> Matrix:
    """The matrix of every text and every language of the folders; nothing in them can make this fail."""
    from notegen.checking.translations import check_templates
    from notegen.reading.origins import read_origins
    from notegen.reading.template_text import read_template_texts
    from notegen.rendering.template import Templates

    templates = Templates(folders)
    vocabularies: dict[str, Vocabulary] = {}
    texts = [
        _judged(text, templates, vocabularies) if text.name.endswith((".md", ".html")) else text
        for text in read_template_texts(folders)
    ]
    origins = {code: read_origins(folders, code) for code in {text.language for text in texts}}
    return check_templates(texts, origins, vocabularies)


def _judged(text: TemplateText, templates: Templates, vocabularies: dict[str, Vocabulary]) -> TemplateText:
    """The text with the words that it asks for, or with the reason why Jinja or the mail cannot use it."""
    vocabularies.setdefault(text.name, _vocabulary(text.name))
    if text.faults:
        return text
    template = f"{text.language}/{text.name}"
    try:
        words = templates.words(template)
    except TemplateError as error:
        return replace(text, faults=(_fault(text, error),))
    judged = replace(text, words=words)
    known = vocabularies[text.name].known
    if text.name.startswith("notifications/") and all(word in known for word, _ in words):
        return _read_as_mail(judged, templates)
    return judged


def _read_as_mail(text: TemplateText, templates: Templates) -> TemplateText:
    from notegen.rendering.email import PERSONAL
    from notegen.rendering.mail_form import CONSTANTS
    from notegen.rendering.mail_source import read_source

    kind = PurePosixPath(text.name).stem
    personal = (*PERSONAL, *OWN_WORDS.get(kind, ()))
    try:
        read_source(templates, kind, text.language, CONSTANTS, personal)
    except TemplateError as error:
        return replace(text, faults=(_fault(text, error),))
    return text


def _vocabulary(name: str) -> Vocabulary:
    from notegen.checking.translations import Vocabulary
    from notegen.rendering.email import PERSONAL
    from notegen.rendering.mail_form import CONSTANTS

    if name.startswith("documents/"):
        return Vocabulary(frozenset(DOCUMENT_WORDS))
    if not name.startswith("notifications/"):
        return Vocabulary()
    own = OWN_WORDS.get(PurePosixPath(name).stem, ())
    return Vocabulary(frozenset((*PERSONAL, *CONSTANTS, *own)), frozenset(own))


def _fault(text: TemplateText, error: TemplateError) -> Problem:
    """A template's error as a finding; an error about another file stands where the text names that file."""
    line, named = error.where.rpartition(":")[2], text.text.find(PurePosixPath(error.where).name)
    number = int(line) if line.isdigit() else text.text.count("\n", 0, named) + 1 if named > 0 else None
    place = Place(text.path, number)
    what = f"{error.what.rstrip('.')}. {error.hint}".strip().rstrip(".")
    return Problem("translation-broken", place, what, language=text.language)


def mark_reviewed(
    folders: Sequence[Path], language: str, kinds: Sequence[str] = (), source: str = ""
) -> Iterator[Path]:
    """Record that a language's texts (all, or those named) say what their source says now.

    A kind is named by its file, with or without folder and ending. `source` is the language they are
    translated from; unless told, the one recorded, else English. Gives the origins files that were written.
    """
    from notegen.checking.staleness import reviewed_origin

    matrix = check_template_folders(folders)
    for code, where in ((language, ""), (source or language, "--from")):
        if code not in matrix.languages:
            hint = f"Choose one of: {', '.join(matrix.languages)}."
            raise InputError(f"no such language: {code!r}", where=where, hint=hint)
    reviewed: dict[Path, dict[str, Origin]] = {}
    for name in _named(matrix, kinds):
        text = matrix.texts.get((name, language))
        original = matrix.texts.get((name, source or matrix.cells[name, language].source))
        if text is None or original is None or original.language == language:
            continue
        pairs = translated_pairs(original.passages, text.passages)
        there = frozenset(one.key for one, other in pairs if one is not None and other is not None)
        home = Path(text.path.removesuffix(name))
        reviewed.setdefault(home, {})[name] = reviewed_origin(original.passages, original.language, there)
    for home, origins in reviewed.items():
        yield write_origins(home, origins)


def _named(matrix: Matrix, kinds: Sequence[str]) -> Iterator[str]:
    """The names of the texts that are meant; all of them when no kind is named."""
    for kind in kinds or matrix.names:
        named = [
            name for name in matrix.names if kind in (name, name.rpartition(".")[0], PurePosixPath(name).stem)
        ]
        if not named:
            raise InputError(f"no such text: {kind!r}", hint="`notegen templates list` names them.")
        yield from named


def write_origins(home: Path, origins: Mapping[str, Origin]) -> Path:
    """Set the origins of some files in a language's folder; those of the others stay."""
    from notegen.reading.origins import ORIGINS, origins_file, read_origins

    known = read_origins([home.parent], home.name)
    if known.faults:
        hint = "Restore the file, or delete it and review the language."
        raise InputError(known.faults[0].found, where=known.path, hint=hint)
    return save(home / ORIGINS, origins_file({**known.files, **origins}, home.name).encode())
