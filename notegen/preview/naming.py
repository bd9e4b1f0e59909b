"""The files that a note names: its texts, its list of addressees, its roster, though it cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

MATERIAL = frozenset({"yaml", "yml", "md", "txt", "xlsx", "xls", "ods", "csv", "tsv", "svg", "toml"})
"""The endings of files that notes, rosters and settings are kept in."""

_LARGEST = 2**20
_NAMED = re.compile(rf"[^\s'\"{{}}\[\],:]{{1,200}}\.(?:{'|'.join(sorted(MATERIAL))})(?![^\s'\"{{}}\[\],])")


def named_files(note: Path) -> set[Path]:
    """The files below a note's folder whose names stand in its text, there or not yet there."""
    try:
        with note.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return set()
    home = note.parent.resolve()
    named = {(home / match[0]).resolve() for match in _NAMED.finditer(text) if "\0" not in match[0]}
    return {path for path in named if path.is_relative_to(home)}
