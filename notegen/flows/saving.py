"""Files, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from notegen.errors import InputError


def save(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; an issued note (a read-only file) is never written over.

    Raises InputError that says what stands in the way.
    """
    if path.exists() and not path.stat().st_mode & 0o222:
        if path.read_bytes() == content:
            return path
        raise InputError(
            "this note was issued; it is never overwritten", where=str(path), hint="Choose another -o folder."
        )
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise InputError(
            error.strerror or str(error), where=str(path), hint="Choose a folder that can be written."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path
