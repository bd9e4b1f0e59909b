"""The pyphen door: where words may be divided that the patterns of a language get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyphen

_BREAK, _HOLD = 9, 8
_taught: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {}


def teach(tag: str, words: Sequence[str]) -> None:
    """From now on divide these words, alone or in a compound, as their hyphens say (`zu-sam-men-ar-beit`).

    `tag` is BCP 47; a language without patterns is left alone. What was taught before for it is unlearnt, so
    that a page does not depend on what was printed earlier in the process.
    """
    language = pyphen.language_fallback(tag)
    if language is None or _taught.get(language, ((), {}))[0] == tuple(words):
        return
    dictionary = pyphen.Pyphen(lang=language).hd
    _, replaced = _taught.get(language, ((), {}))
    for letters, pattern in replaced.items():
        if pattern is None:
            del dictionary.patterns[letters]
        else:
            dictionary.patterns[letters] = pattern
    own = dict(_pattern(word) for word in words)
    _taught[language] = tuple(words), {letters: dictionary.patterns.get(letters) for letters in own}
    dictionary.patterns.update(own)
    dictionary.maxlen = max(dictionary.maxlen, *map(len, own), 0)
    dictionary.cache.clear()


def _pattern(word: str) -> tuple[str, tuple[int, tuple[int, ...]]]:
    """A pattern after Liang: odd where the word may be divided, even and high where it may not."""
    parts = word.lower().split("-")
    letters = "".join(parts)
    breaks = {sum(map(len, parts[: count + 1])) for count in range(len(parts) - 1)}
    return letters, (1, tuple(_BREAK if place in breaks else _HOLD for place in range(1, len(letters))))
