"""A mission's workbook becomes a roster: headers in four languages, every row judged, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from missions import DE, EN, FR, HEADERS, NL, codes, number, person, read, reasons, save

from notegen.domain.language import Language
from notegen.domain.roster import RowStatus
from notegen.errors import RosterFileError

Languages = Mapping[str, Language]


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_the_form_is_read_in_each_of_its_languages(tmp_path: Path, languages: Languages, code: str) -> None:
    roster = read(save(tmp_path, [person(0), person(1)], HEADERS[code]), languages)
    assert (roster.language, len(roster.accepted), roster.rejected, roster.warnings) == (code, 2, (), ())
    member = roster.members[0]
    assert (member.row, member.number.digits, member.email.text) == (
        2,
        number(serial=1, birth="500730"),
        "person.0@example.org",
    )
    assert (member.language, member.first_names, member.last_name, member.protocol_card) == (
        "fr",
        "Anne a",
        "Peeters",
        "P-00000",
    )


@pytest.mark.parametrize(
    "headers",
    [
        tuple(header.upper() for header in FR),
        (
            "N° D’IDENTIFICATION", "adresse_email", "choix de langue", "prenoms", " nom ",
            "n° carte-ID  protocolaire",
        ),
        (
            "Identification nr.", "E-mail address", "Choice of language", "first_names", "LASTNAME",
            "Protocol ID card nº",
        ),
        (
            "Identificatie no", "Email\naddress", "Taalkeuze:\u00a0FR/NL/EN/DE", "Voornamen\u200b",
            "\ufeffNaam", "Protocol ID-kaart nr",
        ),
        (FR[0], EN[1], NL[2], DE[3], FR[4], EN[5]),
    ],
)  # fmt: skip
def test_headers_are_recognised_however_they_are_typed(
    tmp_path: Path, languages: Languages, headers: tuple[str, ...]
) -> None:
    assert len(read(save(tmp_path, [person()], headers), languages).accepted) == 1


def test_nom_and_naam_are_the_family_name(tmp_path: Path, languages: Languages) -> None:
    for headers in (FR, NL):
        member = read(save(tmp_path, [person(last="Dubois", first="Zoé")], headers), languages).members[0]
        assert (member.last_name, member.first_names, member.name) == ("Dubois", "Zoé", "Zoé Dubois")


def test_columns_in_another_order_are_accepted_with_a_note(tmp_path: Path, languages: Languages) -> None:
    order = (5, 2, 4, 0, 3, 1)
    row = person()
    roster = read(save(tmp_path, [[row[i] for i in order]], [FR[i] for i in order]), languages)
    assert codes(roster.warnings) == ["note-order"]
    straight = read(save(tmp_path, [row], name="straight.xlsx"), languages)
    assert roster.members == straight.members
    assert roster.digest == straight.digest


def test_unknown_columns_are_ignored_and_listed(tmp_path: Path, languages: Languages) -> None:
    roster = read(save(tmp_path, [[*person(), "urgent"]], [*FR, "Remarque"]), languages)
    assert codes(roster.warnings) == ["note-ignored"]
    assert roster.warnings[0].found == "Remarque"


def test_an_incomplete_row_is_rejected_and_the_others_go_on(tmp_path: Path, languages: Languages) -> None:
    roster = read(save(tmp_path, [person(0), person(1, first=None, card="  "), person(2)]), languages)
    assert [member.row for member in roster.members] == [2, 4]
    assert reasons(roster) == {3: ["incomplete", "incomplete"]}


def test_blank_rows_are_skipped_in_silence_and_numbers_stay_those_of_excel(
    tmp_path: Path, languages: Languages
) -> None:
    rows = [[], person(0), [" ", "\u00a0", "\t"], [], person(1), ["   "] * 6, [None] * 6]
    roster = read(save(tmp_path, rows), languages)
    assert [member.row for member in roster.members] == [3, 6]
    assert (roster.rejected, roster.warnings) == ((), ())


def test_every_problem_of_a_row_is_told_at_once_in_the_language_of_the_form(
    tmp_path: Path, languages: Languages
) -> None:
    row = [number()[:-1] + "0", "a@example.org; b@example.org", "IT", None, "Nom", "1"]
    roster = read(save(tmp_path, [row], NL), languages)
    problems = roster.rejected[0].problems
    assert codes(problems) == ["number-check", "email-several", "language-unknown", "incomplete"]
    sentences = [languages[roster.language].word(problem) for problem in problems]
    assert (
        sentences[2].what == "Rij 2, kolom C (Taalkeuze: FR/NL/EN/DE): “IT” is geen van de aangeboden talen."
    )
    assert sentences[2].do == "Kies een van deze talen: FR, NL, EN, DE."
    assert all(sentence.what.startswith("Rij 2, kolom ") for sentence in sentences)


def test_the_same_number_with_the_same_data_is_skipped(tmp_path: Path, languages: Languages) -> None:
    printed = f"{number()[:2]}.{number()[2:4]}.{number()[4:6]}-{number()[6:9]}.{number()[9:]}"
    rows = [person(0, number=number()), person(0, number=printed, email="PERSON.0@example.org")]
    roster = read(save(tmp_path, rows), languages)
    assert [member.row for member in roster.members] == [2]
    assert [(row.row, row.status) for row in roster.rejected] == [(3, RowStatus.SKIPPED)]


def test_the_same_number_with_different_data_holds_both_rows(tmp_path: Path, languages: Languages) -> None:
    rows = [person(0, number=number()), person(1), person(2, number=number())]
    roster = read(save(tmp_path, rows), languages)
    assert [member.row for member in roster.members] == [3]
    assert [(row.row, row.status) for row in roster.rejected] == [(2, RowStatus.HELD), (4, RowStatus.HELD)]
    assert ("rows", "4") in roster.rejected[0].problems[0].values


def test_a_family_that_shares_an_address_is_warned(tmp_path: Path, languages: Languages) -> None:
    path = save(tmp_path, [person(0, email="Family@example.org"), person(1, email="family@EXAMPLE.org")])
    roster = read(path, languages)
    assert [codes(row.warnings) for row in roster.accepted] == [["email-shared"], ["email-shared"]]
    strict = read(path, languages, shared_email_is_error=True)
    assert reasons(strict) == {2: ["email-shared"], 3: ["email-shared"]}


def test_the_same_people_are_recognised_whatever_the_file_is_called(
    tmp_path: Path, languages: Languages
) -> None:
    one = read(save(tmp_path, [person(0), person(1)], name="one.xlsx"), languages)
    two = read(save(tmp_path, [person(1), person(0)], EN, name="two.xlsx"), languages)
    other = read(save(tmp_path, [person(0), person(2)], name="three.xlsx"), languages)
    assert one.digest == two.digest != other.digest


def test_more_rows_than_the_limit_is_an_error_before_anything_is_sent(
    tmp_path: Path, languages: Languages
) -> None:
    path = save(tmp_path, [person(i) for i in range(4)])
    assert len(read(path, languages, row_limit=4).accepted) == 4
    with pytest.raises(RosterFileError) as caught:
        read(path, languages, row_limit=3)
    assert caught.value.code == "rows-over"
    assert "plus de 3 lignes" in caught.value.what
