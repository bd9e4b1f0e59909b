"""Files, read whole, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from notegen.errors import InputError, NoteFileError


def read_pdf(path: Path) -> bytes:
    """The bytes of a note's PDF; NoteFileError when the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoteFileError(error.strerror or str(error), where=str(path), hint="Name a PDF file.") from error


def save(path: Path, content: bytes, *, issued: bool = False) -> Path:
    """Write a file whole or not at all; an issued note (a read-only file) is never written over.

    `issued` makes it such a file.

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
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if issued:
            partial.chmod(0o444)
        partial.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise InputError(
            error.strerror or str(error), where=str(path), hint="Choose a folder that can be written."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return path


def _sync(folder: Path) -> None:
    """Make the new name safe from a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
