"""The chain of the register: each entry carries a hash over itself and the entry before it.

Whoever changes, removes or inserts an entry afterwards breaks every later link. The last link, written down
elsewhere from time to time (`notegen register export`), also shows when the end was cut off or all rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from notegen.domain.reference import ReferenceNumber
from notegen.records.moment import to_stored


class Deed(StrEnum):
    """What an entry records: a note's first issue, or its issue again with an update."""

    ISSUED = "issued"
    REISSUED = "reissued"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register. `note` and `document` are SHA-256 digests (hex) of source and PDF.

    `entry` counts from 1; `updated` is the note's date of update (dd.mm.yyyy) or empty; `chain` the link.
    """

    entry: int
    deed: Deed
    reference: ReferenceNumber
    note: str
    document: str
    path: str
    updated: str
    entered: datetime
    chain: str


def link(before: str, entry: RegisterEntry) -> str:
    """The link of an entry (its own `chain` is not read) after the one before; the first one follows ""."""
    written = [
        before,
        entry.entry,
        entry.deed.value,
        str(entry.reference),
        entry.note,
        entry.document,
        entry.path,
        entry.updated,
        to_stored(entry.entered),
    ]
    return sha256(json.dumps(written, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def broken_links(entries: Sequence[RegisterEntry]) -> list[str]:
    """What does not hold in a register read from its beginning; empty when all of it does."""
    found: list[str] = []
    before = ""
    for place, entry in enumerate(entries, start=1):
        if entry.entry != place:
            found.append(f"entry {place} is missing: entry {entry.entry} stands in its place")
            break
        if entry.chain != link(before, entry):
            found.append(f"entry {entry.entry} ({entry.reference}) was changed after it was entered")
        before = entry.chain
    return found
