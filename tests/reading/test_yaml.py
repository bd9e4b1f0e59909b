"""The YAML door: text values, places, and every way in which a file cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.errors import InputError, NoteFileError, RosterFileError
from notegen.reading.yaml import DEEPEST, load, loads


def read(text: str | bytes) -> object:
    return loads(text.encode() if isinstance(text, str) else text, "note.yaml", NoteFileError).content


def refusal(text: str | bytes, **limits: int) -> str:
    source = text.encode() if isinstance(text, str) else text
    with pytest.raises(NoteFileError) as caught:
        loads(source, "note.yaml", NoteFileError, **limits)
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "0123", "1e3", "2021-06-17", "12:30", "0x1F", "true", "1_000"]
)
def test_a_value_stays_the_text_that_was_written(word: str) -> None:
    assert read(f"a: {word}") == {"a": word}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_an_empty_value_is_nothing_and_a_quoted_one_is_a_text(nothing: str) -> None:
    assert read(f"a: {nothing}\nb: '{nothing}'") == {"a": None, "b": nothing}


def test_every_key_and_value_has_its_line_and_column() -> None:
    file = loads(
        b"a: x\nbody:\n  fr: |\n    un\n    deux\n  nl: {file: b.md}\nl: [p, q]\n", "n.yaml", NoteFileError
    )
    assert str(file.key_place("body", "fr")) == "n.yaml:3:3"
    assert str(file.place("body", "fr")) == "n.yaml:4:5"
    assert str(file.place("body", "nl", "file")) == "n.yaml:6:14"
    assert str(file.place("l", 1)) == "n.yaml:7:8"


def test_a_value_that_is_not_there_stands_where_its_surroundings_stand() -> None:
    file = loads(b"a: x\ntitle:\n  fr: t\n", "n.yaml", NoteFileError)
    assert str(file.place("title", "en", "deeper")) == "n.yaml:3:3"


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n") == {"a": "1", "b": "x\ny\n"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", "'a' stands here again (first in line 1)"),
        ("a:\n\tb: 1\n", "2:1", "a tab"),
        ("\ta: 1\n", "1:1", "a tab"),
        ("a: Mise à jour : demain\n", "1:16", "second colon"),
        ("a: 1\n  b: 2\n", "2:4", "indented deeper"),
        ("a:\n  - b\n c: 1\n", "3:2", "does not fit"),
        (" a: 1\nb: 2\n", "2:1", "does not fit"),
        ("a: 'l'heure'\n", "1:7", "each apostrophe twice"),
        ('a: "Closed" today\n', "1:13", "the value ended before this"),
        ("a: 1\nplace brussels\nb: 1\n", "2:1", "no key with a colon and a space"),
        ("a: 1\nplace：brussels\nb: 1\n", "2:1", "no key with a colon and a space"),
        ("a: |\n  x\nand so it goes on: y\n", "3:1", "a sentence"),
        ("a: 1\n\u00a0b: 2\n", "2:1", "U+00A0"),
        ("a: |\n   x\n  y\n", "3:3", "does not fit"),
        ('x: 1\na: "never closed\n', "2:4", "never closed"),
        ("a: @x\n", "1:4", "cannot begin"),
        ("a: *x\n", "1:4", "aliases"),
        ("a: &x 1\n", "1:4", "anchors"),
        ("a: !!python/object:os.system x\n", "1:4", "tag"),
        ("---\na: 1\n---\nb: 1\n", "3:1", "second document"),
        ("? [a]\n: b\n", "1:3", "key must be a word"),
        ("a: \x07\n", "1:4", "control character U+0007"),
        ("a: [1, 2\nb: 3\n", "1:4", "not closed, or a comma is missing"),
    ],
)
def test_what_cannot_be_read_is_said_with_line_and_column(text: str, place: str, words: str) -> None:
    message = refusal(text)
    assert message.startswith(f"note.yaml:{place}: ")
    assert words in message


def test_another_encoding_is_refused_where_it_shows() -> None:
    assert refusal("x: 1\na: é\n".encode("latin-1")).startswith("note.yaml:2:4: this is not UTF-8")
    assert "UTF-8" in refusal("a: 1\n".encode("utf-16"))


def test_all_doubled_keys_are_told_at_once() -> None:
    assert refusal("a: 1\na: 2\nb: {c: 1, c: 2}\n").count("stands here again") == 2


def test_a_list_of_findings_is_cut_where_it_would_bury_the_first() -> None:
    message = refusal("a: 1\n" * 400)
    assert len(message.splitlines()) == 51
    assert "349 more" in message


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_and_exhausts_nothing(opener: str) -> None:
    message = refusal(opener * 50_000)
    assert "levels" in message or "key must be" in message


@pytest.mark.parametrize(
    ("start", "kind"), [(b"PK\x03\x04", "Word"), (b"%PDF-1.7\n", "a PDF"), (b"\xff\xfe", "UTF-16")]
)
def test_a_document_with_the_name_of_a_note_is_told_for_what_it_is(start: bytes, kind: str) -> None:
    with pytest.raises(NoteFileError, match=kind):
        loads(start + b"\xe9\x00", "note.yaml", NoteFileError)


def test_an_alias_bomb_never_expands() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "write a value out" in refusal(bomb)


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert "more than 1 KiB" in refusal("a: " + "x" * 2000, largest=1024)


def test_a_missing_file_is_an_error_of_the_kind_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RosterFileError, match="No such file"):
        load(tmp_path / "roster.yaml", RosterFileError)


def test_the_content_stays_out_of_logs() -> None:
    assert "secret" not in repr(loads(b"a: secret", "n.yaml", NoteFileError))


@given(
    st.recursive(
        st.text("ab -:#'\"\n{}[],&*!|>%@`\t", max_size=8), lambda inner: inner | st.lists(inner), max_leaves=6
    )
)
def test_any_text_is_read_or_refused_and_nothing_else(value: object) -> None:
    text = "a: " + (value if isinstance(value, str) else "\n".join(map(str, value)))  # type: ignore[call-overload]
    try:
        loads(text.encode(), "n.yaml", NoteFileError)
    except InputError as refused:
        assert str(refused).startswith("n.yaml")


def test_the_deepest_file_a_person_needs_is_read() -> None:
    text = "\n".join("  " * level + "a:" for level in range(DEEPEST))
    assert isinstance(read(text), dict)
