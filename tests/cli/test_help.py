"""What `--help` says, in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from terminal import Notegen
from typer.core import TyperGroup

from notegen.__main__ import commands


def groups(each: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that holds others, as it is typed."""
    if isinstance(each, TyperGroup):
        yield words
        for name, inner in each.commands.items():
            yield from groups(inner, (*words, name))


@pytest.mark.parametrize("words", sorted(groups(typer.main.get_command(commands()))), ids=" ".join)
def test_a_list_of_commands_tells_of_each_in_a_whole_sentence(
    words: tuple[str, ...], notegen: Notegen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = notegen(*words, "--help").out.partition("Commands:")[2].strip().splitlines()
    assert listed
    assert [line for line in listed if not line.endswith(".")] == []
    assert [line for line in listed if line.endswith("...")] == []


def test_what_may_be_left_out_stands_in_one_pair_of_brackets(notegen: Notegen) -> None:
    for words in (("demo",), ("preview",), ("dispatch", "status"), ("templates", "reviewed")):
        usage = notegen(*words, "--help").out.splitlines()[0]
        assert "[[" not in usage
        assert usage.endswith(("]", "]..."))
