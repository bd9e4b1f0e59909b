"""National numbers and BIS numbers, in every spelling that missions use."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from missions import TODAY, number
from stdnum.be import bis, nn

from notegen.domain.identification import IdentificationNumber
from notegen.reading.identification_number import birth_date, read_number

PLAIN = number()
PRINTED = f"{PLAIN[:2]}.{PLAIN[2:4]}.{PLAIN[4:6]}-{PLAIN[6:9]}.{PLAIN[9:]}"
WIDE = PLAIN.translate({ord("0") + n: ord("０") + n for n in range(10)})


@pytest.mark.parametrize(
    "written",
    [
        PLAIN, PRINTED, f"{PRINTED}.", f" {PRINTED} ", PRINTED.replace(".", " "), PRINTED.replace("-", "/"),
        PRINTED.replace("-", "–"), PRINTED.replace(".", "\u00a0"), f"\ufeff{PLAIN[:5]}\u200b{PLAIN[5:]}",
        WIDE, int(PLAIN), float(PLAIN),
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_spelling(written: str | float) -> None:
    found, code = read_number(written, TODAY)
    assert (found, code) == (IdentificationNumber(PLAIN), "")
    assert found is not None
    assert found.printed == PRINTED


@pytest.mark.parametrize("added", [0, 20, 40])
@pytest.mark.parametrize("century", [1900, 2000])
def test_bis_numbers_of_diplomats_are_accepted(added: int, century: int) -> None:
    digits = number("010611", 45, century=century, bis=added)
    assert read_number(digits, TODAY) == (IdentificationNumber(digits), "")


@pytest.mark.parametrize("lost", [1, 2])
def test_zeros_that_a_spreadsheet_dropped_are_put_back_and_that_is_said(lost: int) -> None:
    digits = number("0" * lost + "50611"[lost - 1 :], 45, century=2000)
    assert read_number(int(digits), TODAY) == (IdentificationNumber(digits), "number-zero")
    assert read_number(digits[lost:], TODAY) == (IdentificationNumber(digits), "number-zero")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("8.5073E+10", "number-format"),
        ("8,50730033E+10", "number-format"),
        (f"{PLAIN}.0", "number-format"),
        (85073003328.5, "number-format"),
        (float("nan"), "number-format"),
        (float("inf"), "number-format"),
        (-85073003328, "number-format"),
        (True, "number-format"),
        (date(1985, 7, 30), "number-format"),
        ("P-20417", "number-characters"),
        ("٨٥٠٧٣٠٠٣٣٢٨", "number-characters"),
        ("-", "number-characters"),
        (PLAIN[:-1], "number-length"),
        (f"{PLAIN}1", "number-length"),
        (10**30, "number-length"),
        (PLAIN[:-2] + "00", "number-check"),
        (f"{PLAIN[0]}{PLAIN[2]}{PLAIN[1]}{PLAIN[3:]}", "number-check"),
        (number("851330"), "number-date"),
        (number("855330"), "number-date"),
    ],
)
def test_what_is_no_number_is_told_with_its_reason(written: str | float, code: str) -> None:
    assert read_number(written, TODAY) == (None, code)


def test_a_birth_after_today_is_impossible() -> None:
    digits = number("260611", century=2000)
    assert read_number(digits, date(2026, 6, 10)) == (None, "number-date")
    assert read_number(digits, date(2026, 6, 11)) == (IdentificationNumber(digits), "")


def test_the_birth_date_is_told_unless_it_was_not_known() -> None:
    assert birth_date(IdentificationNumber(number("010611", century=2000, bis=40)), TODAY) == date(
        2001, 6, 11
    )
    assert birth_date(IdentificationNumber(number("850000")), TODAY) is None


def test_a_number_shows_itself_only_when_asked() -> None:
    found = IdentificationNumber(PLAIN)
    assert PLAIN[:9] not in f"{found} {found!r}"


@given(
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(1, 998),
    st.sampled_from([1900, 2000]),
)
def test_the_check_agrees_with_that_of_python_stdnum(
    year: int, month: int, day: int, serial: int, century: int
) -> None:
    digits = number(f"{year:02d}{month:02d}{day:02d}", serial, century=century)
    if len(digits) == 11 and 2000 + year < 2026:
        found, _ = read_number(digits, date(2026, 12, 31))
        assert (found is not None) == (nn.is_valid(digits) or bis.is_valid(digits))
