"""The register of notes: the same as note files, in a workbook."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import refusals
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from workbooks import Sheet, workbook

from notegen.checking.preflight import check_note
from notegen.domain.language import Language
from notegen.domain.note import VerbalNote
from notegen.errors import NoteFileError
from notegen.reading.addressee_file import read_addressees
from notegen.reading.note_file import read_note
from notegen.reading.note_register import NOTES as NOTES_HEADERS
from notegen.reading.note_register import read_notes, read_register, write_note_form
from notegen.reading.yaml import loads

Languages = Mapping[str, Language]
NOTES: Sheet = (
    ("Key", "Unit", "File", "Topic", "Number", "Issued", "Place", "Addressee", "Languages"),
    ("cards", "P0.0", "PRO.3143", "CARTES", 5, date(2021, 6, 17), "brussels", "missions", "fr, nl"),
    ("plates", "P0.0", "PRO.3143", "PLAQUES", None, "2021-06-18", "brussels", "missions", None),
)
BOLD = CellRichText(
    "porter un ",
    TextBlock(InlineFont(b=True), "fait "),
    "au 1",
    TextBlock(InlineFont(vertAlign="superscript"), "er"),
    " juin [ici](link:page).",
)
TEXTS: Sheet = (
    ("key", "language", "title", "body"),
    ("cards", "fr", "Cartes", BOLD),
    ("cards", "nl", "Kaarten", "om hen een **feit** mee te delen.\n\n- [een](link:page);\n- twee."),
    ("plates", "EN", "Plates", "inform them."),
)
LINKS: Sheet = (
    ("key", "link", "fr", "nl"),
    ("cards", "page", "https://example.org/fr", "https://example.org/nl"),
)


def read(path: Path, languages: Languages) -> dict[str, VerbalNote]:
    return {note.source_name: note for note, _ in read_register(path, languages)}


def refusal(folder: Path, languages: Languages, **sheets: Sheet) -> str:
    path = workbook(folder / "notes.xlsx", **{"Notes": NOTES, "Texts": TEXTS, "Links": LINKS, **sheets})
    return refusals.refusal(folder, lambda: read_register(path, languages))


def replaced(sheet: Sheet, row: int, column: int, value: object) -> Sheet:
    rows = [list(cells) for cells in sheet]
    rows[row - 1][column - 1] = value
    return rows


def test_a_row_is_a_note(tmp_path: Path, languages: Languages) -> None:
    notes = read(workbook(tmp_path / "notes.xlsx", Notes=NOTES, Texts=TEXTS, Links=LINKS), languages)
    cards, plates = notes["cards.yaml"], notes["plates.yaml"]
    assert str(cards.reference) == "P0.0/PRO.3143/17.06.2021/CARTES/5"
    assert cards.languages == ("fr", "nl")
    assert cards.links == {"page": {"fr": "https://example.org/fr", "nl": "https://example.org/nl"}}
    assert plates.languages == ("en",)
    assert not hasattr(plates.reference, "number")


def test_a_register_and_a_note_file_are_read_alike(root: Path, tmp_path: Path, languages: Languages) -> None:
    path = workbook(tmp_path / "notes.xlsx", Notes=NOTES, Texts=TEXTS, Links=LINKS)
    assert len(read_notes(path, languages)) == 2
    assert len(read_notes(root / "examples" / "vehicles.yaml", languages)) == 1


def test_rich_text_becomes_markdown(tmp_path: Path, languages: Languages) -> None:
    path = workbook(tmp_path / "notes.xlsx", Notes=NOTES, Texts=TEXTS, Links=LINKS)
    assert read(path, languages)["cards.yaml"].versions[0].body == (
        "porter un **fait** au 1^er^ juin [ici](link:page).\n"
    )


@pytest.mark.tools("soffice")
def test_rich_text_becomes_markdown_after_another_program_saved_it(
    tmp_path: Path, languages: Languages, programs: Mapping[str, str]
) -> None:
    path = workbook(tmp_path / "notes.xlsx", Notes=NOTES, Texts=TEXTS, Links=LINKS)
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        programs["soffice"],
        home,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "out"),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    bodies = [
        [version.body for note in read(saved, languages).values() for version in note.versions]
        for saved in (path, tmp_path / "out" / "notes.xlsx")
    ]
    assert bodies[0] == bodies[1]


def test_a_note_carries_the_note_file_that_says_the_same(tmp_path: Path, languages: Languages) -> None:
    path = workbook(tmp_path / "notes.xlsx", Notes=NOTES, Texts=TEXTS, Links=LINKS)
    for name, note in read(path, languages).items():
        (tmp_path / name).write_bytes(note.source)
        same, _ = read_note(tmp_path / name, languages)
        assert [(v.title, v.body) for v in same.versions] == [(v.title, v.body) for v in note.versions]
        assert (same.reference, same.issued, same.links) == (note.reference, note.issued, note.links)
        assert loads(note.source, name, NoteFileError).content


def test_addressees_may_stand_in_the_register(tmp_path: Path, languages: Languages) -> None:
    listed = (
        ("key", "languages", "email", "fr name", "fr article", "EN name"),
        ("embassy-fr", "fr", "a@example.org", "Ambassade", "l'", "Embassy"),
    )
    notes = replaced(NOTES, 3, 8, "embassy-fr")
    path = workbook(tmp_path / "notes.xlsx", Notes=notes, Texts=TEXTS, Links=LINKS, Addressees=listed)
    assert read(path, languages)["plates.yaml"].addressee.forms["en"].opening == "the Embassy"
    assert read_addressees(path, languages)["embassy-fr"].languages == ("fr",)


@pytest.mark.parametrize(
    ("sheets", "place", "words"),
    [
        ({"Notes": replaced(NOTES, 2, 7, "brusels")}, "notes.xlsx:Notes:2:G", "Did you mean 'brussels'"),
        ({"Notes": replaced(NOTES, 2, 6, "17/06/2021")}, "notes.xlsx:Notes:2:F", "no date of the calendar"),
        ({"Notes": replaced(NOTES, 2, 5, 0)}, "notes.xlsx:Notes:2:E", "whole number from 1"),
        ({"Notes": replaced(NOTES, 2, 2, "x")}, "notes.xlsx:Notes:2:E", "unit"),
        ({"Notes": replaced(NOTES, 3, 1, "cards")}, "notes.xlsx:Notes:3:A", "a second time"),
        ({"Notes": replaced(NOTES, 3, 1, None)}, "notes.xlsx:Notes:3:B", "no key"),
        ({"Notes": replaced(NOTES, 1, 7, "Plaice")}, "notes.xlsx:Notes:1:G", "unknown column 'plaice'"),
        ({"Notes": replaced(NOTES, 1, 7, "Unit")}, "notes.xlsx:Notes:1:G", "a second time"),
        ({"Notes": NOTES[:1]}, "notes.xlsx", "no note in the sheet Notes"),
        ({"Texts": replaced(TEXTS, 4, 1, "plate")}, "notes.xlsx:Texts:4:A", "Did you mean 'plates'"),
        ({"Texts": replaced(TEXTS, 2, 2, "xx")}, "notes.xlsx:Notes:2:A", "no body in 'fr'"),
        ({"Texts": replaced(TEXTS, 2, 2, "frr")}, "notes.xlsx:Texts:2:D", "Did you mean 'fr'"),
        ({"Texts": replaced(TEXTS, 3, 4, "[x](#)")}, "notes.xlsx:Texts:3:D", "leads nowhere"),
        ({"Texts": replaced(TEXTS, 3, 4, "=1/0")}, "notes.xlsx:Texts:3:D", "gives no value"),
        ({"Links": replaced(LINKS, 2, 4, None)}, "notes.xlsx:Links:2:A", "no address in 'nl'"),
        ({"Addressees": (("key", "fr nam"), ("a", "b"))}, "notes.xlsx:Addressees:1:B", "unknown column"),
        ({"Addressees": (("key", "fr name"), ("a", "Ambassade"))}, "notes.xlsx:Addressees:2:B", "article"),
    ],
)
def test_what_is_wrong_is_said_by_sheet_row_and_column(
    tmp_path: Path, languages: Languages, sheets: Mapping[str, Sheet], place: str, words: str
) -> None:
    lines = refusal(tmp_path, languages, **sheets).splitlines()
    assert [line for line in lines if line.startswith(f"{place}: ") and words in line]


def test_a_sheet_that_is_not_there_is_told_by_its_name(tmp_path: Path, languages: Languages) -> None:
    path = workbook(tmp_path / "notes.xlsx", Notes=NOTES)
    with pytest.raises(NoteFileError, match="there is no sheet Texts"):
        read_register(path, languages)


def test_the_faults_of_all_notes_are_told_at_once(tmp_path: Path, languages: Languages) -> None:
    notes = replaced(replaced(NOTES, 2, 7, "nowhere"), 3, 7, "nowhere")
    assert len(refusal(tmp_path, languages, Notes=notes).splitlines()) == 2


@pytest.mark.parametrize("content", [b"", b"key,unit\n", b"PK\x03\x04broken", b"%PDF-1.7"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, languages: Languages, content: bytes) -> None:
    path = tmp_path / "notes.xlsx"
    path.write_bytes(content)
    with pytest.raises(NoteFileError, match=r"notes\.xlsx: th"):
        read_register(path, languages)


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_the_blank_form_has_the_columns_that_are_read(
    tmp_path: Path, languages: Languages, code: str
) -> None:
    path = tmp_path / "notes.xlsx"
    write_note_form(path, languages, code)
    book = load_workbook(path)
    assert book.sheetnames == ["Notes", "Texts", "Links", "Addressees"]
    headers = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book}
    assert headers["Notes"] == list(NOTES_HEADERS[:11])
    assert headers["Texts"] == ["key", "language", "title", "body"]
    assert {"fr article", "nl article", "en name", "de gender", "de dative"} <= set(headers["Addressees"])
    assert "en article" not in headers["Addressees"]
    prompts = {validation.prompt for sheet in book for validation in sheet.data_validations.dataValidation}
    assert languages[code].messages["register-body"].do in prompts
    with pytest.raises(NoteFileError, match="there is no note in the sheet Notes"):
        read_register(path, languages)


def test_the_form_filled_in_is_read(tmp_path: Path, languages: Languages) -> None:
    path = tmp_path / "notes.xlsx"
    write_note_form(path, languages)
    book = load_workbook(path)
    book["Notes"].delete_rows(2, 300)
    for values in (["a", "P0.0", "PRO.1", "X", None, "2026-06-17", None, "brussels", "un", "en"],):
        for column, value in enumerate(values, 1):
            book["Notes"].cell(2, column).value = value
    for column, value in enumerate(["a", "en", "Title", "inform them."], 1):
        book["Texts"].cell(2, column).value = value
    columns = [cell.value for cell in book["Addressees"][1]]
    book["Addressees"].cell(2, 1).value = "un"
    book["Addressees"].cell(2, columns.index("en name") + 1).value = "United Nations"
    book.save(path)
    assert read(path, languages)["a.yaml"].addressee.forms["en"].block == "To the United Nations"


def test_the_example_register_is_clean(root: Path, languages: Languages) -> None:
    notes = read_notes(root / "examples" / "notes.xlsx", languages)
    assert [note.source_name for note, _ in notes] == ["airport.yaml", "flags.yaml"]
    assert "**à partir du 1^er^ novembre 2026**" in notes[0][0].versions[0].body
    assert [(warnings, check_note(note, languages)) for note, warnings in notes] == [((), ()), ((), ())]
