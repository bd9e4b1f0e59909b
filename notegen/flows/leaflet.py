"""One leaflet to PDF: no number to allot, no mission to address, and a page to keep within."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notegen.domain.leaflet import Leaflet
from notegen.domain.problem import Problem, Severity
from notegen.flows.house import House

if TYPE_CHECKING:
    # What is heavy is loaded by the line that needs it.
    from notegen.rendering.document import Document


def compose(leaflet: Leaflet, house: House, *, draft: bool, only: Sequence[str] = ()) -> Document:
    """The leaflet as HTML sections."""
    from notegen.rendering.leaflet import compose_leaflet

    return compose_leaflet(
        leaflet,
        house.languages,
        house.templates,
        house.sender,
        draft=draft,
        only=only,
        profile=house.profile,
    )


def preflight(leaflet: Leaflet, house: House) -> tuple[Problem, ...]:
    """The findings about one leaflet; a section that is too long for its pages is an error."""
    from notegen.checking.leaflet import check_leaflet
    from notegen.rendering.pdf import PdfWriter

    found = check_leaflet(leaflet, house.versed(leaflet.languages))
    if any(problem.severity is Severity.ERROR for problem in found):
        return found
    overflows = PdfWriter().overflows(compose(leaflet, house, draft=False))
    return (
        *found,
        *(
            Problem(
                "note-too-long",
                leaflet.title[over.language].place,
                f"{over.millimetres} mm",
                Severity.ERROR,
                (("pages", str(over.pages)), ("lines", str(over.lines))),
                over.language,
            )
            for over in overflows
        ),
    )
