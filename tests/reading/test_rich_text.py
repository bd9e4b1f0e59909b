"""Bold, italics and superscript of a cell, as Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.reading.rich_text import Run, as_markdown


@pytest.mark.parametrize(
    ("runs", "markdown"),
    [
        ([Run("plain")], "plain"),
        ([Run("a "), Run("bold", bold=True), Run(" b")], "a **bold** b"),
        ([Run("a"), Run(" bold ", bold=True), Run("b")], "a **bold** b"),
        ([Run("it", italic=True)], "*it*"),
        ([Run("both", bold=True, italic=True)], "***both***"),
        ([Run("1"), Run("er", superscript=True), Run(" juin")], "1^er^ juin"),
        ([Run("1", bold=True), Run("er", bold=True, superscript=True)], "**1^er^**"),
        ([Run("a", bold=True), Run("b", bold=True)], "**ab**"),
        (
            [Run("au 1", bold=True), Run("er", bold=True, superscript=True), Run(" mai ", bold=True)],
            "**au 1^er^ mai** ",
        ),
        ([Run("one\n\ntwo", bold=True)], "**one**\n\n**two**"),
        ([Run("  ", bold=True)], "  "),
        ([Run("", bold=True), Run("x")], "x"),
    ],
)
def test_marks_hug_the_words(runs: list[Run], markdown: str) -> None:
    assert as_markdown(runs) == markdown


@given(st.lists(st.builds(Run, st.text("ab \n"), st.booleans(), st.booleans(), st.booleans())))
def test_no_word_is_lost_or_added(runs: list[Run]) -> None:
    bare = as_markdown(runs).replace("*", "").replace("^", "")
    assert bare == "".join(run.text for run in runs)
