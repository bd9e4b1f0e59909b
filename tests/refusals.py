"""What is said about a file that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from notegen.errors import NoteFileError


def refusal(folder: Path, read: Callable[[], object]) -> str:
    """The whole refusal of a note, a register or a list, its folder left out."""
    with pytest.raises(NoteFileError) as caught:
        read()
    return str(caught.value).replace(f"{folder}/", "")
