"""What a YAML roster may hold, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from notegen.domain.roster import FIELDS

_TEXTS = {
    "identification_number": "Eleven digits (national or BIS number), in quotation marks: 85.07.30-033.28.",
    "email": "One address per person.",
    "language": "The language in which the person is written to: FR, NL, EN or DE.",
    "first_names": "All first names, as on the protocol card.",
    "last_name": "The family name, as on the protocol card.",
    "protocol_card": "The number printed on the protocol identity card.",
    "activation_link": "The person's own activation link, where it is not made here.",
    "activation_code": "The person's own activation code, where it is not made here.",
    "mission": "The mission that the person belongs to.",
    "birth_date": "Compared with the identification number, nothing else: 30/07/1985.",
}


def roster_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a YAML roster."""
    scalar = {"type": ["string", "number"]}
    member = {
        "type": "object",
        "required": list(FIELDS),
        "additionalProperties": False,
        "properties": {field: {**scalar, "description": text} for field, text in _TEXTS.items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Roster: the members of a mission's staff who are to get a user profile",
        "type": "object",
        "required": ["members"],
        "additionalProperties": False,
        "properties": {
            "language": {
                "type": "string",
                "description": "The language in which the mission is answered: fr.",
            },
            "members": {"type": "array", "items": member},
        },
    }
