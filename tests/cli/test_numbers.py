"""The example that tells each mission its staff's numbers, printed: every copy holds its own people alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from terminal import Notegen


@pytest.fixture
def owners(examples: Path) -> dict[str, str]:
    """The mission of each protocol card in the example's roster."""
    roster = (examples / "numbers-roster.yaml").read_text(encoding="utf-8")
    return dict(re.findall(r"protocol_card: (P-\d+)\n +mission: (\S+)", roster))


def test_each_mission_is_told_the_numbers_of_its_own_staff(
    notegen: Notegen, examples: Path, tmp_path: Path, owners: dict[str, str]
) -> None:
    missions = (examples / "addressees.yaml").read_text(encoding="utf-8").split("\n- key: ")
    chosen = [each for each in missions[1:] if each.split("\n")[0] in {*owners.values(), "unhcr"}]
    (tmp_path / "missions.yaml").write_text("".join(f"- key: {each}\n" for each in chosen), encoding="utf-8")
    merged = notegen(
        "note",
        "merge",
        examples / "numbers.yaml",
        "--addressees",
        "missions.yaml",
        "-o",
        "out",
        "--jobs",
        "1",
    )
    assert merged.code == 0, merged.err
    paths = list((tmp_path / "out").glob("*.pdf"))
    for path in paths:
        reader = PdfReader(path)
        inside = b"".join(content for values in reader.attachments.values() for content in values).decode()
        printed = "".join(page.extract_text() for page in reader.pages)
        key = path.stem.removeprefix("numbers-draft-")
        own = {card for card, mission in owners.items() if mission == key}
        assert {card for card in owners if card in printed} == own, key
        assert {card for card in owners if card in inside} == own, key
    assert {path.stem.removeprefix("numbers-draft-") for path in paths} >= set(owners.values())
