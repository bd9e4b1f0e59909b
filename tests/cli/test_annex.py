"""The annex of a note, and a merge in which nobody gets another mission's people; another sender's notes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader
from terminal import Notegen

MEMBER = """\
  - identification_number: "{number}"
    email: {name}@example.org
    language: FR
    first_names: {name}
    last_name: Test
    protocol_card: P-1
    mission: {mission}
"""
NUMBERS = ("74.43.12-001.39", "81.05.27-114.36", "92.22.03-056.97", "68.09.14-233.62")


def text_of(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def merging(folder: Path, examples: Path, missions: list[str]) -> None:
    """A note with an annex, the example's missions, and a roster with these missions in its rows."""
    note = (examples / "staff-list.yaml").read_text(encoding="utf-8")
    (folder / "note.yaml").write_text(
        note.replace("\nlinks:", "\nannex: {roster: staff.yaml}\nlinks:"), encoding="utf-8"
    )
    shutil.copy(examples / "addressees.yaml", folder)
    members = (
        MEMBER.format(number=number, name=f"Person{index}", mission=mission)
        for index, (number, mission) in enumerate(zip(NUMBERS, missions, strict=True))
    )
    (folder / "staff.yaml").write_text("members:\n" + "".join(members), encoding="utf-8")


def test_each_mission_s_annex_holds_its_own_people_and_nobody_else(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    merging(tmp_path, examples, ["embassy-fr", "embassy-de", "Ambassade de France", "embassy-nl"])
    merged = notegen(
        "note", "merge", "note.yaml", "--addressees", "addressees.yaml", "-o", "out", "--jobs", "1"
    )
    assert merged.code == 0, merged.err
    own = {"embassy-fr": {"0", "2"}, "embassy-de": {"1"}, "embassy-nl": {"3"}}
    for path in (tmp_path / "out").glob("*.pdf"):
        key = path.stem.removeprefix("staff-list-draft-").removeprefix("note-draft-")
        raw = path.read_bytes()
        shown = {number for number in "0123" if f"Person{number}" in text_of(path)}
        assert shown == own.get(key, set()), key
        inside = b"".join(
            content
            for reader in [PdfReader(path)]
            for values in reader.attachments.values()
            for content in values
        )
        assert {number for number in "0123" if f"Person{number}".encode() in inside + raw} == shown, key


@pytest.mark.parametrize("stray", ["", "embassy-xx"])
def test_a_member_without_a_known_mission_stops_the_merge(
    notegen: Notegen, examples: Path, tmp_path: Path, stray: str
) -> None:
    merging(tmp_path, examples, ["embassy-fr", "embassy-de", f'"{stray}"', "embassy-nl"])
    refused = notegen("note", "merge", "note.yaml", "--addressees", "addressees.yaml", "-o", "out")
    assert refused.code == 2
    assert "row" in refused.err
    assert not (tmp_path / "out").exists()


def test_an_annex_with_a_bad_row_is_not_printed(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    shutil.copytree(examples / "mission", tmp_path / "mission")
    staff = tmp_path / "mission/staff.yaml"
    staff.write_text(staff.read_text(encoding="utf-8").replace("001.39", "001.40"), encoding="utf-8")
    refused = notegen("note", "render", "mission/note.yaml")
    assert refused.code == 2
    assert "rows of the annex cannot be used" in refused.err


def test_another_sender_is_a_matter_of_settings(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    settings = (examples / "mission/notegen.toml").read_text(encoding="utf-8")
    (tmp_path / "notegen.toml").write_text(
        settings.replace("examples/mission/emblem.svg", str(examples / "mission/emblem.svg")),
        encoding="utf-8",
    )
    printed = notegen("note", "render", examples / "mission/note.yaml", "-o", "out")
    assert printed.code == 0, printed.err
    text = text_of(tmp_path / printed.out.strip())
    assert "République de Valmorie" in text
    assert "présente ses compliments au Service public fédéral" in " ".join(text.split())
    assert "Royaume de Belgique" not in text
    (tmp_path / "notegen.toml").unlink()
    rebuilt = notegen("note", "rebuild", tmp_path / printed.out.strip(), "--check")
    assert rebuilt.code == 0, "the letterhead is inside the PDF"
