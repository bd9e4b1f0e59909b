"""A lock that one process at a time holds for one counter of the register; it is lifted when that dies.

Beside a SQLite file it is a file that the kernel locks. In PostgreSQL it belongs to a connection of its own,
and holds against every machine; a connection can break, so that whoever holds it must not rely on it alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

from notegen.domain.reference import ReferenceRequest
from notegen.errors import RecordsError
from notegen.records.database import Database


def counter_lock(
    database: Database, folder: Path, counter: ReferenceRequest, *, wait: bool = True
) -> AbstractContextManager[bool]:
    """Hold the counter of a unit, file and topic; False (not held) only without `wait`."""
    name = f"{counter.unit}/{counter.file}/{counter.topic}"
    if database.file is None:
        return database.holding(f"counter {name}", wait=wait)
    return _file_lock(folder / f".register-{sha256(name.encode()).hexdigest()[:12]}.lock", wait=wait)


@contextmanager
def _file_lock(path: Path, *, wait: bool) -> Iterator[bool]:
    try:
        descriptor = _locked(path, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    except OSError as error:
        raise RecordsError(
            f"the register cannot be locked: {error.strerror}",
            where=str(path),
            hint="Check that the folder exists and that you may write there.",
        ) from error
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(path: Path, how: int) -> int:
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            os.close(descriptor)
            raise
        # Who held it may have removed the file meanwhile: then this is the lock of a file that is gone.
        try:
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)
