"""Links and codes are derived, checked, and shown to nobody by accident."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.activation import Activation, Identity, normal_code
from notegen.domain.message_id import message_id

KEY = bytes(range(32))
URL = "https://profiles.example.org/activate?t={token}&s=mail"
ACTIVATION = Activation(KEY, URL)
MEMBER = "0123456789abcdef" * 2

dispatches = (
    st.text(max_size=60)
    .filter(lambda name: len(name.encode("utf-8", "ignore")) <= 255)
    .filter(lambda name: name.isprintable() or not name)
)
members = st.binary(min_size=1, max_size=32).map(bytes.hex)


@given(dispatches, members)
def test_a_token_says_whose_it_is(dispatch: str, member: str) -> None:
    token = ACTIVATION.token(dispatch, member).text
    assert ACTIVATION.verify_token(token) == Identity(dispatch, member)
    assert ACTIVATION.verify_token(f" {ACTIVATION.link(dispatch, member).text}\n") == Identity(
        dispatch, member
    )


def test_a_resumed_dispatch_yields_the_same_link_and_code() -> None:
    again = Activation(KEY, URL)
    assert again.link("may", MEMBER) == ACTIVATION.link("may", MEMBER)
    assert again.code("may", MEMBER) == ACTIVATION.code("may", MEMBER)


def test_derivation_never_changes_between_releases() -> None:
    assert ACTIVATION.token("may", MEMBER).text == "AQNtYXkBI0VniavN7wEjRWeJq83vx6C9HQOj4QFlmkUiKBgDeA"
    assert ACTIVATION.code("may", MEMBER).text == "Z80V-MAFX"


@given(dispatches, members, st.data())
def test_a_token_with_any_character_changed_is_nobodys(
    dispatch: str, member: str, data: st.DataObject
) -> None:
    token = ACTIVATION.token(dispatch, member).text
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[place]))
    assert ACTIVATION.verify_token(token[:place] + other + token[place + 1 :]) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_anything_else_is_nobodys_token(text: str) -> None:
    assert ACTIVATION.verify_token(text) is None


def test_a_token_of_another_key_is_nobodys() -> None:
    assert Activation(KEY[::-1], URL).verify_token(ACTIVATION.token("may", MEMBER).text) is None


def test_an_endless_token_is_refused_unread() -> None:
    assert ACTIVATION.verify_token("A" * 10_000_000) is None


@pytest.mark.parametrize(
    "spelling", [str, str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " – ")]
)
@pytest.mark.parametrize("member", [MEMBER, "ff" * 16, "00", "a1b2"])
def test_a_code_is_read_as_people_type_it(spelling, member: str) -> None:
    token, code = ACTIVATION.token("may", member).text, ACTIVATION.code("may", member).text
    assert ACTIVATION.verify_code(token, f" {spelling(code)} ") == Identity("may", member)


def test_lookalikes_are_read_as_what_was_meant() -> None:
    assert normal_code("oOiI-lL25") == "00111125"


@given(members, members, dispatches)
def test_the_code_of_another_member_or_dispatch_does_not_fit(one: str, two: str, dispatch: str) -> None:
    token = ACTIVATION.token(dispatch, one).text
    if one != two:
        assert ACTIVATION.verify_code(token, ACTIVATION.code(dispatch, two).text) is None
    assert ACTIVATION.verify_code(token, ACTIVATION.code(dispatch + "x", one).text) is None
    assert ACTIVATION.verify_code(token, "") is None


@given(dispatches, members)
def test_a_code_has_eight_characters_that_nobody_confuses(dispatch: str, member: str) -> None:
    code = ACTIVATION.code(dispatch, member).text
    assert len(code) == 9
    assert code[4] == "-"
    assert not set(code) & set("ILOU")


@given(st.tuples(dispatches, members), st.tuples(dispatches, members))
def test_two_people_never_share_a_token_or_a_message_id(one: tuple[str, str], two: tuple[str, str]) -> None:
    if one != two:
        assert ACTIVATION.token(*one) != ACTIVATION.token(*two)
        assert message_id(*one, "k", "example.org") != message_id(*two, "k", "example.org")


def test_key_link_token_and_code_are_masked_wherever_they_are_printed() -> None:
    secrets = (
        ACTIVATION.link("may", MEMBER),
        ACTIVATION.token("may", MEMBER),
        ACTIVATION.code("may", MEMBER),
    )
    shown = f"{ACTIVATION!r} {ACTIVATION} {secrets!r} {[str(secret) for secret in secrets]}"
    assert not any(secret.text in shown for secret in secrets)
    assert str(KEY)[2:-1] not in shown
    assert KEY.hex() not in shown


@pytest.mark.parametrize(
    ("key", "url"),
    [
        (KEY[:31], URL),
        (KEY, "https://example.org/"),
        (KEY, "https://example.org/{token}/{token}"),
        (KEY, "javascript:{token}"),
    ],
)
def test_a_short_key_or_an_address_without_a_place_for_the_token_is_refused(key: bytes, url: str) -> None:
    with pytest.raises(ValueError, match="activation"):
        Activation(key, url)


@pytest.mark.parametrize("member", ["", "xyz", "ABCD", "abc"])
def test_a_member_is_named_by_digest_only(member: str) -> None:
    with pytest.raises(ValueError):
        ACTIVATION.code("may", member)


def test_a_message_id_has_the_senders_domain_and_nothing_of_the_person() -> None:
    made = message_id("may", MEMBER, "activation-link", "profiles.example.org")
    left, _, right = made.strip("<>").partition("@")
    assert right == "profiles.example.org"
    assert len(left) == 32
    assert MEMBER not in made
    assert made != message_id("may", MEMBER, "activation-code", "profiles.example.org")
    assert message_id("a", "bc", "k", "x") != message_id("ab", "c", "k", "x")
