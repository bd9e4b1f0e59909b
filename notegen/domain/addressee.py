"""Whom a note is addressed to, in the grammatical forms that each language needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notegen.domain.email_address import EmailAddress


@dataclass(frozen=True, slots=True)
class AddresseeForms:
    """One addressee in one language, as whole phrases ready for their place in the sentence.

    `name` is the bare name; `opening` stands after "presents its compliments" (FR "à l'Ambassade de France");
    `block` is the addressee block ("To the Embassy of France"); `closing` is often shorter than the opening;
    `of` is the genitive ("de l’Ambassade de France"), empty where it is not known.
    """

    name: str
    opening: str
    block: str
    closing: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A collective addressee or one mission; `languages` are its sections, in order (empty: the note's)."""

    key: str
    forms: Mapping[str, AddresseeForms]
    languages: tuple[str, ...] = ()
    email: EmailAddress | None = None
