"""A small mail server on this machine alone, for the demo and for rehearsals: what it gets becomes files."""

from __future__ import annotations

import asyncio
import re
import threading
import unicodedata
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from notegen.errors import DeliveryError

_UNSAFE = re.compile(r"[^a-z0-9]+")
_START_SECONDS = 10.0


class LoopbackServer:
    """Listens on 127.0.0.1 (port 0: any free one) between `start` and `stop`; also a context manager.

    Each mail becomes `<number>-<recipient>-<subject>.eml` in the folder, numbered from 1 as they come in.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.saved: list[Path] = []
        self._numbers = count(1)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="loopback-mail-server", daemon=True)

    def start(self) -> None:
        """Listen; returns when `port` is open. DeliveryError when it is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._ready.wait(_START_SECONDS)
        if self._failure is not None or self._stop is None:
            reason = self._failure.strerror if self._failure else "it does not start"
            hint = "Choose another port; 0 takes any that is free."
            raise DeliveryError(f"cannot listen: {reason}.", where=f"127.0.0.1:{self.port}", hint=hint)

    def stop(self) -> None:
        """Listen no longer; everything that was accepted is in the folder."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Named and called by aiosmtpd: keep one mail."""
        del server, session
        content = bytes(envelope.original_content or b"")
        name = _file_name(next(self._numbers), envelope.rcpt_tos[0], content)
        path = self.folder / name
        await asyncio.to_thread(path.write_bytes, content)
        self.saved.append(path)
        return f"250 2.0.0 kept as {name}"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(self._session, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        server.close()

    def _session(self) -> SMTP:
        return SMTP(self, hostname="localhost", enable_SMTPUTF8=True, ident="notegen", loop=self._loop)


def _file_name(number: int, recipient: str, content: bytes) -> str:
    headers = message_from_bytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=policy.default)
    parts = (f"{number:04d}", _slug(recipient, 60), _slug(str(headers.get("Subject", "")), 60))
    return "-".join(part for part in parts if part) + ".eml"


def _slug(text: str, longest: int) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _UNSAFE.sub("-", plain).strip("-")[:longest].strip("-")
