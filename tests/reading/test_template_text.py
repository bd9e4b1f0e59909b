"""Files cut into passages: what is a passage, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.passage import Origin, PassageKind
from notegen.reading.origins import ORIGINS, origins_file, read_origins
from notegen.reading.template_text import passages, read_template_texts
from notegen.reading.toml_passages import toml_passages, toml_string


def keys(text: str, name: str) -> list[tuple[str, str]]:
    return [(passage.key, passage.text) for passage in passages(text, name)]


def test_a_passage_stands_where_it_says(templates_folder: Path) -> None:
    texts = read_template_texts([templates_folder])
    assert not [text.faults for text in texts if text.faults]
    for text in texts:
        assert len({passage.key for passage in text.passages}) == len(text.passages)
        for passage in text.passages:
            stretch = text.text[passage.start : passage.end]
            assert passage.line == text.text.count("\n", 0, passage.start) + 1
            if passage.kind is not PassageKind.KEY:
                assert (passage.text == stretch) or text.name.endswith(".toml")


def test_markdown_is_cut_into_what_a_translator_translates() -> None:
    text = (
        "Subject: Hello\n\nDear {{ name }},\nsecond line\n\n## Head\n\n- one\n  goes on\n- two\n1) three\n\n"
        "{% if a %}\nyes\n{% endif %}\n\n```\ncode\n\nmore\n```\n\n| a | b |\n\n---\n"
    )
    assert keys(text, "notifications/a.md") == [
        ("Subject", "Hello"),
        ("paragraph 1", "Dear {{ name }},\nsecond line"),
        ("heading 1", "Head"),
        ("item 1", "one\n  goes on"),
        ("item 2", "two"),
        ("step 1", "three"),
        ("condition 1", "{% if a %}"),
        ("paragraph 2", "yes"),
        ("condition 2", "{% endif %}"),
        ("code 1", "```\ncode\n\nmore\n```"),
        ("row 1", "| a | b |"),
        ("separator 1", "---"),
    ]


def test_a_document_without_blocks_is_cut_at_its_tags() -> None:
    text = "<h1>Card</h1>\n<p>For <b>{{ name }}</b> only.</p>\n<p>{{ number }}</p>"
    assert keys(text, "documents/card.html") == [
        ("paragraph 1", "Card"),
        ("paragraph 2", "For <b>{{ name }}</b> only."),
    ]


def test_comments_stand_under_the_key_that_follows() -> None:
    text = (
        "# Hello\n\n# The date\n# of issue\nissued: 1\n# updated: 2\n#   more\n# Last\nbody:\n  issued: 3\n"
    )
    assert keys(text, "starter/note.yaml") == [
        ("comment issued", "Hello"),
        ("comment issued 2", "The date\n# of issue"),
        ("key issued", "issued"),
        ("key updated", "updated"),
        ("comment body", "Last"),
        ("key body", "body"),
    ]


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
KEYS = st.text("abc-_ .'\"é", min_size=1, max_size=4)


@given(st.dictionaries(KEYS, WORDS | st.lists(WORDS, max_size=3), max_size=5))
def test_every_text_of_a_toml_file_is_found(content: dict[str, str | list[str]]) -> None:
    lines = []
    for key, value in content.items():
        texts = value if isinstance(value, list) else [value]
        written = ", ".join(toml_string(text) for text in texts)
        lines.append(f"{toml_string(key)} = " + (f"[{written}]" if isinstance(value, list) else written))
    text = "[table]\n" + "\n".join(lines) + "\n"
    found = toml_passages(text)
    wanted = [text for value in content.values() for text in (value if isinstance(value, list) else [value])]
    assert [passage.text for passage in found] == wanted


@pytest.mark.parametrize("text", ["[[a]]\nb = 'c'\n", "a = 1\na = 2\n", "a = 'b"])
def test_a_toml_file_that_cannot_be_followed_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        toml_passages(text)


def test_all_kinds_of_toml_texts_are_followed() -> None:
    text = (
        'a = "x\\n" # note\n[b."c d"]\ne = \'lit\'\nf = """\nlong\n"""\n'
        "g = {h = 'i', j = [1, 'k']}\nl = 3\nm.n = 'o'\n"
    )
    assert [(p.key, p.text) for p in toml_passages(text)] == [
        ("a", "x\n"),
        ("b.c d.e", "lit"),
        ("b.c d.f", "long\n"),
        ("b.c d.g.h", "i"),
        ("b.c d.g.j.1", "k"),
        ("b.c d.m.n", "o"),
    ]


def test_origins_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "nl" / ORIGINS
    file.parent.mkdir()
    told = {
        "a.md": Origin("en", passages("Subject: A “b”\n\nc\n\n- d\\e\n", "a.md")),
        "language.toml": Origin("fr", passages("texts = 'x'\nsource = 'y'\nl = ['z']\n", "language.toml")),
    }
    file.write_text(origins_file(told, "nl"), encoding="utf-8")
    read = read_origins([tmp_path], "nl")
    assert read.faults == ()
    for name, origin in told.items():
        assert read.files[name].source == origin.source
        before = [(passage.key, passage.kind, passage.text) for passage in origin.passages]
        assert [(p.key, p.kind, p.text) for p in read.files[name].passages] == before
