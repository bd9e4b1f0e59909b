"""An announcement: one mail to every mission of a list, with attachments that exist in some languages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notegen.domain.attachment import Attachment


@dataclass(frozen=True, slots=True)
class TranslatedFile:
    """One document in one file a language; `titles` name it in every language of the announcement."""

    titles: Mapping[str, str]
    files: Mapping[str, Attachment]

    def nearest(self, language: str, others: Sequence[str]) -> str:
        """The language in which it goes out: the mail's own, else the first of `others`, else its first.

        `others` are the reader's further languages in their order, then those of the announcement.
        """
        return next((code for code in (language, *others) if code in self.files), next(iter(self.files)))


@dataclass(frozen=True, slots=True)
class Announcement:
    """Subject and body (Markdown) by language, in the order of the author, and what goes along."""

    source_name: str
    subjects: Mapping[str, str]
    bodies: Mapping[str, str]
    files: tuple[TranslatedFile, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is written in, in the author's order."""
        return tuple(self.subjects)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over everything that a mission is sent."""
        parts = [
            part.encode() for text in (self.subjects, self.bodies) for pair in text.items() for part in pair
        ]
        for each in self.files:
            parts += [part.encode() for pair in each.titles.items() for part in pair]
            for code, file in each.files.items():
                parts += [code.encode(), file.name.encode(), file.data]
        digest = hashlib.sha256(b"announcement")
        for part in parts:
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()
