"""A folder under templates/, read as a Language: language.toml and the sentences of messages/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from notegen.domain.addressee import AddresseeForms
from notegen.domain.language import Language, Letterhead, Message
from notegen.domain.roster import FIELDS
from notegen.errors import TemplateError

Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Letterhead(_Strict):
    lines: tuple[str, ...]
    bold_from: int
    name: str
    closing_name: str
    forms: dict[str, str] = {}


class _Addressee(_Strict):
    name: str
    opening: str
    block: str
    closing: str
    of: str = ""


class _Roster(_Strict):
    code: str
    names: tuple[str, ...]
    headers: dict[str, str]
    optional_headers: dict[str, str] = {}


class _Elision(_Strict):
    aspirated_h: tuple[str, ...]


class _Hyphenation(_Strict):
    words: tuple[str, ...]


class _Declension(_Strict):
    inflected: str


class _Message(_Strict):
    what: str
    do: str


class _LanguageFile(_Strict):
    code: str
    locale: str
    tag: str = ""
    name: str
    direction: str = "ltr"
    pointer: str
    labels: dict[str, str]
    letterheads: dict[str, _Letterhead]
    places: dict[str, str]
    addressees: dict[str, _Addressee]
    grammar: dict[str, dict[str, str]]
    elision: _Elision = _Elision(aspirated_h=())
    in_language: dict[str, str] = {}
    hyphenation: _Hyphenation = _Hyphenation(words=())
    declension: _Declension = _Declension(inflected="")
    roster: _Roster


def language_codes(folders: Sequence[Path]) -> tuple[str, ...]:
    """The codes of all languages that the folders hold, in alphabetical order."""
    return tuple(sorted({path.parent.name for folder in folders for path in folder.glob("*/language.toml")}))


def read_languages(folders: Sequence[Path]) -> dict[str, Language]:
    """Every language of the folders, by code; for each file the first folder that has it counts.

    Raises TemplateError that names the file and the entry when one cannot be used.
    """
    languages = {code: _read_language(code, folders) for code in language_codes(folders)}
    if not languages:
        raise TemplateError(
            "no language was found here",
            where=", ".join(str(folder) for folder in folders),
            hint="Point --templates at a folder that holds one folder a language, each with a language.toml.",
        )
    return languages


def _read_language(code: str, folders: Sequence[Path]) -> Language:
    path = next(p for folder in folders if (p := folder / code / "language.toml").is_file())
    words = _checked(_LanguageFile, _load(path), path)
    if words.code != code:
        what = f"code is {words.code!r}, the folder is {code!r}"
        raise TemplateError(what, where=str(path), hint="Make them the same.")
    missing = [field for field in FIELDS if field not in words.roster.headers]
    if missing:
        what = f"[roster.headers] lacks {', '.join(missing)}"
        raise TemplateError(what, where=str(path), hint="Add the headers.")
    return Language(
        code=code,
        locale=words.locale,
        name=words.name,
        direction=words.direction,
        pointer=words.pointer,
        labels=words.labels,
        letterheads={key: Letterhead(**dict(value)) for key, value in words.letterheads.items()},
        places=words.places,
        addressees={key: AddresseeForms(**dict(value)) for key, value in words.addressees.items()},
        grammar=words.grammar,
        roster_code=words.roster.code,
        roster_names=words.roster.names,
        headers=tuple(words.roster.headers[field] for field in FIELDS),
        messages=_read_messages(code, folders),
        aspirated_h=words.elision.aspirated_h,
        optional_headers=words.roster.optional_headers,
        tag=words.tag or words.locale.replace("_", "-"),
        in_language=words.in_language,
        hyphenation=words.hyphenation.words,
        inflected=words.declension.inflected,
    )


def _read_messages(code: str, folders: Sequence[Path]) -> Mapping[str, Message]:
    messages: dict[str, Message] = {}
    for folder in reversed(folders):
        for path in sorted((folder / code / "messages").glob("*.toml")):
            for key, entry in _load(path).items():
                messages[key] = Message(**dict(_checked(_Message, entry, path, key)))
    return messages


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(str(error), where=str(path), hint="Mend the file.") from error


def _checked(model: type[Model], data: object, path: Path, key: str = "") -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(str(part) for part in ((key, *first["loc"]) if key else first["loc"]))
        hint = "Compare with the same file of another language."
        raise TemplateError(f"{entry}: {first['msg']}", where=str(path), hint=hint) from error
