"""The pypdfium2 door: the pages of a PDF as pictures (PNG, by way of pillow)."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2

_SCALE = 1.75
"""Pixels a point: an A4 page is some 1040 pixels wide."""

_LOCK = threading.Lock()
"""PDFium may be used by one thread at a time."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its number in the file (from 1), the section it belongs to (from 0), its number there."""

    number: int
    section: int
    page: int
    pages: int


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """The pages of a note; its sections begin where the entries of its outline lead."""
    with _opened(content) as pdf:
        total = len(pdf)
        tops = [mark.get_dest() for mark in pdf.get_toc() if mark.level == 0]
        found = {top.get_index() for top in tops if top is not None}
    starts = sorted({0, *(start for start in found if start is not None)})
    ends = [*starts[1:], total]
    return tuple(
        Sheet(number + 1, section, number - start + 1, end - start)
        for section, (start, end) in enumerate(zip(starts, ends, strict=True))
        for number in range(start, end)
    )


def picture(content: bytes, number: int) -> bytes:
    """That page (from 1) as PNG. Raises IndexError when there is none."""
    with _opened(content) as pdf:
        if not 1 <= number <= len(pdf):
            raise IndexError(number)
        image = pdf[number - 1].render(scale=_SCALE).to_pil()
        file = io.BytesIO()
        image.convert("P", palette=1, colors=64).save(file, format="PNG", optimize=False)
        return file.getvalue()


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    with _LOCK:
        pdf = pypdfium2.PdfDocument(content)
        try:
            yield pdf
        finally:
            pdf.close()
