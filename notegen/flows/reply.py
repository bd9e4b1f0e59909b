"""A checked roster, answered: a verbal note to the mission that names the rows to be corrected."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from notegen.domain.language import Language
from notegen.domain.roster import RowStatus
from notegen.errors import TemplateError
from notegen.flows.house import House
from notegen.reading.yaml import Data, dump

if TYPE_CHECKING:
    from notegen.domain.problem import Problem
    from notegen.domain.reference import ReferenceRequest
    from notegen.domain.roster import Roster

_MARKUP = re.compile(r"([\\`*_\[\]<>|~^&#{}$])")
_TITLE = "Title:"


def reply(
    roster: Roster, reference: ReferenceRequest, addressee: str, house: House, language: Language
) -> bytes:
    """The text of a note file in that language, ready to be checked and issued.

    What the mission wrote stands in it as plain text, whatever it looks like.
    """
    name = f"{language.code}/starter/roster-reply.md"
    rejected = [row for row in roster.rejected if row.status is not RowStatus.SKIPPED]
    values = {
        "file": _plain(roster.file),
        "accepted": len(roster.accepted),
        "rejected": len(rejected),
        "lines": [
            {"row": row.row, "finding": _plain(language.word(_shortened(problem)).what)}
            for row in rejected
            for problem in row.problems
        ],
    }
    head, _, body = house.templates.render(name, values).partition("\n")
    if not head.startswith(_TITLE):
        raise TemplateError(
            "the first line names no title", where=f"{name}:1", hint=f"Begin with “{_TITLE} …”."
        )
    return dump(
        _note(reference, addressee, house, language.code, head.removeprefix(_TITLE).strip(), body.strip())
    )


def _note(
    reference: ReferenceRequest, addressee: str, house: House, code: str, title: str, body: str
) -> Data:
    return {
        "document": "verbal-note",
        "reference": {"unit": reference.unit, "file": reference.file, "topic": reference.topic},
        "issued": house.today.isoformat(),
        "place": "brussels",
        "addressee": addressee,
        "languages": [code],
        "title": {code: title},
        "body": {code: body + "\n"},
    }


def _shortened(problem: Problem) -> Problem:
    """The problem whose column is named without the choices that its header lists: `C (Taalkeuze)`."""
    values = ((k, f"{v.partition(':')[0]})" if k == "column" and ":" in v else v) for k, v in problem.values)
    return replace(problem, values=tuple(values))


def _plain(text: str) -> str:
    """Text that Markdown and Jinja leave alone, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
