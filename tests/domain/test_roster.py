"""Accepted rows: kept packed, given back as they were."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.roster import AcceptedRow, AcceptedRows, Roster

WARNING = Problem("email-shared", Place("members.xlsx", 2, "email"), severity=Severity.WARNING)
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
MEMBERS = st.builds(
    Member,
    row=st.integers(1, 1_048_576),
    number=st.from_regex(r"[0-9]{11}", fullmatch=True).map(IdentificationNumber),
    email=st.builds(EmailAddress, st.sampled_from(["anne", "zoé", "o'b"]), st.just("example.org")),
    language=st.sampled_from(["fr", "nl", "en", "de"]),
    first_names=NAMES,
    last_name=NAMES,
    protocol_card=NAMES,
    mission=NAMES,
    link=NAMES,
    code=NAMES,
)
ROWS = st.builds(AcceptedRow, MEMBERS, st.sampled_from([(), (WARNING,)]))


@given(st.lists(ROWS, max_size=6))
def test_rows_are_given_back_as_they_were(rows: list[AcceptedRow]) -> None:
    packed = AcceptedRows(rows)
    assert (list(packed), len(packed)) == (rows, len(rows))
    assert packed == tuple(rows)
    assert packed[:2] == rows[:2]
    assert [packed[index - len(rows)] for index in range(len(rows))] == rows


@given(st.lists(ROWS, max_size=6), st.sets(st.integers(0, 5)))
def test_rows_behind_those_taken_out_keep_their_warnings(rows: list[AcceptedRow], gone: set[int]) -> None:
    packed = AcceptedRows(rows)
    packed.remove(gone)
    assert list(packed) == [row for index, row in enumerate(rows) if index not in gone]


@given(st.lists(ROWS, max_size=6), st.randoms(use_true_random=False))
def test_the_digest_knows_people_and_no_order(rows: list[AcceptedRow], chance: Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert AcceptedRows(rows).digest() == AcceptedRows(shuffled).digest()
    if rows:
        assert AcceptedRows(rows).digest() != AcceptedRows(rows[1:]).digest()


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_nothing_of_a_person_is_told_by_accident(rows: list[AcceptedRow]) -> None:
    roster = Roster("members.xlsx", "Staff", "fr", AcceptedRows(rows), (), (), "")
    told = f"{roster!r} {roster.accepted!r} {roster.members[0]!r}"
    assert rows[0].member.number.digits not in told
    assert "anne@" not in told
