"""A roster as YAML: the same people, and a place for everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import codes, number, person, read, save

from notegen.domain.language import Language
from notegen.domain.roster import FIELDS, OPTIONAL_FIELDS
from notegen.errors import RosterFileError
from notegen.reading.roster_schema import roster_schema

Languages = Mapping[str, Language]


def write(folder: Path, text: str) -> Path:
    (folder / "members.yaml").write_text(text, encoding="utf-8")
    return folder / "members.yaml"


def member(values: list[object]) -> str:
    lines = [f"{field}: {value}" for field, value in zip(FIELDS, values, strict=True)]
    return "  - " + "\n    ".join(lines) + "\n"


def test_the_same_people_are_recognised_in_yaml(tmp_path: Path, languages: Languages) -> None:
    people = [person(i) for i in range(3)]
    roster = read(write(tmp_path, "language: nl\nmembers:\n" + "".join(map(member, people))), languages)
    assert roster.digest == read(save(tmp_path, people), languages).digest
    assert (roster.language, roster.warnings) == ("nl", ())
    assert [m.row for m in roster.members] == [3, 9, 15]


def test_a_leading_zero_and_the_language_no_are_read_as_written(tmp_path: Path, languages: Languages) -> None:
    digits = number("050611", 45, century=2000)
    roster = read(write(tmp_path, "members:\n" + member(person(number=digits, card="0012"))), languages)
    assert (roster.members[0].number.digits, roster.members[0].protocol_card) == (digits, "0012")


def test_an_incomplete_member_is_rejected_at_its_line(tmp_path: Path, languages: Languages) -> None:
    text = "members:\n" + member(person(card="")) + member(person(1))
    roster = read(write(tmp_path, text), languages)
    assert [(row.row, codes(row.problems)) for row in roster.rejected] == [(2, ["incomplete"])]
    words = languages["en"].word(roster.rejected[0].problems[0])
    assert words.what == "Row 2, column protocol_card: nothing is filled in."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("members:\n  - emial: a@example.org\n", ["members.yaml:2:5", "'emial'", "'email'"]),
        ("membres: []\n", ["a roster is a list of members"]),
        ("- a\n", ["a roster is a list of members"]),
        ("members:\n  - just a name\n", ["members.yaml:2:5", "a member has fields"]),
        ("members:\n  - email: [a, b]\n", ["members.yaml:2:12", "email is one text"]),
        ("members: [\n", ["members.yaml"]),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_place(
    tmp_path: Path, languages: Languages, text: str, told: list[str]
) -> None:
    with pytest.raises(RosterFileError) as caught:
        read(write(tmp_path, text), languages)
    assert all(part in str(caught.value) for part in told)


def test_no_members_is_an_error(tmp_path: Path, languages: Languages) -> None:
    with pytest.raises(RosterFileError) as caught:
        read(write(tmp_path, "members: []\n"), languages)
    assert caught.value.code == "headers-only"


def test_the_schema_knows_every_field() -> None:
    item = roster_schema()["properties"]["members"]["items"]
    assert tuple(item["properties"]) == (*FIELDS, *OPTIONAL_FIELDS)
    assert item["required"] == list(FIELDS)
