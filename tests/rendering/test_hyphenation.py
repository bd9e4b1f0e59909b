"""Words divided where the language divides them."""

from __future__ import annotations

import pyphen
import pytest
from verbal_notes import LANGUAGES

from notegen.rendering.hyphenation import teach


def divided(word: str, tag: str) -> str:
    return str(pyphen.Pyphen(lang=tag, left=3, right=3).inserted(word))


@pytest.mark.parametrize(
    ("code", "word", "expected"),
    [
        ("de", "Entwicklungszusammenarbeit", "Ent-wick-lungs-zu-sam-men-ar-beit"),
        ("de", "Personalausweise", "Per-so-nal-aus-weise"),
        ("de", "Fahrzeuganmeldung", "Fahr-zeug-an-mel-dung"),
        ("nl", "officiële", "offi-ciële"),
        ("nl", "financiële", "finan-ciële"),
        ("en", "accreditation", "accre-di-ta-tion"),
    ],
)
def test_what_the_patterns_get_wrong_is_taught_by_the_language_folder(
    code: str, word: str, expected: str
) -> None:
    language = LANGUAGES[code]
    teach(language.tag, language.hyphenation)
    assert divided(word, language.tag) == expected


def test_teaching_again_forgets_what_was_taught_before() -> None:
    teach("nl-BE", ())
    before = divided("personeelsleden", "nl-BE")
    teach("nl-BE", ("perso-neelsleden",))
    assert divided("personeelsleden", "nl-BE") == "perso-neelsleden"
    teach("nl-BE", ())
    assert divided("personeelsleden", "nl-BE") == before


def test_a_language_without_patterns_is_left_alone() -> None:
    teach("xx", ("a-b",))
