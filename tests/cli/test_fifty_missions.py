"""One note to fifty missions, each with its own staff in the annex."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader
from terminal import Notegen
from verapdf import verapdf

NOTE = """\
document: verbal-note
reference: {unit: P1.1, file: PRO.2207, topic: NUMEROS}
issued: 2026-11-16
place: brussels
addressee: missions
languages: [fr, en]
annex: {roster: staff.yaml}
title: {fr: Numéros d'identification, en: Identification numbers}
body:
  fr: |
    communiquer, en annexe, les **numéros d'identification** attribués au personnel {{ addressee.of }}.
  en: |
    communicate, in the annex, the **identification numbers** assigned to the staff {{ addressee.of }}.
"""
MISSION = """\
- key: mission-{n}
  languages: [{languages}]
  fr: {{name: Ambassade du pays {n}, article: l', gender: f}}
  en: {{name: Embassy of country {n}}}
"""
MEMBER = """\
  - identification_number: "{number}"
    email: person{n}@example.org
    language: FR
    first_names: Prénom{n}
    last_name: Nom{n}
    protocol_card: P-{n}
    mission: mission-{mission}
"""


def number(n: int) -> str:
    nine = f"8{n % 10}{1 + n % 12:02d}{1 + n % 28:02d}{n + 1:03d}"
    return f"{nine}{97 - int(nine) % 97:02d}"


@pytest.mark.tools("java")
def test_fifty_missions_get_their_own_people_in_compliant_pdfs(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "note.yaml").write_text(NOTE, encoding="utf-8")
    missions = (MISSION.format(n=n, languages=("fr", "en", "en, fr")[n % 3]) for n in range(50))
    (tmp_path / "missions.yaml").write_text("".join(missions), encoding="utf-8")
    members = (MEMBER.format(number=number(n), n=n, mission=n % 50) for n in range(120))
    (tmp_path / "staff.yaml").write_text("members:\n" + "".join(members), encoding="utf-8")
    merged = notegen(
        "note", "merge", "note.yaml", "--addressees", "missions.yaml", "-o", "out", "--jobs", "2"
    )
    assert merged.code == 0, merged.err
    pdfs = sorted((tmp_path / "out").glob("*.pdf"))
    assert len(pdfs) == 50
    for path in pdfs:
        mission = int(path.stem.rpartition("-")[2])
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
        assert {n for n in range(120) if f"Nom{n} " in text} == set(range(mission, 120, 50))
    assert {verdict: broken for verdict, broken in verapdf(pdfs).items() if broken} == {}
