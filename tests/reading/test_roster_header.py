"""Headers missing, misspelt, doubled, hidden or not there at all: a file error that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import EN, FR, HEADERS, NL, codes, person, read, save

from notegen.domain.language import Language
from notegen.errors import RosterFileError

Languages = Mapping[str, Language]


def refusal(path: Path, languages: Languages, **options: object) -> RosterFileError:
    with pytest.raises(RosterFileError) as caught:
        read(path, languages, **options)
    return caught.value


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_a_form_with_nothing_but_headers_names_them_in_its_language(
    tmp_path: Path, languages: Languages, code: str
) -> None:
    error = refusal(save(tmp_path, [], HEADERS[code]), languages)
    assert (error.code, error.where) == ("headers-only", "members.xlsx")
    assert all(header in error.hint for header in HEADERS[code])
    assert error.what == languages[code].messages["headers-only"].what


def test_an_empty_sheet_is_an_error(tmp_path: Path, languages: Languages) -> None:
    assert refusal(save(tmp_path, [], None), languages, language="fr").what == "Le fichier est vide."


def test_rows_without_any_header_are_an_error_that_names_the_six(
    tmp_path: Path, languages: Languages
) -> None:
    error = refusal(save(tmp_path, [["some", "list"], ["a", "b"]], None), languages, language="nl")
    assert error.code == "headers-missing"
    assert all(header in error.hint for header in NL)


def test_six_columns_in_order_without_headers_are_offered_and_read_by_position(
    tmp_path: Path, languages: Languages
) -> None:
    path = save(tmp_path, [person(0), person(1)], None)
    error = refusal(path, languages)
    assert error.code == "headers-positional"
    assert "--positional" in error.hint
    roster = read(path, languages, positional=True)
    assert [member.row for member in roster.members] == [1, 2]
    assert codes(roster.warnings) == ["note-positional"]


def test_by_position_a_header_row_that_nobody_knows_is_no_person(
    tmp_path: Path, languages: Languages
) -> None:
    roster = read(save(tmp_path, [person()], ["a", "b", "c", "d", "e", "f"]), languages, positional=True)
    assert ([member.row for member in roster.members], roster.rejected) == ([2], ())


def test_a_misspelt_header_is_answered_with_the_nearest(tmp_path: Path, languages: Languages) -> None:
    error = refusal(save(tmp_path, [person()], [*FR[:3], "Prénons", *FR[4:]]), languages)
    assert error.code == "header-near"
    assert (
        error.what
        == "La colonne «\u00a0Prénoms\u00a0» manque\u202f; la colonne D s’intitule «\u00a0Prénons\u00a0»."
    )
    assert "«\u00a0Prénoms\u00a0»" in error.hint


@pytest.mark.parametrize("typed", ["E-mail", "Email addres", "Emial address", "E-mail address of the person"])
def test_the_header_that_comes_nearest_is_found(tmp_path: Path, languages: Languages, typed: str) -> None:
    error = refusal(save(tmp_path, [person()], [EN[0], typed, *EN[2:]]), languages)
    assert (error.code, typed in error.what) == ("header-near", True)


def test_a_missing_column_is_named(tmp_path: Path, languages: Languages) -> None:
    error = refusal(save(tmp_path, [person()[:5]], EN[:5]), languages)
    assert error.code == "header-lacking"
    assert error.what == "The column “Protocol ID card N°” is missing."


def test_a_header_that_stands_twice_must_be_deleted_or_renamed(tmp_path: Path, languages: Languages) -> None:
    error = refusal(save(tmp_path, [[*person(), "x"]], [*EN, "E-mail address"]), languages)
    assert error.code == "header-twice"
    assert "B, G" in error.what
    assert "Delete or rename" in error.hint


def test_all_faults_of_the_headers_are_told_at_once(tmp_path: Path, languages: Languages) -> None:
    error = refusal(save(tmp_path, [person()], [*EN[:3], EN[1], "Last nane", "x"]), languages)
    for part in (
        "“First names” is missing",
        "column E is called “Last nane”",
        "“Protocol ID card N°”",
        "B, D",
    ):
        assert part in error.what


def test_a_title_above_the_headers_does_no_harm(tmp_path: Path, languages: Languages) -> None:
    rows = [["Embassy of Freedonia"], [], ["Staff, January 2026"], EN, person()]
    roster = read(save(tmp_path, rows, None), languages)
    assert ([member.row for member in roster.members], roster.header_row) == ([5], 4)


def test_the_language_asked_for_goes_before_that_of_the_headers(tmp_path: Path, languages: Languages) -> None:
    error = refusal(save(tmp_path, [], FR), languages, language="de")
    assert error.what == languages["de"].messages["headers-only"].what


def test_further_columns_bring_link_code_and_mission(tmp_path: Path, languages: Languages) -> None:
    headers = [*EN, "Activation link", "Activation Code", "Mission"]
    row = [*person(), "https://example.org/activate?x=1", "K7QM", "Embassy of Freedonia"]
    member = read(save(tmp_path, [row], headers), languages).members[0]
    assert (member.link, member.code, member.mission) == ("https://example.org/activate?x=1", "K7QM", row[8])


def test_a_link_column_must_be_filled_in_with_links(tmp_path: Path, languages: Languages) -> None:
    headers = [*EN, "Activation link"]
    rows = [[*person(0), "javascript:alert(1)"], [*person(1), None]]
    roster = read(save(tmp_path, rows, headers), languages)
    assert [codes(row.problems) for row in roster.rejected] == [["link-form"], ["incomplete"]]


@pytest.mark.parametrize(("stated", "warned"), [("30/07/1985", []), ("31/07/1985", ["birth-date-differs"])])
def test_a_birth_date_that_contradicts_the_number_is_warned_of(
    tmp_path: Path, languages: Languages, stated: str, warned: list[str]
) -> None:
    row = [*person(number="85073003328"), stated]
    roster = read(save(tmp_path, [row], [*EN, "Date of birth"]), languages)
    assert codes(roster.accepted[0].warnings) == warned


@pytest.mark.parametrize(
    ("headers", "language", "pairs"),
    [
        (
            ["N° ident.", "E-mail", "Langue", "Prénom", "Nom de famille", "N° carte"],
            "fr",
            {"B": "Adresse email", "D": "Prénoms"},
        ),
        (
            ["Rijksregisternr", "E-mail", "Taal", "Voornaam", "Familienaam", "Kaartnr"],
            "nl",
            {"D": "Voornamen", "E": "Naam"},
        ),
        (
            ["Identifikationsnr.", "E-Mail", "Sprache", "Vorname", "Name", "ID-Karte"],
            "de",
            {"D": "Vornamen", "E": "Nachname"},
        ),
        (
            ["Nat. number", "Mail", "Lang", "First name", "Surname", "Card No"],
            "en",
            {"B": "Email address", "D": "First names"},
        ),
    ],
)
def test_headers_that_are_all_cut_short_are_answered_one_by_one_in_their_language(
    tmp_path: Path, languages: Languages, headers: list[str], language: str, pairs: dict[str, str]
) -> None:
    error = refusal(save(tmp_path, [["Freedonia"], headers, person()], None), languages)
    assert error.code in ("header-near", "header-lacking")
    near = languages[language].messages["header-near"]
    for column, header in pairs.items():
        assert near.do.format(column=column, header=header) in error.hint
