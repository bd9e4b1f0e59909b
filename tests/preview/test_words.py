"""The words of the desk: the same sentences in four languages, and the reader's own first."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.errors import TemplateError
from notegen.preview.words import preferred, read_words

ROOT = Path(__file__).parents[2]
WORDS = read_words([ROOT / "templates"])
PREVIEW = ROOT / "notegen" / "preview"
SPOKEN = ("de", "en", "fr", "nl")
MADE = (
    "row_",
    "error",
    "warning",
    "note",
    "phone",
    "desktop",
    "light",
    "dark",
    "complete",
    "missing",
    "broken",
)


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", SPOKEN)
def test_every_language_says_the_same_things_with_the_same_slots(code: str) -> None:
    own, english = WORDS[code].sentences, WORDS["en"].sentences
    assert {key: slots(text) for key, text in own.items()} == {
        key: slots(text) for key, text in english.items()
    }
    assert all(text == text.strip() and text for text in own.values())


@pytest.mark.parametrize("code", ["de", "fr", "nl"])
def test_no_sentence_of_more_than_three_words_is_left_in_english(code: str) -> None:
    own, english = WORDS[code].sentences, WORDS["en"].sentences
    assert [key for key in own if own[key] == english[key] and len(own[key].split()) > 3] == []


def test_what_the_pages_say_has_words_and_all_words_are_said() -> None:
    sources = [
        path.read_text(encoding="utf-8") for path in (*PREVIEW.rglob("*.py"), *PREVIEW.rglob("*.html"))
    ]
    said = {key for source in sources for key in re.findall(r"say\(['\"]([a-z_]+)['\"][,)]", source)}
    named = {key for source in sources for key in re.findall(r"['\"]([a-z_]+)['\"]", source)}
    known = set(WORDS["en"].sentences)
    assert said - known == set()
    assert {key for key in known - named - {"language", "tag"} if not key.startswith(MADE)} == set()


def test_a_sentence_that_lacks_a_slot_is_told_with_its_file() -> None:
    with pytest.raises(TemplateError, match=r"en/desk.toml: line: 'number'"):
        WORDS["en"].say("line")
    with pytest.raises(TemplateError, match=r"en/desk.toml: sesame"):
        WORDS["en"].say("sesame")


def test_a_folder_of_one_s_own_changes_single_sentences(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "desk.toml").write_text(
        'language = "Français"\ntag = "fr"\nnotes = "Notes verbales"\n'
    )
    words = read_words([tmp_path, ROOT / "templates"])
    assert words["fr"].say("notes") == "Notes verbales"
    assert words["fr"].say("mails") == WORDS["fr"].say("mails")


@pytest.mark.parametrize("text", ["notes = ", 'notes = "Notes"', 'language = "X"\ntag = "x"\nnotes = 3'])
def test_words_that_cannot_be_used_are_told_with_their_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "desk.toml").write_text(text)
    with pytest.raises(TemplateError, match=r"desk\.toml"):
        read_words([tmp_path, ROOT / "templates"])


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        *(("fr-BE,fr;q=0.9,en;q=0.8", "fr"), ("nl", "nl"), ("it,de;q=0.3,nl;q=0.7", "nl"), ("", "en")),
        *(("it", "en"), ("*", "en"), ("fr;q=0, de;q=0.1", "de"), ("DE-de", "de"), ("fr;q=x, nl;q=0.2", "nl")),
    ],
)
def test_the_reader_s_language_is_the_best_one_that_the_desk_speaks(accepted: str, code: str) -> None:
    assert preferred(accepted, SPOKEN) == code


@given(st.text(max_size=700))
def test_whatever_a_browser_says_it_gets_a_language(accepted: str) -> None:
    assert preferred(accepted, SPOKEN) in SPOKEN
