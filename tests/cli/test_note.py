"""`notegen note …` as an officer types it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pikepdf
import pytest
from terminal import Notegen

HEAD = """\
reference: P0.0/PRO.1/17.06.2026/X/1
issued: 2026-06-17
place: brussels
addressee: missions
languages: [fr, en]
title: {fr: Titre, en: Title}
"""
OPTIONAL = ("#   ", "# updated:", "# remarks:", "# see:", "# tip:", "# statuses:")
"""How the lines begin that are commented out, to be shown by whoever wants them."""


def test_a_new_note_is_a_complete_starting_point_in_each_language(notegen: Notegen, tmp_path: Path) -> None:
    for language in ("fr", "nl", "en", "de"):
        written = notegen("note", "new", "-o", f"{language}.yaml", "--language", language)
        assert (written.code, written.out) == (0, f"{language}.yaml\n")
        assert notegen("note", "render", f"{language}.yaml", "-o", "out").code == 0
    assert len(list((tmp_path / "out").glob("*-draft.pdf"))) == 4


@pytest.mark.parametrize("kind", ["reference-card", "step-guide"])
@pytest.mark.parametrize("language", ["fr", "nl", "en", "de"])
def test_a_new_leaflet_is_a_complete_starting_point_too(
    notegen: Notegen, tmp_path: Path, kind: str, language: str
) -> None:
    assert notegen("note", "new", "-o", "new.yaml", "--kind", kind, "--language", language).code == 0
    checked = notegen("note", "check", "new.yaml")
    assert (checked.code, "✓" in checked.out) == (0, True)
    text = (tmp_path / "new.yaml").read_text(encoding="utf-8")
    _, _, body = text.partition("\n\n")
    shown = [line.removeprefix("# ") if line.startswith(OPTIONAL) else line for line in body.splitlines()]
    (tmp_path / "whole.yaml").write_text("\n".join(shown) + "\n", encoding="utf-8")
    assert notegen("note", "check", "whole.yaml").code == 0


def test_a_new_note_never_takes_the_place_of_a_file(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "note.yaml").write_text("mine")
    refused = notegen("note", "new")
    assert refused.code == 2
    assert "note.yaml: the file exists already" in refused.err
    assert (tmp_path / "note.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["identity-cards", "vehicles", "national-day"])
def test_the_example_notes_have_no_finding(notegen: Notegen, examples: Path, name: str) -> None:
    checked = notegen("note", "check", examples / f"{name}.yaml")
    assert (checked.code, checked.err) == (0, "")
    assert "✓" in checked.out


def test_a_finding_is_told_in_the_reader_s_language_with_its_line(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8").replace("**36 mois**", "**38 mois**")
    (tmp_path / "note.yaml").write_text(text, encoding="utf-8")
    checked = notegen("note", "check", "note.yaml", "--language", "fr", "--json")
    [document] = json.loads(checked.out)
    assert any("38" in finding["message"] and finding["line"] == 30 for finding in document["findings"])
    assert {finding["language"] for finding in document["findings"]} == {"fr", "en"}


def test_a_difference_is_told_with_the_lines_of_both_passages(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8").replace("**36 mois**", "**38 mois**")
    (tmp_path / "note.yaml").write_text(text, encoding="utf-8")
    [document] = json.loads(notegen("note", "check", "note.yaml", "--json").out)
    (french,) = [each for each in document["findings"] if each["language"] == "fr"]
    places = {other["language"]: other["line"] for other in french["others"]}
    lines = text.splitlines()
    assert set(places) == {"nl", "en"}
    assert "**36 maanden**" in lines[places["nl"] - 1] + lines[places["nl"]]
    assert "**36 months**" in lines[places["en"] - 1] + lines[places["en"]]
    told = notegen("note", "check", "note.yaml", "--language", "fr").out
    assert f"à la ligne {places['en']}." in " ".join(told.split())


def test_a_finding_in_a_text_of_its_own_is_told_with_the_name_of_its_file(
    notegen: Notegen, tmp_path: Path
) -> None:
    bodies = "body: {fr: {file: fr.md}, en: {file: en.md}}\n"
    (tmp_path / "note.yaml").write_text(HEAD + bodies, encoding="utf-8")
    (tmp_path / "fr.md").write_text("dire un fait.\n\nLe délai est de 15 jours.\n", encoding="utf-8")
    (tmp_path / "en.md").write_text("state a fact.\n\nThe period is a fortnight.\n", encoding="utf-8")
    [document] = json.loads(notegen("note", "check", "note.yaml", "--json").out)
    [finding] = document["findings"]
    assert (finding["file"], finding["line"]) == ("fr.md", 3)
    assert finding["others"] == [{"language": "en", "line": 3, "column": "1", "file": "en.md"}]
    assert "fr.md:3" in notegen("note", "check", "note.yaml").out


def test_a_note_that_cites_different_references_is_printed_as_a_draft_only(
    notegen: Notegen, tmp_path: Path
) -> None:
    bodies = "body:\n  fr: dire P0.0/PRO.1/01.02.2020/X/1.\n  en: state P0.0/PRO.1/01.02.2020/X/2.\n"
    (tmp_path / "note.yaml").write_text(HEAD + bodies, encoding="utf-8")
    checked = notegen("note", "check", "note.yaml", "--json")
    assert checked.code == 1
    assert checked.out.count("note-reference-differs") == 2
    refused = notegen("note", "render", "note.yaml")
    assert refused.code == 2
    assert "P0.0/PRO.1/01.02.2020/X/1 stands in 'fr' and not in en" in refused.err
    assert not (tmp_path / "out").exists()
    assert notegen("note", "issue", "note.yaml").code == 2


def test_a_printed_note_is_named_by_its_reference(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    printed = notegen("note", "render", examples / "vehicles.yaml", "-o", "out")
    assert printed.out == "out/P1.2-PRO.4410-02.03.2026-PLAQUES-2_05.10.2026.pdf\n"
    assert [file.name for file in (tmp_path / "out").iterdir()] == [
        "P1.2-PRO.4410-02.03.2026-PLAQUES-2_05.10.2026.pdf"
    ]


def test_only_some_languages_and_one_pdf_each_are_printed_when_asked_for(
    notegen: Notegen, examples: Path
) -> None:
    printed = notegen(
        "note", "render", examples / "vehicles.yaml", "--only", "fr,nl", "--separate", "--draft", "--html"
    )
    assert [Path(line).name for line in printed.out.split()] == [
        "vehicles-draft-fr.pdf",
        "vehicles-draft-fr.html",
        "vehicles-draft-nl.pdf",
        "vehicles-draft-nl.html",
    ]


def test_the_same_note_has_the_same_bytes(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        notegen("note", "render", examples / "national-day.yaml", "-o", folder)
    name = "national-day-draft.pdf"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_issued_note_is_never_overwritten(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    issued = tmp_path / "out" / "P1.2-PRO.4410-02.03.2026-PLAQUES-2_05.10.2026.pdf"
    issued.parent.mkdir()
    issued.write_bytes(b"issued")
    issued.chmod(stat.S_IRUSR)
    refused = notegen("note", "render", examples / "vehicles.yaml", "-o", "out")
    assert refused.code == 2
    assert "never overwritten" in refused.err
    assert issued.read_bytes() == b"issued"


FAULTS = {
    "an unknown key": ("place: brussels", "palce: brussels", "did you mean 'place'?"),
    "an unknown place": ("place: brussels", "place: brusels", "Did you mean 'brussels'?"),
    "a date that is none": ("issued: 2026-03-02", "issued: 2026-02-30", ":5:"),
    "a date that disagrees with the reference": ("issued: 2026-03-02", "issued: 2026-03-03", "02.03.2026"),
    "a missing language": ("languages: [fr, en, nl]", "languages: [fr, en, nl, de]", "de"),
    "an unknown language": ("languages: [fr, en, nl]", "languages: [fr, en, xx]", "xx"),
    "a dead link": ("(link:vehicles)", "(link:vehicle)", "Did you mean 'vehicles'?"),
    "an empty link": ("(link:vehicles)", "()", "link"),
    "a key written twice": ("place: brussels", "place: brussels\nplace: antwerp", "place"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_note_is_refused_by_line_and_nothing_is_written(
    notegen: Notegen, examples: Path, tmp_path: Path, fault: str
) -> None:
    right, wrong, said = FAULTS[fault]
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "note.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    refused = notegen("note", "render", "note.yaml", "-o", "out")
    assert refused.code == 2, fault
    assert refused.out == ""
    assert refused.err.startswith("note.yaml:")
    assert said.lower() in refused.err.lower()
    assert "Traceback" not in refused.err
    assert not (tmp_path / "out").exists()


def test_a_template_with_an_undefined_word_is_named_with_its_line(
    notegen: Notegen, examples: Path, tmp_path: Path, templates_folder: Path
) -> None:
    own = tmp_path / "own" / "fr" / "documents"
    own.mkdir(parents=True)
    source = (templates_folder / "fr/documents/verbal-note.html").read_text(encoding="utf-8")
    text = source.replace("{{ letterhead.name", "{{ leterhead.name", 1)
    assert text != source
    (own / "verbal-note.html").write_text(text, encoding="utf-8")
    refused = notegen("note", "render", examples / "national-day.yaml", "--templates", "own")
    assert refused.code == 2
    assert "verbal-note.html:" in refused.err
    assert "leterhead" in refused.err


def test_the_pdf_carries_the_officer_s_file(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    notegen("note", "render", examples / "national-day.yaml", "-o", "out")
    with pikepdf.open(tmp_path / "out/national-day-draft.pdf") as pdf:
        assert (
            pdf.attachments["national-day.yaml"].get_file().read_bytes()
            == (examples / "national-day.yaml").read_bytes()
        )


def test_a_printed_note_is_rebuilt_byte_for_byte_from_what_is_inside_it(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    notegen("note", "render", examples / "vehicles.yaml", "-o", "out")
    notegen("note", "render", examples / "vehicles.yaml", "-o", "out", "--draft", "--only", "nl")
    merging = ("note", "merge", examples / "staff-list.yaml", "--addressees", examples / "addressees.yaml")
    assert notegen(*merging, "-o", "out", "--jobs", "2").code == 0
    printed = sorted((tmp_path / "out").glob("*.pdf"))
    assert len(printed) >= 14
    for path in printed[:3] + printed[-2:]:
        rebuilt = notegen("note", "rebuild", path, "--check")
        assert (rebuilt.code, rebuilt.out) == (0, f"{path}: the same bytes\n")


def test_a_note_whose_template_has_changed_is_not_rebuilt_as_the_same(
    notegen: Notegen, examples: Path, tmp_path: Path, templates_folder: Path
) -> None:
    notegen("note", "render", examples / "national-day.yaml", "-o", "out")
    own = tmp_path / "own/fr/documents"
    own.mkdir(parents=True)
    source = (templates_folder / "fr/documents/verbal-note.html").read_text(encoding="utf-8")
    (own / "verbal-note.html").write_text(
        source.replace("saisit cette", "saisit volontiers cette"), encoding="utf-8"
    )
    rebuilt = notegen("note", "rebuild", "out/national-day-draft.pdf", "--check", "--templates", "own")
    assert rebuilt.code == 1
    assert "not the same bytes" in rebuilt.out


def test_what_is_no_note_of_ours_cannot_be_rebuilt(notegen: Notegen, tmp_path: Path) -> None:
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.4\nnothing\n")
    refused = notegen("note", "rebuild", "other.pdf", "--check")
    assert refused.code == 2
    assert "other.pdf" in refused.err


def test_a_mission_gets_its_note_in_its_own_languages(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    merging = ("note", "merge", examples / "staff-list.yaml", "--addressees", examples / "addressees.yaml")
    notegen(*merging, "-o", "out", "--jobs", "1")
    with pikepdf.open(tmp_path / "out/staff-list-draft-embassy-fr.pdf") as pdf, pdf.open_outline() as outline:
        assert len(outline.root) == 2


@pytest.mark.parametrize(("name", "pages"), [("bis-card", 4), ("employer-guide", 8)])
def test_a_leaflet_is_checked_printed_and_rebuilt_like_a_note(
    notegen: Notegen, examples: Path, tmp_path: Path, name: str, pages: int
) -> None:
    checked = notegen("note", "check", examples / f"{name}.yaml")
    assert (checked.code, checked.err) == (0, "")
    printed = notegen("note", "render", examples / f"{name}.yaml", "-o", "out", "--html")
    assert printed.out.split() == [f"out/{name}.pdf", f"out/{name}.html"]
    with pikepdf.open(tmp_path / "out" / f"{name}.pdf") as pdf:
        assert len(pdf.pages) == pages
    assert notegen("note", "rebuild", f"out/{name}.pdf", "--check").code == 0


def test_a_leaflet_in_some_languages_is_rebuilt_as_it_was(notegen: Notegen, examples: Path) -> None:
    notegen("note", "render", examples / "bis-card.yaml", "-o", "out", "--only", "de,fr", "--draft")
    assert notegen("note", "rebuild", "out/bis-card-draft.pdf", "--check").code == 0


def test_a_leaflet_that_is_too_long_is_found_before_and_refused_when_printed(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    text = (examples / "bis-card.yaml").read_text(encoding="utf-8")
    long = text.replace("neither of which is complete.", "neither of which is complete. " * 60)
    (tmp_path / "long.yaml").write_text(long, encoding="utf-8")
    checked = notegen("note", "check", "long.yaml", "--json")
    assert checked.code == 1
    (found,) = json.loads(checked.out)[0]["findings"]
    assert (found["code"], found["line"]) == ("note-too-long", 11)
    for jobs in ("1", "2"):
        refused = notegen("note", "render", "long.yaml", examples / "vehicles.yaml", "--jobs", jobs)
        assert refused.code == 2
        assert "the section in en-GB is" in refused.err
    assert not (tmp_path / "out").exists()


def test_a_leaflet_has_no_number_to_allot_and_no_mission_to_go_to(notegen: Notegen, examples: Path) -> None:
    addressees = examples / "addressees.yaml"
    for command in (["issue"], ["merge", "--addressees", addressees]):
        refused = notegen("note", command[0], examples / "bis-card.yaml", *command[1:])
        assert refused.code == 2
        assert "a reference-card is no note" in refused.err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "nowhere.svg: No such file or directory. Name an SVG file;"),
        (b"\xff\xfe\x00", "nowhere.svg: this is not UTF-8 text. Name an SVG file;"),
    ],
)
def test_an_emblem_that_cannot_be_read_is_told_once(
    notegen: Notegen, examples: Path, tmp_path: Path, written: bytes | None, told: str
) -> None:
    (tmp_path / "notegen.toml").write_text('[sender]\nemblem = "nowhere.svg"\n')
    if written is not None:
        (tmp_path / "nowhere.svg").write_bytes(written)
    ended = notegen("note", "check", examples / "vehicles.yaml")
    assert (ended.code, ended.err.startswith(told)) == (2, True), ended.err
