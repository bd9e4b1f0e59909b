"""The reference of findings: every problem code, with what was found and what to do, in English."""

from __future__ import annotations

import tomllib
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "templates" / "en" / "messages"
_INTRODUCTION = """# Findings

Made from the program itself. A finding has a code, which `--json` and logs show, and two sentences: what
was found, and what to do. The sentences exist in every language and are shown in the reader's
(`--language`, `language` in the settings, `LANG`); below they stand in English, with words in braces for
what is put in. An error stops the note or the row that it is about; a warning is told, and work goes on.
"""
_TITLES = {
    "note": "In notes and leaflets",
    "acceptance": "In findings that were accepted",
    "roster": "In rosters",
    "status": "In status notifications",
    "translation": "In templates and translations",
    "exchange": "When translations are put back",
}


def findings() -> dict[str, dict[str, tuple[str, str]]]:
    """What was found and what to do, by code, by file. Words of forms and mails are left out."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        messages = tomllib.loads(file.read_text(encoding="utf-8"))
        own = {
            code: (said["what"], said["do"])
            for code, said in messages.items()
            if said["what"].endswith((".", "?", "!")) and not code.startswith("announcement-")
        }
        if own:
            found[file.stem] = own
    return found


def findings_page() -> str:
    """The page: a heading a file of messages, a row a code."""
    found = findings()
    parts = [_INTRODUCTION]
    for name in [*(n for n in _TITLES if n in found), *(n for n in found if n not in _TITLES)]:
        rows = [f"| `{code}` | {_cell(what)} | {_cell(do)} |" for code, (what, do) in found[name].items()]
        title = _TITLES.get(name, f"In {name}")
        parts.append(
            "\n".join([f"## {title}\n", "| code | what was found | what to do |", "|---|---|---|", *rows, ""])
        )
    return "\n".join(parts)


def _cell(text: str) -> str:
    return (
        text.replace("|", "\\|")
        .replace("\n", " ")
        .replace("<", "&lt;")
        .replace("*", "\\*")
        .replace("[", "\\[")
    )
