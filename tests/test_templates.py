"""The languages as shipped: each has the same files, the same keys, and a sentence for every problem."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from notegen.domain.language import Language

ROOT = Path(__file__).parent.parent
LANGUAGES = ("de", "en", "fr", "nl")


TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "notegen").rglob("*.py"))]


def texts_in(node: ast.AST) -> Iterator[str]:
    """Every literal text of an expression, such as both arms of a conditional."""
    return (
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def wording_functions() -> Mapping[str, int]:
    """The functions that take a problem's code, and at which place of a call."""
    found = {"Problem": 0}
    for function in (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [argument.arg for argument in function.args.args if argument.arg not in {"self", "cls"}]
        if "code" in names:
            found[function.name] = names.index("code")
    return found


def codes() -> set[str]:
    """The problem codes that the program names where it makes a problem or raises a worded error."""
    places = wording_functions()
    found: set[str] = set()
    for call in (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)):
        named = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        made = call.args[places[name] : places[name] + 1] if name in places else []
        found.update(text for argument in (*named, *made) for text in texts_in(argument))
    return {code for code in found if re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", code)}


def slots(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def files(folder: Path) -> set[str]:
    """The files of a language, but for what it was translated from: the source has no such file."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found - {"origins.toml"}


def words(templates: Path, code: str) -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((templates / code / "language.toml").read_text(encoding="utf-8"))


def test_notegen_comes_in_four_languages(languages: Mapping[str, Language]) -> None:
    assert tuple(languages) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_the_same_files(templates_folder: Path, code: str) -> None:
    assert files(templates_folder / code) == files(templates_folder / "en")


@pytest.mark.parametrize("table", ["labels", "letterheads", "places", "addressees", "grammar"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_knows_the_same_places_addressees_and_labels(
    templates_folder: Path, code: str, table: str
) -> None:
    assert list(words(templates_folder, code)[table]) == list(words(templates_folder, "en")[table])


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_sentence_for_every_problem(
    languages: Mapping[str, Language], code: str
) -> None:
    assert codes() - set(languages[code].messages) == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_words_the_same_problems_with_the_same_slots(
    languages: Mapping[str, Language], code: str
) -> None:
    shapes = {
        language: {
            key: slots(message.what) | slots(message.do)
            for key, message in languages[language].messages.items()
        }
        for language in (code, "en")
    }
    assert shapes[code] == shapes["en"]


def test_no_sentence_is_kept_for_a_problem_that_nobody_finds(languages: Mapping[str, Language]) -> None:
    literals = {text for tree in TREES for text in texts_in(tree)}
    assert set(languages["en"].messages) - literals == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_is_left_in_english(languages: Mapping[str, Language], code: str) -> None:
    english = {message.what for message in languages["en"].messages.values()}
    own = {message.what for message in languages[code].messages.values()}
    assert code == "en" or not own & english
