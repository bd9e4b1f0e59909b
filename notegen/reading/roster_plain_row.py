"""The line of a roster in which there is nothing to say: six texts typed as they should be.

Nearly all lines are like that. One expression and two look-ups settle them; whatever does not fit is judged
field by field, with the same result (a test holds the two against each other).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.reading.cell_text import PLAIN as TEXT
from notegen.reading.identification_number import is_number
from notegen.reading.mail_address import LONGEST as LONGEST_ADDRESS
from notegen.reading.mail_address import LONGEST_LOCAL, ascii_domain, near_domain
from notegen.reading.mail_address import PLAIN as ADDRESS

LONGEST = 200
"""Characters of a name or of a card number; more is a slip of the clipboard."""
_LONGEST_ROW = 1_000
_BETWEEN = "\x1f"
_NUMBER = r"(?:(\d{11})|(\d\d)\.(\d\d)\.(\d\d)-(\d{3})\.(\d\d))"
_ROW = re.compile(_BETWEEN.join((_NUMBER, ADDRESS, *[f"({TEXT})"] * 3)), re.ASCII)


def plain_member(row: int, values: Sequence[Any], languages: Mapping[str, str], today: date) -> Member | None:
    """The member of a plain line (values in the order of the form), None where there is more to see."""
    number, mail, language, first, last, card = values
    try:
        if len(number) + len(mail) + len(first) + len(last) + len(card) > _LONGEST_ROW:
            return None
        match = _ROW.fullmatch(_BETWEEN.join((number, mail, first, last, card)))
        code = languages[language]
    except (TypeError, KeyError):
        return None
    if match is None or len(first) > LONGEST or len(last) > LONGEST or len(card) > LONGEST:
        return None
    if not (first[0].isalnum() and last[0].isalnum() and card[0].isalnum()):
        return None
    digits = match[1] or "".join(match.group(2, 3, 4, 5, 6))
    domain = ascii_domain(match[8])
    if not domain or near_domain(domain) or not is_number(digits, today):
        return None
    if len(mail) > LONGEST_ADDRESS or len(match[7]) > LONGEST_LOCAL:
        return None
    return Member(row, IdentificationNumber(digits), EmailAddress(match[7], domain), code, first, last, card)
