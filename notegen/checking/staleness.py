"""Whether a translation still says what its source says: the source then, the source now, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def reviewed_origin(
    source: Sequence[Passage], origin: Origin | None, language: str, keys: frozenset[str] | None = None
) -> Origin:
    """The origin once the passages with these keys (all unless told) were found to be right."""
    words = [passage for passage in source if passage.is_words]
    if origin is None or origin.source != language:
        origin = Origin(language)
    then = {after.key: before for before, after in changed_pairs(origin.passages, words) if before and after}
    kept = []
    for passage in words:
        if keys is None or passage.key in keys:
            kept.append(passage)
        elif passage.key in then:
            kept.append(replace(passage, text=then[passage.key].text))
    return Origin(language, tuple(kept))
