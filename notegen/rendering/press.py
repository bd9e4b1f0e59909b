"""Many documents to PDF, in order, by several processes where wanted."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from notegen.errors import RenderingError
from notegen.rendering.document import Document

if TYPE_CHECKING:
    # WeasyPrint is loaded by the process that prints.
    from notegen.rendering.pdf import PdfWriter

Printer = Callable[[Iterable[Document]], Iterator[bytes]]
"""Gives the PDF of each document, in their order."""

_AHEAD = 4
_MOST = 1000


def write_all(documents: Iterable[Document], jobs: int = 1) -> Iterator[bytes]:
    """The PDF of each document, in their order; `jobs` processes, each with fonts and looks of its own.

    Documents are taken a few ahead of what is asked for, so that memory stays flat however many there are.
    Raises RenderingError of the first document that cannot be written.
    """
    if jobs <= 1:
        from notegen.rendering.pdf import PdfWriter

        writer = PdfWriter()
        yield from (_written(writer, document) for document in documents)
        return
    with _pool(jobs) as pool:
        yield from _in_order(pool, iter(documents), jobs * _AHEAD)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Press:
    """Printing processes for whoever has now and then something to print; several threads may begin at once.

    They are started when first needed, anew when one of them died, and after a thousand documents.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._begun = 0

    def begin(self, document: Document) -> Future[bytes]:
        """The PDF of a document, in time. RenderingError when it cannot be written; BrokenProcessPool."""
        with self._lock:
            if self._begun >= _MOST:
                self._retire()
            if self._pool is not None:
                try:
                    self._begun += 1
                    return self._pool.submit(_write, document)
                except BrokenProcessPool:
                    self._retire()
            self._pool, self._begun = _pool(self._processes), 1
            return self._pool.submit(_write, document)

    def close(self) -> None:
        """End the processes when they have printed what is begun."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None

    def _retire(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False)
        self._pool, self._begun = None, 0


def _pool(processes: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["notegen.rendering.pdf"])
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_attend)


def _attend() -> None:
    """Leave Ctrl-C to the process that asked for the prints, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _in_order(pool: ProcessPoolExecutor, documents: Iterator[Document], ahead: int) -> Iterator[bytes]:
    waiting: deque[Future[bytes]] = deque(
        pool.submit(_write, document) for document in islice(documents, ahead)
    )
    try:
        while waiting:
            written = waiting.popleft().result()
            waiting.extend(pool.submit(_write, document) for document in islice(documents, 1))
            yield written
    except BrokenProcessPool as error:
        hint = "Try again with --jobs 1, which names the document."
        raise RenderingError("a printing process died", hint=hint) from error
    finally:
        for future in waiting:
            future.cancel()


def _write(document: Document) -> bytes:
    return _written(_writer(), document)


def _written(writer: PdfWriter, document: Document) -> bytes:
    """A PDF made without the garbage collector: nearly all of its objects stay alive until it is done."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return writer.write(document)
    finally:
        if was_enabled:
            # At once: where nothing else is made between two documents, it would not begin by itself.
            gc.collect(0)
            gc.enable()


@cache
def _writer() -> PdfWriter:
    from notegen.rendering.pdf import PdfWriter

    return PdfWriter()
