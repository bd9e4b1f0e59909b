"""A text with some of its passages put in another wording, or added where they were missing; all else stays.

Every byte outside the passages that change is kept, so that what nobody touched shows no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notegen.domain.alignment import Pair
from notegen.domain.passage import Passage, PassageKind, TemplateText
from notegen.reading.template_text import passages
from notegen.reading.toml_passages import toml_string

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Emendation:
    """A file's new text; `left` are the keys that found no place, `broken` those that break the file."""

    text: str
    left: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def shown_words(passage: Passage) -> str:
    """What a translator sees of a passage: a comment without the marks of its lines."""
    if passage.kind is PassageKind.COMMENT:
        return re.sub(r"\n# ?", "\n", passage.text)
    return passage.text


def emended(
    source: TemplateText, translation: TemplateText, pairs: tuple[Pair, ...], words: Mapping[str, str]
) -> Emendation:
    """The translation with these words (as shown to translators), by the source's keys."""
    cuts: list[tuple[int, int, str]] = []
    added: dict[str, str] = {}
    for one, other in pairs:
        if one is None or one.key not in words or (other and shown_words(other) == words[one.key]):
            continue
        if other is None:
            added[one.key] = words[one.key]
        else:
            cuts.append((other.start, other.end, _written(other, words[one.key], translation.name)))
    placed = tuple(_additions(source, translation, pairs, added))
    cuts += [(at, at, text) for _, at, text in placed]
    text = _spliced(translation.text, cuts)
    left = tuple(key for key in added if key not in {key for key, _, _ in placed})
    wanted = {key: text for key, text in words.items() if key not in left}
    return Emendation(text, left, tuple(_broken(text, translation, pairs, wanted, len(placed))))


def emended_copy(source: TemplateText, words: Mapping[str, str]) -> Emendation:
    """A translation that does not exist yet: the source with these words."""
    cuts = [
        (passage.start, passage.end, _written(passage, words[passage.key], source.name))
        for passage in source.passages
        if passage.key in words
    ]
    text = _spliced(source.text, cuts)
    pairs = tuple((passage, passage) for passage in source.passages)
    return Emendation(text, (), tuple(_broken(text, source, pairs, words, 0)))


def _spliced(text: str, cuts: list[tuple[int, int, str]]) -> str:
    # Of additions at one place, the first one is put in last, and so stands first.
    for _, (start, end, new) in sorted(enumerate(cuts), key=lambda cut: (cut[1][0], cut[0]), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def own_words(passage: Passage, words: str) -> str:
    """What `shown_words` shows, as it stands in the file: the lines of a comment with their marks."""
    if passage.kind is PassageKind.COMMENT:
        return re.sub(r"\n(.?)", lambda match: "\n# " + match[1] if match[1] else "\n#", words)
    return words


def _written(passage: Passage, words: str, name: str) -> str:
    return toml_string(words) if name.endswith(".toml") else own_words(passage, words)


def _broken(
    text: str, before: TemplateText, pairs: tuple[Pair, ...], words: Mapping[str, str], added: int
) -> Iterator[str]:
    """The keys whose words are no longer one passage when the file is read again."""
    try:
        now = passages(text, before.name)
    except ValueError:
        yield from words
        return
    found = {" ".join(shown_words(passage).split()) for passage in now}
    lost = [key for key, wanted in words.items() if " ".join(wanted.split()) not in found]
    yield from lost
    if not lost and len(now) != len(before.passages) + added:
        changed = {
            one.key for one, other in pairs if one and other and words.get(one.key) != shown_words(other)
        }
        yield from sorted(changed & words.keys())


Addition = tuple[str, int, str]


def _additions(
    source: TemplateText, translation: TemplateText, pairs: tuple[Pair, ...], added: Mapping[str, str]
) -> Iterator[Addition]:
    """Key, place and text of what is to be added to a translation that exists."""
    if not added:
        return
    if source.name.endswith(".toml"):
        yield from _entries(translation, added)
    elif source.name.endswith(".html"):
        for key, text in added.items():
            if any(one and one.key == key and one.kind is PassageKind.BLOCK for one, _ in pairs):
                start = "" if translation.text.endswith("\n") else "\n"
                block = f"{start}{{% block {key} %}}{text}{{% endblock %}}\n"
                yield key, len(translation.text), block
    elif source.name.endswith(".md"):
        yield from _paragraphs(source, pairs, added)


def _entries(translation: TemplateText, added: Mapping[str, str]) -> Iterator[Addition]:
    tables: dict[str, list[str]] = {}
    for key in added:
        table, _, last = key.rpartition(".")
        if not last.isdigit():
            tables.setdefault(table, []).append(key)
    for table, keys in tables.items():
        same = [p for p in translation.passages if p.key.rpartition(".")[0] == table]
        lines = [f"{_toml_key(key.rpartition('.')[2])} = {toml_string(added[key])}\n" for key in keys]
        if same:
            end = translation.text.find("\n", same[-1].end) + 1 or len(translation.text)
            yield from ((key, end, line) for key, line in zip(keys, lines, strict=True))
        elif table:
            head = "\n[" + ".".join(_toml_key(part) for part in table.split(".")) + "]\n"
            at = len(translation.text)
            yield from (
                (key, at, text) for key, text in zip(keys, (head + lines[0], *lines[1:]), strict=True)
            )


def _toml_key(part: str) -> str:
    return part if _BARE.fullmatch(part) else toml_string(part)


def _paragraphs(
    source: TemplateText, pairs: tuple[Pair, ...], added: Mapping[str, str]
) -> Iterator[Addition]:
    """Each after the translation of what stands before it in the source, with the marks that it has there."""
    others = {one.key: other for one, other in pairs if one is not None}
    place, end = 0, 0
    for passage in source.passages:
        other = others.get(passage.key)
        if other is not None:
            place = other.end
        elif passage.key in added or not passage.is_words:
            text = added.get(passage.key, passage.text)
            yield passage.key, place, source.text[end : passage.start] + text
        end = passage.end
