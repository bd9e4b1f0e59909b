"""The words of the desk itself, in the language of whoever sits at it (desk.toml of each language)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from notegen.errors import TemplateError

FILE = "desk.toml"


@dataclass(frozen=True, slots=True)
class DeskWords:
    """A language of the desk: its code, its name in itself, and its sentences by key."""

    code: str
    name: str
    tag: str
    sentences: Mapping[str, str]

    def say(self, key: str, **slots: object) -> str:
        """A sentence with its slots filled; TemplateError names the key where there is none."""
        try:
            return self.sentences[key].format_map(slots)
        except (KeyError, ValueError, IndexError) as error:
            where = f"{self.code}/{FILE}"
            hint = "Compare with the same file of another language."
            raise TemplateError(f"{key}: {error}", where=where, hint=hint) from error


def read_words(folders: Sequence[Path]) -> dict[str, DeskWords]:
    """The languages that the desk speaks, by code; a folder searched later gives what earlier ones lack.

    Raises TemplateError for a file that cannot be read.
    """
    words: dict[str, DeskWords] = {}
    for folder in reversed(folders):
        for path in sorted(folder.glob(f"*/{FILE}")):
            code = path.parent.name
            known = words[code].sentences if code in words else {}
            sentences = {**known, **_load(path)}
            words[code] = DeskWords(code, sentences["language"], sentences["tag"], sentences)
    return dict(sorted(words.items()))


def _load(path: Path) -> dict[str, str]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(str(error), where=str(path), hint="Mend the file.") from error
    wrong = [key for key, value in entries.items() if not isinstance(value, str)]
    if wrong or not {"language", "tag"} <= entries.keys():
        what = f"{wrong[0]} is not a text" if wrong else "language or tag is missing"
        hint = "Compare with the same file of another language."
        raise TemplateError(what, where=str(path), hint=hint)
    return entries


def preferred(accepted: str, known: Sequence[str], own: str = "en") -> str:
    """The best known language for an Accept-Language header (RFC 9110, 12.5.4).

    >>> preferred("it, nl-BE;q=0.8, fr;q=0.9", ["de", "en", "fr", "nl"])
    'fr'
    """
    wanted = sorted(_ranges(accepted), key=lambda each: -each[1])
    for code, quality in wanted:
        if code in known and quality > 0:
            return code
    return own if own in known else known[0]


def _ranges(accepted: str) -> list[tuple[str, float]]:
    found = []
    for part in accepted[:512].split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            quality = 0.0
        found.append((tag.strip().lower().partition("-")[0], quality))
    return found


Say = Callable[..., str]
"""`DeskWords.say` of one language."""
