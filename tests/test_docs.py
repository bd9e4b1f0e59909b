"""The documentation says what is so: its links lead somewhere, its files, targets and commands exist."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
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


def commands_told(text: str) -> Iterator[list[str]]:
    """What follows `notegen` in code, up to the first word that is no plain word."""
    blocks = re.findall(r"^ *```(?:sh|console|bash)?\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    for code in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
        found = re.match(r"(?:\$ )?(?:\.venv/bin/)?notegen((?: [a-z-]+)*)(?= |$)", code.strip())
        if found:
            yield [word for word in found[1].split() if not word.startswith("-")]


def unknown(words: list[str]) -> str:
    """The first word that is no command where a command must stand."""
    here: Any = typer.main.get_command(commands())
    for word in words:
        if not isinstance(here, TyperGroup):
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
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
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
