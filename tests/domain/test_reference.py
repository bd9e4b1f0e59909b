"""The reference number of a note, as written, as read, and as cited in a text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.reference import (
    ReferenceNumber,
    ReferenceRequest,
    citations,
    normal_unit,
    probable_file,
    probably_meant,
)

REFERENCE = ReferenceNumber("P0.0", "PRO.3143", date(2021, 6, 17), "VACCIN", 5)
UNITS = st.from_regex(r"[A-NP-Z]{1,2}[0-9](\.[0-9]{1,2})?", fullmatch=True)
FILES = st.from_regex(r"[A-Z]{1,4}(\.[A-Z0-9]{1,4})?", fullmatch=True)
TOPICS = st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,10}", fullmatch=True)


def test_a_reference_is_read_and_written_alike() -> None:
    assert str(REFERENCE) == "P0.0/PRO.3143/17.06.2021/VACCIN/5"
    assert ReferenceNumber.parse(" P0.0 / PRO.3143/17.06.2021 /VACCIN/5 ") == REFERENCE
    assert REFERENCE.slug == "P0.0-PRO.3143-17.06.2021-VACCIN-5"


@given(UNITS, FILES, st.dates(date(1950, 1, 1)), TOPICS, st.integers(1, 999_999))
def test_every_reference_survives_being_written(
    unit: str, file: str, dated: date, topic: str, number: int
) -> None:
    reference = ReferenceNumber(unit, file, dated, topic, number)
    assert ReferenceNumber.parse(str(reference)) == reference
    assert [c.reference for c in citations(f"cf. {reference}, and more")] == [reference]


@pytest.mark.parametrize(
    ("written", "read"), [("PO.0", "P0.0"), ("PO.O", "P0.0"), ("Po.1", "P0.1"), ("P2", "P2")]
)
def test_the_letter_o_in_a_unit_is_a_zero(written: str, read: str) -> None:
    assert normal_unit(written) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "five parts"),
        ("P0.0/PRO.3143/17.06.2021/VACCIN", "this has 4"),
        ("P0.0/PRO.3143/17.06.2021/VACCIN/0", "from 1"),
        ("P0.0/PRO.3143/17.06.2021/VACCIN/05", "from 1"),
        ("P0.0/PRO.3143/17.06.2021/VACCIN/1234567", "from 1"),
        ("P0.0/PRO.3143/17.06.2021/VACCIN/\u0665", "from 1"),
        ("P0.0/PRO.3143/17-06-2021/VACCIN/5", "dd.mm.yyyy"),
        ("P0.0/PRO.3143/1\u0667.06.2021/VACCIN/5", "dd.mm.yyyy"),
        ("P0.0/PRO.3143/29.02.2021/VACCIN/5", "no day"),
        ("p0.0/PRO.3143/17.06.2021/VACCIN/5", "the unit"),
        ("P0.0/../17.06.2021/VACCIN/5", "the file"),
        ("P0.0/PRO.3143/17.06.2021/vaccin/5", "the topic"),
        ("P0.0/PRO.3143/17.06.2021/A B/5", "the topic"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_part_that_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ReferenceNumber.parse(text)


def test_a_request_becomes_a_reference_once_numbered() -> None:
    request = ReferenceRequest.parse("PO.0", "PRO.3143", "VACCIN")
    assert request.numbered(date(2021, 6, 17), 5) == REFERENCE


def test_references_sort_by_number_within_their_topic() -> None:
    tenth = ReferenceNumber("P0.0", "PRO.3143", date(2021, 6, 17), "VACCIN", 10)
    assert sorted([tenth, REFERENCE]) == [REFERENCE, tenth]


def test_a_text_cites_references_and_other_things_with_slashes() -> None:
    text = (
        "Voir PO.0/PRO.3143/17.06.2021/VACCIN/5 (17/06/2021, et/ou, https://x.org/P0.0/PRO.1/17.06.2021/A/1)."
    )
    (citation,) = citations(text)
    assert citation.reference == REFERENCE
    assert citation.has_letter_o
    assert text[citation.start :].startswith(citation.written)


def test_what_only_looks_like_a_reference_is_cited_without_one() -> None:
    (citation,) = citations("cf. P0.0/PRO.3143/31.06.2021/VACCIN/5")
    assert citation.reference is None
    assert not citation.has_letter_o


@pytest.mark.parametrize(
    ("file", "meant"),
    [
        ("PRO.22O7", "PRO.2207"),
        ("PRO.O7", "PRO.07"),
        ("PRO.3I4l", "PRO.3141"),
        ("PRO22O7", "PRO2207"),
        ("PRO.12-3O", "PRO.12-30"),
        ("PRO.3143", "PRO.3143"),
        ("PROTOCOL", "PROTOCOL"),
        ("PRO.OIL", "PRO.OIL"),
        ("PRO.II", "PRO.II"),
        ("O12.7", "O12.7"),
        ("PRO.7A-COI", "PRO.7A-COI"),
    ],
)
def test_a_letter_among_the_digits_of_a_file_was_probably_a_digit(file: str, meant: str) -> None:
    assert probable_file(file) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("P0.0/PRO.22O7/17.06.2021/VACCIN/5", "P0.0/PRO.2207/17.06.2021/VACCIN/5"),
        ("PI.l/PRO.2207/l7.O6.2021/VACCIN/lO", "P1.1/PRO.2207/17.06.2021/VACCIN/10"),
        ("P0.0/PRO.2207/17.06.2021/COVID-O/5", None),
        ("PO.0/PRO.2207/17.06.2021/VACCIN/5", None),
        ("P0.0/PRO.2207/17.06.2021/VACCIN", None),
        ("P0.0/PRO.22O7/31.06.2021/VACCIN/5", None),
    ],
)
def test_a_reference_with_letters_for_digits_is_guessed_and_its_topic_left_alone(
    written: str, meant: str | None
) -> None:
    guessed = probably_meant(written)
    assert (str(guessed) if guessed else None) == meant


def test_a_reference_with_letters_for_digits_is_cited_all_the_same() -> None:
    text = "Voir P0.0/PRO.22l7/17.O6.2021/VACCIN/5 et A/B/C/D/E."
    assert [citation.written for citation in citations(text)] == ["P0.0/PRO.22l7/17.O6.2021/VACCIN/5"]
