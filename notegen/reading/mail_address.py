"""E-mail addresses as missions write them (RFC 5321, 5322, 6531; IDNA 2008), and what they may have meant.

No name server is asked: whether a domain receives mail is for the dispatch to find out.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from notegen.domain.email_address import EmailAddress
from notegen.reading.cell_text import clean, has_line_break

PLAIN = r"([A-Za-z0-9_+'&-]+(?:\.[A-Za-z0-9_+'&-]+)*)@([A-Za-z0-9.-]+)"
"""Local part and domain of an address that needs no more than a look at its domain."""
_PLAIN = re.compile(PLAIN)
_NAMED = re.compile(r".*<\s*([^<>@\s]+@[^<>@\s]+)\s*>")
_SEVERAL = re.compile(r"(?<![^\s;,/|<>@])[^\s;,/|<>@]+@[^\s;,/|<>@]+")
_FORBIDDEN = frozenset('|`{}"<>()[]\\:;,')
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'"})
_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_ONE_LETTER = re.compile(r"\.[^.]$")
"""No top-level domain has one letter."""
_CURLY = frozenset(map(chr, _APOSTROPHES))
_WELL_KNOWN = ("gmail", "hotmail", "outlook", "yahoo", "icloud", "skynet", "telenet", "proximus")
_TYPED_TLD = {"con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "ogr": "org"}
_WITH_MEANT = {"email-at": "email-at-meant", "email-form": "email-form-meant"}
LONGEST_LOCAL = 64
LONGEST = 254
"""Octets of an address in SMTP (RFC 5321, 4.5.3.1.3, less the brackets of the path)."""


def read_address(text: str) -> tuple[EmailAddress | None, str, str]:
    """The address, "" and ""; or None, the code of the problem, and the address that was perhaps meant.

    An accepted address can come with the warning `email-slip` and the domain that was perhaps meant.
    """
    plain = _PLAIN.fullmatch(text)
    domain = (
        ascii_domain(plain[2]) if plain and len(text) <= LONGEST and len(plain[1]) <= LONGEST_LOCAL else ""
    )
    if plain and domain:
        near = near_domain(domain)
        return EmailAddress(plain[1], domain), "email-slip" if near else "", near
    return _read_other(text)


def _read_other(text: str) -> tuple[EmailAddress | None, str, str]:
    if has_line_break(text):
        return None, "email-break", ""
    bare = clean(text)
    if bare.lower().startswith("mailto:"):
        bare = bare[7:].split("?")[0]
    address = _validated(bare)
    if address is not None and _mixes_alphabets(bare):
        return None, "email-script", ""
    if address is not None:
        near = near_domain(address.domain)
        return address, "email-slip" if near else "", near
    code, meant = _diagnosis(bare)
    if code in ("email-named", "email-apostrophe") and not meant:
        code = "email-form"
    return None, _WITH_MEANT.get(code, code) if meant else code, meant


def _diagnosis(bare: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(bare)
    if named and bare.count("@") == 1:
        return "email-named", _meant(named[1])
    if len(_SEVERAL.findall(bare)) > 1:
        return "email-several", ""
    if "@" not in bare:
        return "email-at", _meant(re.sub(r"\s*[\[(]\s*(?:at|à)\s*[\])]\s*", "@", bare, flags=re.IGNORECASE))
    straight = bare.translate(_APOSTROPHES)
    if straight != bare:
        return "email-apostrophe", _meant(straight)
    if len(bare) > LONGEST:
        return "email-long", ""
    return "email-form", _meant(_mended(bare))


def _mended(bare: str) -> str:
    local, _, domain = bare.strip(" .,;:<>\"'()[]").rpartition("@")
    return f"{local.replace(' ', '')}@{domain.replace(' ', '').replace(',', '.').replace('..', '.')}"


def _mixes_alphabets(address: str) -> bool:
    """Whether a word of it has letters of alphabets that look alike: `а` may be Cyrillic among Latin ones."""
    if address.isascii():
        return False
    words = (
        {unicodedata.name(letter, "").partition(" ")[0] for letter in word} for word in _WORD.findall(address)
    )
    return any(len(alphabets & _ALIKE) > 1 for alphabets in words)


def _meant(candidate: str) -> str:
    address = _validated(candidate)
    return address.text if address is not None else ""


def _validated(bare: str) -> EmailAddress | None:
    local = bare.partition("@")[0]
    if len(bare) > 2 * LONGEST or _FORBIDDEN.intersection(bare) or _CURLY.intersection(local):
        return None
    try:
        found = validate_email(bare, check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError:
        return None
    domain = found.ascii_domain
    if domain is None or _ONE_LETTER.search(domain) or len(f"{found.local_part}@{domain}".encode()) > LONGEST:
        return None
    return EmailAddress(found.local_part, domain.lower())


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """A domain in lower case and in its ASCII form; "" for one that cannot receive mail."""
    try:
        found = validate_email(f"a@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        return ""
    return "" if found is None or _ONE_LETTER.search(found) else found.lower()


@lru_cache(maxsize=4096)
def near_domain(domain: str) -> str:
    """The domain that was meant when this one is a well-known one but for a slip of the finger, else ""."""
    name, _, ending = domain.rpartition(".")
    near = get_close_matches(name, _WELL_KNOWN, n=1, cutoff=0.8)
    meant = near[0] if near and near[0][0] == name[0] else name
    corrected = f"{meant}.{_TYPED_TLD.get(ending, ending)}"
    return "" if corrected == domain else corrected
