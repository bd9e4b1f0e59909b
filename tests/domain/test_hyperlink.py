"""The links of a Markdown text, by line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.hyperlink import hyperlinks, without_code


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[a](https://example.org)", "https://example.org"),
        ("[a](link:my-page)", "link:my-page"),
        ("[a]()", ""),
        ("[a](#)", "#"),
        ('[a](https://example.org "Title")', "https://example.org"),
        ("[a](<https://example.org/x y>)", "https://example.org/x y"),
        ("[a](https://example.org/x_(y))", "https://example.org/x_(y)"),
        ("[**a** [b]](https://example.org)", "https://example.org"),
        ("[a]({{ addressee.page }})", "{{ addressee.page }}"),
        ("<https://example.org>", "https://example.org"),
        ("<a@example.org>", "mailto:a@example.org"),
        ("[a]: https://example.org", "https://example.org"),
    ],
)
def test_a_link_is_found_with_its_target(text: str, target: str) -> None:
    (link,) = hyperlinks(f"first\n\n  {text}")
    assert (link.target, link.line) == (target, 3)


@pytest.mark.parametrize(
    "text",
    [
        "`[a](#)`",
        "``[a](#) ` b``",
        "```\n[a](#)\n```",
        "~~~\n[a](#)",
        "\\[a](#)",
        "[^1]: a note",
        "[a] (b)",
        "a",
    ],
)
def test_what_is_no_link_is_left_alone(text: str) -> None:
    assert hyperlinks(text) == ()


def test_links_stand_in_order_with_their_columns() -> None:
    links = hyperlinks("[a](x) and <b@c.d>\n![p](q.png)")
    assert [(link.line, link.column, link.picture) for link in links] == [
        (1, 1, False),
        (1, 12, False),
        (2, 1, True),
    ]


def test_a_link_to_the_registry_names_its_entry() -> None:
    links = hyperlinks("[a](link:my-page) [b](https://example.org)")
    assert [link.key for link in links] == ["my-page", ""]


@given(st.text("`~\n ab[]()#"))
def test_blanking_code_moves_nothing(text: str) -> None:
    blanked = without_code(text)
    assert len(blanked) == len(text)
    assert [i for i, c in enumerate(blanked) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
