"""The documentation says what is so: its links lead somewhere, its files, targets and commands exist."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typer.main
from hook import GENERATED
from manuals import MANUALS
from typer.core import TyperGroup

from notegen.__main__ import commands

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
FOLDERS = "notegen|templates|tests|docs|examples|bench"


def anchors(text: str) -> set[str]:
    """The anchors that headings get on the code host: lower case, spaces as hyphens, other signs dropped."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@functools.cache
def text_of(page: Path) -> str:
    """What stands on a page, whether it is kept or made when the site is built."""
    name = page.relative_to(ROOT / "docs").as_posix() if (ROOT / "docs") in page.parents else ""
    return GENERATED[name]() if name in GENERATED else page.read_text(encoding="utf-8")


def commands_told(text: str) -> Iterator[list[str]]:
    """The words that follow `notegen` in code, up to the end of that command."""
    blocks = re.findall(r"^ *```(?:sh|console|bash)?\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    begins = r"(?:^|&&|[A-Z_]+=\S+|timeout .*) *(?:\.venv/bin/)?notegen "
    for code in [*lines, *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)]:
        for told in re.findall(rf"{begins}((?:(?!&&|[|;<>#]|2>).)+)", code):
            yield re.sub(r"[“”\"'][^“”\"']*[“”\"']", "TEXT", told).split()


def unknown(words: list[str]) -> str:
    """The first word that is no command where a command must stand, or an option that it does not have."""
    here: Any = typer.main.get_command(commands())
    for at, word in enumerate(words):
        if not isinstance(here, TyperGroup):
            known = {name for each in here.params for name in each.opts} | {"-h", "--help"}
            options = [part.partition("=")[0] for part in words[at:] if re.match(r"--?[a-z]", part)]
            return next((option for option in options if option not in known), "")
        if word.startswith("-") or not word.islower():
            return ""
        if word not in here.commands:
            return word
        here = here.commands[word]
    return ""


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        file = (page.parent / path).resolve() if path else page
        is_made = any(file == ROOT / "docs" / name for name in GENERATED)
        if not (is_made or file.exists()) or (anchor and anchor not in anchors(text_of(file))):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[^`\s]*)`", TEXTS[page])
    patterns = {path: re.sub(r"<[a-z]+>", "*", path).rstrip("/") for path in named}
    own = re.compile(r"templates/it\b|<name>")
    missing = [path for path in named if not own.search(path) and not any(ROOT.glob(patterns[path]))]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", TEXTS[page], re.MULTILINE))
    targets = {"".join(pair) for pair in named}
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_is_named_exists(page: Path) -> None:
    assert [" ".join(words) for words in commands_told(TEXTS[page]) if unknown(words)] == []


@pytest.mark.parametrize("name", [name for name in GENERATED if name.startswith("reference/")])
def test_every_command_of_the_reference_is_as_the_program_has_it(name: str) -> None:
    assert [" ".join(words) for words in commands_told(GENERATED[name]()) if unknown(words)] == []


def test_a_command_or_an_option_that_does_not_exist_is_noticed() -> None:
    told = "```sh\nnotegen note chekc a.yaml\n*/5 * * * * cd x && notegen note check --langauge fr >o\n```"
    assert [unknown(words) for words in commands_told(told)] == ["chekc", "--langauge"]


def test_the_floors_are_drawn_as_they_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    # In parentheses stand rooms that are still to come.
    layers = [re.sub(r" \| \(\w+\)", "", layer) for layer in layers]
    section = TEXTS[ROOT / "docs" / "architecture.md"].partition("## The floors")[2]
    drawn = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert drawn is not None
    assert drawn[1].splitlines() == layers


def test_the_glossary_knows_every_value_of_the_domain() -> None:
    modules = (ROOT / "notegen" / "domain").glob("*.py")
    trees = [ast.parse(module.read_text(encoding="utf-8")) for module in modules]
    classes = {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    told = set(re.findall(r"`([A-Z]\w+)`", TEXTS[ROOT / "docs" / "glossary.md"]))
    assert told == {name for name in classes if not name.startswith("_")}


def test_every_decision_is_in_their_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", TEXTS[folder / "README.md"]))
    assert listed == {page.name for page in folder.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("code", MANUALS)
def test_the_manuals_of_the_examples_say_what_their_source_says(code: str) -> None:
    with pypdfium2.PdfDocument(ROOT / "examples" / f"manual-{code}.pdf") as pdf:
        printed = pdf[0].get_textpage().get_text_bounded()
    source = MANUALS[code].replace("#", "")
    assert "".join(printed.split()) == "".join([*source.split(), "1/1"])
