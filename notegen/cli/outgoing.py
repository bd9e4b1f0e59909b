"""What a run at the terminal needs besides the mailroom: a composer, and who may get mails."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from notegen import office
from notegen.cli.face import Face, tell
from notegen.errors import InputError, why_unread
from notegen.mailroom import activation_key_file, activation_of
from notegen.rendering.email import EmailComposer
from notegen.settings import read_key


def make_composer(face: Face, *, keep: bool = True, say: Callable[[str], None] = tell) -> EmailComposer:
    """What turns the ledger's rows into mails, as the settings describe the service.

    Without `keep` no key is made: where there is none yet, one that is forgotten serves. `say` hears what an
    operator should know.
    """
    key = key_of(activation_key_file(face.settings), keep=keep)
    activation = activation_of(face.settings, key, say)
    return office.make_composer(face.house, face.settings, activation, face.now, say)


def key_of(path: Path, *, keep: bool) -> bytes:
    """The key in that file; made when missing, or without `keep` one that is forgotten."""
    return read_key(path) if keep or path.exists() else secrets.token_bytes(32)


def read_allow_list(path: Path) -> frozenset[str]:
    """Addresses and domains of a file, one a line, `#` begins a remark; lower case."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        hint = "Name a text file in UTF-8."
        raise InputError(why_unread(error), where=str(path), hint=hint) from error
    found = frozenset(
        entry.casefold().lstrip("@") for line in lines if (entry := line.partition("#")[0].strip())
    )
    if not found:
        raise InputError(
            "the list is empty", where=str(path), hint="Write an address or a domain on each line."
        )
    return found
