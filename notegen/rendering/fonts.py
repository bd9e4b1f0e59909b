"""The bundled typeface, Source Sans Pro (SIL Open Font License): from its package and from nowhere else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import font_source_sans_pro
from fontTools.ttLib import TTFont

from notegen.errors import RenderingError

FONTS = Path(font_source_sans_pro.font_directory)
FACES = (
    ("SourceSansPro-Regular.ttf", "normal", 400),
    ("SourceSansPro-It.ttf", "italic", 400),
    ("SourceSansPro-Semibold.ttf", "normal", 600),
    ("SourceSansPro-SemiboldIt.ttf", "italic", 600),
)
FAMILY = "Notegen Sans"


def font_faces() -> str:
    """The `@font-face` rules that name the fonts by `font:` addresses."""
    face = '@font-face {{ font-family: "{}"; src: url(font:{}); font-style: {}; font-weight: {} }}\n'
    return "".join(face.format(FAMILY, name, style, weight) for name, style, weight in FACES)


def missing_glyphs(text: str) -> frozenset[str]:
    """The characters of a text for which no style of the bundled font has a glyph.

    Spaces and signs without a shape need none; accents count with their letter; the no-break hyphen is drawn
    as a hyphen.
    """
    composed = unicodedata.normalize("NFC", text).replace("\u2011", "-")
    without_shape = {"Cc", "Cf", "Zl", "Zp", "Zs"}
    unknown = {sign for sign in set(composed) if ord(sign) not in _covered()}
    return frozenset(sign for sign in unknown if unicodedata.category(sign) not in without_shape)


def no_glyph(signs: Iterable[str], where: str) -> RenderingError:
    """What is said about characters that the font cannot print."""
    named = ", ".join(f"{sign!r} (U+{ord(sign):04X})" for sign in sorted(signs))
    hint = "Write it with letters of the Latin, Greek or Cyrillic alphabet, or send it as an enclosure."
    return RenderingError(f"the font has no glyph for {named}", where=where, hint=hint)


@cache
def _covered() -> frozenset[int]:
    covered: set[int] = set()
    for name, _, _ in FACES:
        with TTFont(FONTS / name, lazy=True) as font:
            covered |= set(font.getBestCmap())
    return frozenset(covered)
