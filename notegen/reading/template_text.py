"""The files of the languages as passages, for those who translate them and for those who check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from notegen.domain.markdown_passages import markdown_passages
from notegen.domain.passage import Passage, TemplateText
from notegen.domain.problem import Place, Problem
from notegen.reading.comment_passages import comment_passages
from notegen.reading.html_passages import html_passages
from notegen.reading.origins import ORIGINS
from notegen.reading.toml_passages import toml_passages

LARGEST = 2**20
"""How many bytes a file may have."""
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SUFFIXES = frozenset({".md", ".html", ".toml", ".yaml"})
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|at end of document")


def read_template_texts(folders: Sequence[Path]) -> tuple[TemplateText, ...]:
    """Every file of every language, in alphabetical order; for each the first folder that has it counts.

    A language is any folder that is named like one. A file that cannot be read is there with its faults.
    """
    found: dict[tuple[str, str], Path] = {}
    for folder in reversed(folders):
        for language in folder.iterdir():
            if language.is_dir() and _CODE.fullmatch(language.name):
                for path in language.rglob("*"):
                    name = path.relative_to(language).as_posix()
                    if path.suffix in _SUFFIXES and name != ORIGINS and path.is_file():
                        found[language.name, name] = path
    return tuple(read_template_text(path, *key) for key, path in sorted(found.items()))


def read_template_text(path: Path, language: str, name: str) -> TemplateText:
    """One file of a language; `name` is its path in the folder of the language."""
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
        text = source.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return TemplateText(language, name, str(path), "", faults=(_fault(path, str(error)),))
    if len(source) > LARGEST:
        what = f"The file has more than {LARGEST // 1024} KiB."
        return TemplateText(language, name, str(path), "", faults=(_fault(path, what),))
    try:
        return TemplateText(language, name, str(path), text, passages(text, name))
    except ValueError as error:
        return TemplateText(language, name, str(path), text, faults=(_fault(path, str(error), text),))


def passages(text: str, name: str) -> tuple[Passage, ...]:
    """The passages of a file's text; ValueError when it cannot be cut."""
    path = PurePosixPath(name)
    if path.suffix == ".toml":
        return toml_passages(text, is_language=name == "language.toml")
    if path.suffix == ".html":
        return html_passages(text)
    if path.suffix == ".yaml":
        return comment_passages(text)
    return markdown_passages(text, has_head=path.parts[0] == "notifications")


def _fault(path: Path, what: str, text: str = "") -> Problem:
    match = _AT_LINE.search(what)
    line = int(match[1]) if match and match[1] else text.count("\n") + 1 if match else None
    return Problem("translation-broken", Place(str(path), line), _AT_LINE.sub("", what).strip(" ."))
