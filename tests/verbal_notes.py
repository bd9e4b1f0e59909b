"""Verbal notes for tests: a note in any languages, composed with the languages as shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from notegen.domain.addressee import Addressee
from notegen.domain.language import Language
from notegen.domain.note import Enclosure, LanguageVersion, VerbalNote
from notegen.domain.problem import Place
from notegen.domain.reference import ReferenceNumber
from notegen.domain.sender import Sender
from notegen.reading.language_folder import read_languages
from notegen.rendering.document import Document, compose
from notegen.rendering.template import Templates

FOLDER = Path(__file__).parent.parent / "templates"
LANGUAGES: Mapping[str, Language] = MappingProxyType(read_languages([FOLDER]))
TEMPLATES = Templates([FOLDER])
REFERENCE = ReferenceNumber.parse("P0.0/PRO.3143/17.06.2021/VACCIN/5")
SENDER = Sender({code: each.letterheads["belgium"] for code, each in LANGUAGES.items()}, "Ministère")
BEGINNINGS = MappingProxyType(
    {
        "fr": "leur communiquer les nouvelles dispositions relatives aux plaques.",
        "nl": "hun de nieuwe bepalingen over de nummerplaten mee te delen.",
        "en": "communicate to them the new provisions on number plates.",
        "de": "ihnen die neuen Bestimmungen über Kennzeichen mitzuteilen.",
    }
)
RICH = """\
leur communiquer les **dispositions** relatives aux [plaques *CD* **et** CC](link:plates) depuis le 1er juin.

## Délais

Un paragraphe avec une note[^1], un lien https et une adresse <mailto:protocol@example.org> :

- premier point ;
- second point, avec
  - un sous-point.

1. un
2. deux

### Tableau

| Catégorie | Nombre |
|---|--:|
| Agents | 12 345 |
| Autres | 7 |

* * *

Le terme
: sa définition

> Une citation, x^2^ et `P0.0 : code`.

[^1]: La *note* au bas de la page.
"""


def addressee(key: str = "missions-posts-organizations") -> Addressee:
    return Addressee(key, {code: each.addressees[key] for code, each in LANGUAGES.items()})


def note(*languages: str, body: str = "", **changes: Any) -> VerbalNote:
    """A note in those languages (French if none is named); `changes` replace its fields."""
    versions = tuple(
        LanguageVersion(code, f"Titre {code}", body or BEGINNINGS[code], Place("note.yaml", 21, "5"))
        for code in languages or ("fr",)
    )
    plain = VerbalNote(
        document="verbal-note",
        reference=REFERENCE,
        issued=date(2021, 6, 17),
        updated=None,
        place="brussels",
        addressee=addressee(),
        versions=versions,
        links={"plates": {code: f"https://example.org/{code}/plates" for code in LANGUAGES}},
        source_name="note.yaml",
        source=b"document: verbal-note\n",
    )
    return replace(plain, **changes)


def composed(given: VerbalNote, *, draft: bool = False, sender: Sender = SENDER, **options: Any) -> Document:
    return compose(given, LANGUAGES, TEMPLATES, sender, draft=draft, **options)


def texts(document: Document) -> list[str]:
    """Each section without its markup and with plain spaces, so that a test reads like the page."""
    return [words(section.html) for section in document.sections]


def words(html: str) -> str:
    import html as escapes
    import re

    bare = escapes.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|td|th|h\d)>|<br>", "\n", html)))
    return re.sub(r"[ \u00a0\u202f]+", " ", bare)


def enclosure(title: Mapping[str, str], languages: Sequence[str] = ()) -> Enclosure:
    return Enclosure("form.pdf", title, tuple(languages))
