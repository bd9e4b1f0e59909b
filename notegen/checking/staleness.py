"""Whether a translation still says what its source says: the source then, the source now, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from notegen.checking.word_diff import Stretch, word_diff
from notegen.domain.alignment import Pair, changed_pairs
from notegen.domain.passage import Origin, Passage


@dataclass(frozen=True, slots=True)
class Revision:
    """A passage whose source has changed since it was translated.

    `before` is the source as it was then (empty: it was not there), `source` as it is now, `translation` what
    stands in the other language; `line` is the translation's.
    """

    key: str
    line: int
    before: str
    source: str
    translation: str
    stretches: tuple[Stretch, ...]


def revisions(pairs: Sequence[Pair], origin: Origin) -> Iterator[Revision]:
    """The translated passages whose source is not what it was; `pairs` are source and translation now."""
    then = _then(pairs, origin)
    for source, translation in pairs:
        if source is None or translation is None or not source.is_words:
            continue
        before = then.get(source.key, "")
        if before.split() != source.text.split():
            stretches = word_diff(before, source.text)
            yield Revision(source.key, translation.line, before, source.text, translation.text, stretches)


def _then(pairs: Sequence[Pair], origin: Origin) -> Mapping[str, str]:
    """What the passages that the source has now said when they were translated, by key."""
    now = [source for source, _ in pairs if source is not None and source.is_words]
    known = changed_pairs(origin.passages, now)
    return {after.key: before.text for before, after in known if before is not None and after is not None}


def reviewed_origin(source: Sequence[Passage], language: str, keys: AbstractSet[str] | None = None) -> Origin:
    """The origin once the translations of the passages with these keys (all unless told) were found right."""
    told = {passage.key: passage.text for passage in source if keys is None or passage.key in keys}
    return recorded_origin(source, None, language, told)


def recorded_origin(
    source: Sequence[Passage], before: Origin | None, language: str, told: Mapping[str, str]
) -> Origin:
    """The origin with what `told` says by key; of the other passages, what was known `before`."""
    words = [passage for passage in source if passage.is_words]
    known = before.passages if before is not None and before.source == language else ()
    then = {after.key: then.text for then, after in changed_pairs(known, words) if then and after}
    then.update(told)
    return Origin(language, tuple(replace(p, text=then[p.key]) for p in words if p.key in then))
