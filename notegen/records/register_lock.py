"""A lock that one process at a time holds for one counter of the register; the kernel lifts it at death."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from notegen.domain.reference import ReferenceRequest
from notegen.errors import RecordsError


@contextmanager
def counter_lock(folder: Path, counter: ReferenceRequest, *, wait: bool = True) -> Iterator[bool]:
    """Hold the counter of a unit, file and topic; False (not held) only without `wait`."""
    name = sha256(f"{counter.unit}/{counter.file}/{counter.topic}".encode()).hexdigest()[:12]
    path = folder / f".register-{name}.lock"
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
