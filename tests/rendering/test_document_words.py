"""The words that documents are told to have are those that they are really given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from leaflets import composed as composed_leaflet
from leaflets import example
from verbal_notes import TEMPLATES, composed, note

from notegen.domain.outline import DOCUMENT_WORDS
from notegen.rendering.template import LAYOUT, Templates

KINDS = ("verbal-note", "reference-card", "step-guide")
_BOUND = re.compile(r"\{%-?\s*(?:for|set)\s+(\w+)")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, frozenset[str]]:
    """What each kind's documents were rendered with, by kind."""
    words: dict[str, frozenset[str]] = {}
    render = Templates.render

    def recorded(self: Templates, name: str, values: Mapping[str, Any]) -> str:
        kind = name.rpartition("/")[2].removesuffix(".html")
        words[kind] = words.get(kind, frozenset()) | values.keys()
        return render(self, name, values)

    monkeypatch.setattr(Templates, "render", recorded)
    composed(note("fr", "nl"))
    for name in ("bis-card", "employer-guide"):
        composed_leaflet(example(name))
    return {kind: words[kind] for kind in KINDS}


def bound() -> Iterator[str]:
    """The words that the layouts set while they go through a list: an enclosure, the number of a step."""
    for path in LAYOUT.glob("*.html"):
        yield from _BOUND.findall(path.read_text(encoding="utf-8"))


def asked_for() -> set[str]:
    """The words that the documents as shipped ask for."""
    names = [f"{code}/documents/{kind}.html" for code in ("fr", "nl", "en", "de") for kind in KINDS]
    return {word for name in names for word, _ in TEMPLATES.words(name)}


def test_every_word_that_a_document_is_given_is_known(given: Mapping[str, frozenset[str]]) -> None:
    assert frozenset().union(*given.values()) - set(DOCUMENT_WORDS) == set()


def test_every_word_that_is_known_is_given_or_set_by_a_layout(given: Mapping[str, frozenset[str]]) -> None:
    set_by_layouts = set(DOCUMENT_WORDS) - frozenset().union(*given.values())
    assert set_by_layouts <= set(bound())
    assert set_by_layouts <= asked_for()


def test_every_word_that_a_shipped_document_asks_for_is_known() -> None:
    assert asked_for() <= set(DOCUMENT_WORDS)
