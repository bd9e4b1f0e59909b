"""E-mail addresses as missions write them: accepted, refused, and what was perhaps meant."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from notegen.reading.mail_address import read_address


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("anne@example.org", "anne@example.org"),
        ("  anne@example.org\u200b\u00a0", "anne@example.org"),
        ("Anne.PEETERS@EXAMPLE.ORG", "Anne.PEETERS@example.org"),
        ("sean.o'brien@example.org", "sean.o'brien@example.org"),
        ("anne+visa@example.org", "anne+visa@example.org"),
        ("2021@example.org", "2021@example.org"),
        ("anne@mission.international", "anne@mission.international"),
        ("anne@münchen.example.org", "anne@xn--mnchen-3ya.example.org"),
        ("mailto:anne@example.org?subject=x", "anne@example.org"),
    ],
)
def test_addresses_of_real_people_are_accepted(written: str, read: str) -> None:
    address, code, _ = read_address(written)
    assert address is not None
    assert (address.text, code) == (read, "")


def test_a_local_part_beyond_ascii_is_accepted_and_needs_smtputf8() -> None:
    address, _, _ = read_address("zoé@example.org")
    assert address is not None
    assert address.needs_smtputf8


@pytest.mark.parametrize(
    "written",
    [
        "anne@127.0.0.1", "anne@[127.0.0.1]", "anne@localhost", "anne@example", "anne..p@example.org",
        ".anne@example.org", "anne@example..org", "anne peeters@example.org", "anne|x@example.org",
        "an(ne)@example.org", "an[ne]@example.org", '"anne"@example.org', "anne@xn--zzzzzz-9.org",
        "anne@example.invalid", "anne@mission.local", "anne@mission.test", "anne@@example.org",
        "@example.org", "anne@", f"{'a' * 65}@example.org", "anne@-example.org", "anne@exam_ple.org",
        "{{anne}}@example.org",
    ],
)  # fmt: skip
def test_what_no_server_would_take_is_refused(written: str) -> None:
    address, code, _ = read_address(written)
    assert address is None
    assert code.startswith("email-")


def test_an_address_over_254_characters_is_refused() -> None:
    long = "a@" + ".".join(["b" * 60] * 4) + ".example.org"
    assert read_address(long)[:2] == (None, "email-long")


@pytest.mark.parametrize(
    ("written", "code", "meant"),
    [
        ("a@example.org; b@example.org", "email-several", ""),
        ("a@example.org/b@example.org", "email-several", ""),
        ("Anne Peeters <anne@example.org>", "email-named", "anne@example.org"),
        ("d’hondt@example.org", "email-apostrophe", "d'hondt@example.org"),
        ("anne@\nexample.org", "email-break", ""),
        ("anne(at)example.org", "email-at-meant", "anne@example.org"),
        ("anne [at] example.org", "email-at-meant", "anne@example.org"),
        ("none", "email-at", ""),
        ("anne@example,org", "email-form-meant", "anne@example.org"),
        ("anne@example.org.", "email-form-meant", "anne@example.org"),
        ("anne peeters@example.org", "email-form-meant", "annepeeters@example.org"),
    ],
)
def test_common_slips_are_named_and_the_address_meant_is_suggested(
    written: str, code: str, meant: str
) -> None:
    assert read_address(written) == (None, code, meant)


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("hotmial.be", "hotmail.be"),
        ("gmail.con", "gmail.com"),
        ("outlok.com", "outlook.com"),
    ],
)
def test_a_mistyped_well_known_domain_is_accepted_with_a_warning(domain: str, meant: str) -> None:
    address, code, suggestion = read_address(f"anne@{domain}")
    assert address is not None
    assert (code, suggestion) == ("email-slip", meant)


@pytest.mark.parametrize("domain", ["gmx.net", "outlook.de", "mail.com", "diplobel.example.org", "live.nl"])
def test_domains_that_exist_are_left_in_peace(domain: str) -> None:
    assert read_address(f"anne@{domain}")[1:] == ("", "")


@given(
    st.from_regex(r"[A-Za-z0-9_+'&.-]{1,20}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9.-]{1,20}\.(org|com|be|invalid|x)", fullmatch=True),
)
def test_the_short_way_accepts_exactly_what_email_validator_accepts(local: str, domain: str) -> None:
    try:
        validate_email(f"{local}@{domain}", check_deliverability=False, strict=True)
        is_valid = domain[-2:-1] != "."  # no top-level domain has one letter
    except EmailNotValidError:
        is_valid = False
    assert (read_address(f"{local}@{domain}")[0] is not None) == is_valid


@pytest.mark.parametrize("typed", ["\u0430nna@example.org", "a@gm\u0430il.com", "anna.\u03bfs@example.org"])
def test_letters_of_alphabets_that_look_alike_are_not_taken_for_an_address(typed: str) -> None:
    assert read_address(typed) == (None, "email-script", "")


@pytest.mark.parametrize("typed", ["почта@пример.рф", "anna.почта@example.org", "andré@example.org"])
def test_an_address_may_be_written_in_any_one_alphabet_word_by_word(typed: str) -> None:
    address, code, _ = read_address(typed)
    assert (address is not None, code) == (True, "")


def test_two_addresses_are_told_apart_in_time_that_grows_with_the_text() -> None:
    assert read_address("a@example.org b@example.org " + "a" * 200_000)[1] == "email-several"
    assert read_address("a" * 200_000)[1] == "email-at"
