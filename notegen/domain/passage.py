"""A passage: what a translator translates at one go, and where it stands in its file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from notegen.domain.problem import Problem


class PassageKind(StrEnum):
    """What a passage is; those after COMMENT are known by their key, the others by their order."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    STEP = "step"
    ROW = "row"
    CODE = "code"
    SEPARATOR = "separator"
    CONDITION = "condition"
    COMMENT = "comment"
    HEAD = "head"
    ENTRY = "entry"
    LINE = "line"
    BLOCK = "block"
    KEY = "key"


_KEYED = frozenset(
    {
        PassageKind.COMMENT,
        PassageKind.HEAD,
        PassageKind.ENTRY,
        PassageKind.LINE,
        PassageKind.BLOCK,
        PassageKind.KEY,
    }
)
_SILENT = frozenset({PassageKind.SEPARATOR, PassageKind.CONDITION, PassageKind.KEY, PassageKind.CODE})


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a file, `start` to `end` (characters), without the marks around it.

    `key` is unlike every other key of the file: an entry's name, or kind and number ("step 2"). `depth` is
    the level of a heading and the indentation of an item. A language's `own` passage is no translation: its
    code, its grammar.
    """

    key: str
    kind: PassageKind
    text: str
    line: int = 1
    start: int = 0
    end: int = 0
    depth: int = 0
    own: bool = False

    @property
    def is_keyed(self) -> bool:
        """Whether its key finds it in another language; else its place among the others does."""
        return self.kind in _KEYED

    @property
    def is_words(self) -> bool:
        """Whether it holds words that are translated."""
        return not self.own and self.kind not in _SILENT

    @property
    def digest(self) -> str:
        """What its text is recognised by, however its lines are broken: 16 hexadecimal digits of SHA-256."""
        return text_digest(self.text)


def text_digest(text: str) -> str:
    """16 hexadecimal digits of the SHA-256 of a text whose white space is evened out."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A file of a language, cut into passages; `name` is its path in the folder of the language.

    `faults` are reasons why it cannot be read; it has no passages then. `words` are the variables that it
    asks for, each with its line.
    """

    language: str
    name: str
    path: str
    text: str
    passages: tuple[Passage, ...] = ()
    faults: tuple[Problem, ...] = ()
    words: tuple[tuple[str, int], ...] = ()

    def __repr__(self) -> str:
        return f"TemplateText({self.language!r}, {self.name!r}, {len(self.passages)} passages)"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file was translated from: the source language, and the source's passages as they were then."""

    source: str
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of one language's files, by name; `faults` are reasons why they cannot be read."""

    language: str
    path: str
    files: Mapping[str, Origin] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()


_MARKS = re.compile(r"[{<\[\]`*]")
_PROTECTED = re.compile(
    r"""
      (?P<comment>\{\#.*?\#\})
    | (?P<tag>\{%.*?%\})
    | (?P<target>\]\((?:[^()\s{}]|\{\{[^{}]*\}\})*\))
    | (?P<address><(?:\{\{[^{}]*\}\}|(?:https?://|mailto:)[^<>\s]*)>)
    | (?P<code>`[^`\n]+`)
    | (?P<word>\{\{.*?\}\})
    | (?P<markup></?(?:p|br|hr|a|b|i|em|strong|small|span|div|section|su[bp]|cite|abbr|time|q|code|h[1-6]
        |[uod]l|li|d[td]|table|thead|tbody|tr|t[hd]|wbr|bd[io])\b[^<>]*>)
    | (?P<slot>\{[a-z_]\w*\})
    | (?P<open>\[(?=[^\[\]]*\]\())
    | (?P<bold>\*\*)
    | (?P<note>\[\^[^\]\s]+\])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Protected:
    """A stretch of a passage that a translation repeats as it is; `sort` names what it is."""

    sort: str
    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        """The text with its white space evened out, to be compared."""
        if "{" not in self.text:
            return " ".join(self.text.split())
        opened = re.sub(r"\{([{%])-?\s*", r"{\1 ", " ".join(self.text.split()))
        return re.sub(r"\s*-?([}%])\}", r" \1}", opened)


def protected(text: str) -> tuple[Protected, ...]:
    """The stretches of a text that are no words: variables, conditions, link targets, code, marks of bold.

    `sort` is one of comment, tag, target, address, code, word, markup, slot, open, bold, note.
    """
    if _MARKS.search(text) is None:
        return ()
    return tuple(
        Protected(match.lastgroup or "", match[0], match.start(), match.end())
        for match in _PROTECTED.finditer(text)
    )


def visible(text: str) -> str:
    """The words of a text alone, single spaces between them."""
    words = _PROTECTED.sub(" ", text).replace("*", "") if _MARKS.search(text) else text
    return " ".join(words.split())
