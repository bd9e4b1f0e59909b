"""Many documents to PDF, in order, by several processes where wanted."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice

from notegen.errors import RenderingError
from notegen.rendering.document import Document
from notegen.rendering.pdf import PdfWriter

_AHEAD = 4


def write_all(documents: Iterable[Document], jobs: int = 1) -> Iterator[bytes]:
    """The PDF of each document, in their order; `jobs` processes, each with fonts and looks of its own.

    Documents are taken a few ahead of what is asked for, so that memory stays flat however many there are.
    Raises RenderingError of the first document that cannot be written.
    """
    if jobs <= 1:
        writer = PdfWriter()
        yield from (_written(writer, document) for document in documents)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from _in_order(pool, iter(documents), jobs * _AHEAD)


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
            gc.enable()


@cache
def _writer() -> PdfWriter:
    return PdfWriter()
