"""`notegen demo` and what else is at the door: version, help, schemas, settings."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from terminal import Notegen

from notegen import __version__


def test_the_demo_prints_three_notes_and_saves_the_mails(notegen: Notegen, tmp_path: Path) -> None:
    shown = notegen("demo", "demo")
    assert shown.code == 0
    pdfs = sorted((tmp_path / "demo/notes").glob("*.pdf"))
    mails = sorted((tmp_path / "demo/mails").glob("*.eml"))
    assert len(pdfs) == 3
    assert len(mails) >= 12
    assert {path.name for path in tmp_path.iterdir()} == {"demo"}, "nothing is left beside the demo"
    for path in (*pdfs, *mails):
        assert str(path.relative_to(tmp_path)) in shown.out
    languages = {message_from_bytes(p.read_bytes(), policy=policy.default)["Content-Language"] for p in mails}
    assert languages == {"fr", "nl", "en", "de"}


def test_the_version_and_the_help_are_told(notegen: Notegen) -> None:
    assert notegen("--version").out == f"notegen {__version__}\n"
    assert "verbal notes" in notegen("--help").out.lower()
    for group in ("note", "roster", "dispatch"):
        assert "Commands" in notegen(group, "--help").out


@pytest.mark.parametrize("kind", ["note", "addressees", "roster", "settings"])
def test_each_file_that_people_write_has_a_schema(notegen: Notegen, kind: str) -> None:
    schema = json.loads(notegen("schema", kind).out)
    assert schema.get("properties") or schema["items"]


def test_a_misspelt_setting_is_told_with_its_line(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "notegen.toml").write_text('[smtp]\nhost = "relay.example.org"\nconections = 3\n')
    refused = notegen("dispatch", "status")
    assert refused.code == 2
    assert "notegen.toml:3: [smtp.conections] no such key; did you mean 'connections'?" in refused.err


def test_the_environment_wins_over_the_file(
    notegen: Notegen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notegen.toml").write_text('[records]\nurl = "sqlite:///one.db"\n')
    monkeypatch.setenv("NOTEGEN_RECORDS__URL", "two.db")
    refused = notegen("dispatch", "status")
    assert refused.code == 2
    assert "two.db" in refused.err
    assert not (tmp_path / "one.db").exists()
