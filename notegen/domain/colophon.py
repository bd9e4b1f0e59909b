"""With what pages are printed: whatever could make other bytes from the same documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Colophon:
    """Which press this is: the versions of what prints, by name. Two that are equal print the same bytes."""

    versions: Mapping[str, str]

    @property
    def text(self) -> str:
        """One line a name, in the order of the names."""
        return "\n".join(f"{name} {version}" for name, version in sorted(self.versions.items()))

    @property
    def digest(self) -> str:
        """A short name for all of it."""
        return sha256(self.text.encode()).hexdigest()[:16]

    def difference(self, other: str) -> str:
        """What the text of another colophon says otherwise: `Pango 15012 here, 15201 there`; or nothing."""
        there = dict(line.rpartition(" ")[::2] for line in other.splitlines())
        named = sorted({*self.versions, *there})
        unlike = [name for name in named if self.versions.get(name) != there.get(name)]
        return "; ".join(
            f"{name} {self.versions.get(name, 'missing')} here, {there.get(name, 'missing')} there"
            for name in unlike
        )
