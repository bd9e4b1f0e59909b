"""Copies of a note share what they have in common; nobody can tell from their pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verbal_notes import BEGINNINGS, RICH, SENDER, composed, note

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.note import VerbalNote
from notegen.domain.reference import ReferenceNumber
from notegen.errors import RenderingError
from notegen.rendering.document import Document
from notegen.rendering.pdf import PdfWriter
from notegen.rendering.template import LAYOUT

PARAGRAPH = "Les missions sont priées de bien vouloir en tenir compte dans leurs démarches à venir. " * 3
NOTED = "\n\n".join(f"{PARAGRAPH}[^{n}]" for n in range(6)) + "\n\n"
NOTED += "\n\n".join(f"[^{n}]: La note {n}, au bas de sa page." for n in range(6))
BODIES = {
    "short": "",
    "rich": RICH + "\n" + f"{PARAGRAPH}\n\n" * 12,
    "with footnotes": f"{BEGINNINGS['fr']}\n\n{NOTED}",
    "with values": f"{BEGINNINGS['fr']}\n\nPour le personnel {{{{ addressee.of }}}}.\n\n"
    + f"{PARAGRAPH}\n\n" * 9,
}
WORDS = """Ambassade République Saint-Christophe-et-Niévès d’ l’ île Liechtenstein Unies Ω İzmir — (à) 12
Rechtsanwaltskammern œuvre États-Unis extraordinairement-plénipotentiaire pp. e\u0301"""
NAMES = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=24).map(" ".join)


def mission(name: str, number: int = 1, *languages: str) -> Addressee:
    forms = AddresseeForms(name, f"à {name}", f"À {name}\nà Bruxelles", f"à {name}", f"de {name}")
    return Addressee(f"mission-{number}", dict.fromkeys(("fr", "nl", "en", "de"), forms), languages)


def copies(original: VerbalNote, names: Sequence[str], *, draft: bool = False) -> list[Document]:
    numbered = [ReferenceNumber.parse(f"P0.0/PRO.3143/17.06.2021/V/{9 + n}") for n in range(len(names))]
    return [
        composed(replace(original, addressee=mission(name, n), reference=numbered[n]), draft=draft)
        for n, name in enumerate(names)
    ]


def printed_alone(document: Document) -> bytes:
    return PdfWriter().write(document)


@pytest.mark.parametrize("body", BODIES)
@settings(max_examples=4)
@given(names=st.lists(NAMES, min_size=2, max_size=3), draft=st.booleans())
def test_a_copy_printed_after_others_has_the_bytes_of_one_printed_alone(
    body: str, names: list[str], draft: bool
) -> None:
    together = PdfWriter()
    for document in copies(note("fr", body=BODIES[body]), names, draft=draft):
        assert together.write(document) == printed_alone(document)


@pytest.mark.parametrize("body", sorted(BODIES.keys() - {"short"}))
def test_what_copies_have_in_common_is_laid_out_no_more_than_twice(body: str) -> None:
    together = PdfWriter()
    names = [f"l’Ambassade du pays {letter}" for letter in "ABCDEF"]
    for document in copies(note("fr", body=BODIES[body]), names):
        assert together.write(document) == printed_alone(document)
    assert together.standing.used == len(names) - 2


def test_copies_in_other_languages_share_what_is_the_same() -> None:
    together = PdfWriter()
    for languages in (("fr", "nl"), ("fr", "en"), ("nl", "fr"), ("fr", "nl"), ("fr", "en")):
        document = composed(note(*languages))
        assert together.write(document) == printed_alone(document)
    assert together.standing.used == 2


def test_annexes_of_any_length_follow_what_is_shared() -> None:
    number = IdentificationNumber("85073003328")
    members = [
        Member(row, number, EmailAddress("a", "example.org"), "fr", f"Anne {row}", "Peeters", f"P-{row}")
        for row in range(2, 92)
    ]
    together = PdfWriter()
    for count in (2, 1, 90, 3, 40):
        document = composed(note("fr", body=BODIES["rich"], annex=tuple(members[:count])))
        assert together.write(document) == printed_alone(document)
    assert together.standing.used == 3


def test_another_text_is_laid_out_for_itself() -> None:
    together = PdfWriter()
    for body in BODIES.values():
        document = composed(note("fr", body=body))
        assert together.write(document) == printed_alone(document)
    assert together.standing.used == 0


def test_a_fault_is_told_each_time_and_nothing_of_it_is_kept() -> None:
    together = PdfWriter()
    document = composed(note("fr"), sender=replace(SENDER, emblem="data:image/png;base64,AAAA"))
    for _ in range(3):
        with pytest.raises(RenderingError, match="Failed to load image"):
            together.write(document)


def test_no_rule_of_the_looks_goes_from_one_block_of_a_note_to_its_neighbours() -> None:
    looks = re.sub(r"/\*.*?\*/", "", (LAYOUT / "document.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = [each for found in re.findall(r"([^{};]+)\{", looks) for each in found.split(",")]
    neighbourly = [each for each in selectors if re.search(r"[+~]|:(?:first|last|nth|only)-", each)]
    assert [each for each in neighbourly if not re.search(r"\b(?:li|tr|td|th)\b", each)] == []
    assert neighbourly
