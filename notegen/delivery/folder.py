"""Mails into a folder, one .eml file each: for rehearsals, and for machines without a relay."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path

from notegen.delivery.satchel import Satchel
from notegen.delivery.settings import FolderSettings
from notegen.domain.mail import Mail, Outbox
from notegen.domain.receipt import Outcome, Receipt
from notegen.errors import DeliveryError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 120


class FolderDelivery:
    """Writes `<key>.eml`. The same key again replaces the file: nothing is ever there twice."""

    def __init__(self, settings: FolderSettings) -> None:
        self._folder = settings.folder

    async def deliver(self, outbox: Outbox) -> None:
        """Write mails until the outbox says None. DeliveryError when the folder cannot be made or written."""
        satchel = Satchel(outbox)
        try:
            while (mail := await satchel.take()) is not None:
                satchel.begin(mail)
                await asyncio.to_thread(self._write, mail)
                satchel.settle(mail, Receipt(Outcome.ACCEPTED, 0, file_name(mail)))
        except OSError as error:
            raise DeliveryError(
                f"the mail cannot be written: {error.strerror}",
                where=str(self._folder),
                hint="Name a writable folder, and see that the disk is not full.",
            ) from error
        finally:
            satchel.give_back(0, "the folder was left before the mail was written")

    def _write(self, mail: Mail) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(mail.content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._folder / file_name(mail))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(self._folder)


def file_name(mail: Mail) -> str:
    """`<key>.eml`; a key that is no safe file name is shortened and told apart by its digest."""
    safe = _UNSAFE.sub("-", mail.key).lstrip(".-")
    if safe != mail.key or len(safe) > _LONGEST:
        safe = f"{safe[:_LONGEST]}-{sha256(mail.key.encode()).hexdigest()[:12]}".lstrip("-")
    return f"{safe}.eml"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
