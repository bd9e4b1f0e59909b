"""Leaflets for tests: a small card, a small guide and the examples, composed as shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from verbal_notes import LANGUAGES, SENDER, TEMPLATES

from notegen.domain.leaflet import Leaflet
from notegen.reading.note_file import read_manuscript
from notegen.rendering.document import Document
from notegen.rendering.leaflet import compose_leaflet

EXAMPLES = Path(__file__).parent.parent / "examples"
CARD = """\
document: reference-card
card: 3
issued: 2026-05-04
languages: [en, fr]
title: {en: A title, fr: Un titre}
links:
  register: {en: "https://example.org/en", fr: "https://example.org/fr"}
intro:
  en: |
    What it is about[^1].
  fr: |
    De quoi il s'agit[^1].
steps:
  - en: |
      Open the [register](link:register).
    fr: |
      Ouvrez le [registre](link:register).
  - {en: Close it., fr: Fermez-le.}
footnotes:
  - {en: A note., fr: Une note.}
"""
GUIDE = """\
document: step-guide
issued: 2026-05-04
languages: [en]
title: {en: A title}
strip:
  - {icon: scan, label: {en: Scan}}
  - {icon: send, label: {en: Send}}
questions:
  - question: {en: What first?}
    steps: [{en: One.}, {en: Two.}]
  - question: {en: What then?}
    text: {en: Go on.}
    steps: [{en: Three.}]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "leaflet.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def leaflet(path: Path) -> Leaflet:
    """The leaflet of a file."""
    read, _ = read_manuscript(path, LANGUAGES)
    assert isinstance(read, Leaflet)
    return read


def example(name: str) -> Leaflet:
    return leaflet(EXAMPLES / f"{name}.yaml")


def composed(given: Leaflet, *, draft: bool = False, **options: Any) -> Document:
    return compose_leaflet(given, LANGUAGES, TEMPLATES, SENDER, draft=draft, **options)
