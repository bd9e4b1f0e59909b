"""Formes: composed documents made ready to be printed on another machine, whatever templates it has.

A forme is JSON, compressed: it holds words and files, and nothing in it is ever executed.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from notegen.errors import RenderingError
from notegen.rendering.document import AttachedFile, Document, Section

LARGEST = 256 * 1024 * 1024
"""Bytes of a forme before it is compressed; more is neither made nor opened."""


def size_of(document: Document) -> int:
    """About how many bytes a document takes in a forme."""
    attached = sum(len(file.content) for file in document.attachments)
    return attached * 4 // 3 + sum(len(section.html) for section in document.sections)


def pack(documents: Sequence[Document]) -> bytes:
    """A forme of these documents; what they have in common is in it once. RenderingError when too large."""
    files: dict[bytes, int] = {}
    told = [_told(document, files) for document in documents]
    contents = [base64.b64encode(content).decode() for content in files]
    packed = json.dumps({"documents": told, "files": contents}, ensure_ascii=True).encode()
    if len(packed) > LARGEST:
        raise RenderingError(
            "this is too much to be printed by a worker",
            where=documents[0].subject,
            hint="Print it on this machine, without --workers.",
        )
    return zlib.compress(packed, 1)


def unpack(forme: bytes) -> tuple[Document, ...]:
    """The documents of a forme, equal to those that were packed. RenderingError when it is none."""
    opener = zlib.decompressobj()
    try:
        packed = opener.decompress(forme, LARGEST)
        if opener.unconsumed_tail or not opener.eof:
            raise RenderingError("the forme is too large, or not whole")
        told = json.loads(packed)
        files = [base64.b64decode(content, validate=True) for content in told["files"]]
        return tuple(_document(each, files) for each in told["documents"])
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise RenderingError("the forme cannot be read", hint="Give the order again.") from error


def _told(document: Document, files: dict[bytes, int]) -> dict[str, Any]:
    attached = [
        {
            "name": file.name,
            "content": files.setdefault(file.content, len(files)),
            "media_type": file.media_type,
            "relationship": file.relationship,
            "description": file.description,
        }
        for file in document.attachments
    ]
    return {
        "title": document.title,
        "author": document.author,
        "subject": document.subject,
        "created": document.created.isoformat(),
        "modified": document.modified.isoformat(),
        "sections": [asdict(section) for section in document.sections],
        "attachments": attached,
        "draft": document.draft,
        "looks": document.looks,
    }


def _document(told: dict[str, Any], files: Sequence[bytes]) -> Document:
    sections = (Section(**{**each, "hyphenation": tuple(each["hyphenation"])}) for each in told["sections"])
    attached = (AttachedFile(**{**each, "content": files[each["content"]]}) for each in told["attachments"])
    dates = {name: date.fromisoformat(told[name]) for name in ("created", "modified")}
    return Document(**{**told, **dates, "sections": tuple(sections), "attachments": tuple(attached)})
