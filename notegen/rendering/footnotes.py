"""Footnotes that the page breaker put on a later page than their call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KEPT_WITH_NEXT = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def make_room(root: Any, pages: Sequence[Any]) -> bool:
    """Send the last block of the first page that lost a footnote to the next page; says whether it did.

    WeasyPrint 70 gives up a footnote's room when that saves a paragraph from being moved whole. `pages` are
    the page boxes, `root` the parsed page they came from, to be laid out again after a True.
    """
    for number, page in enumerate(pages[:-1]):
        lost = _calls(page) - _notes(page)
        if lost and any(lost & _notes(later) for later in pages[number + 1 :]):
            blocks = [block.element for block in page.children[0].children[0].children]
            return _break_before(root, blocks)
    return False


def _calls(page: Any) -> set[Any]:
    return {box.element for box in page.descendants() if box.element_tag == "span::footnote-call"}


def _notes(page: Any) -> set[Any]:
    areas = (child for child in page.children if type(child).__name__ == "FootnoteAreaBox")
    return {note.element for area in areas for note in area.children}


def _break_before(root: Any, blocks: Sequence[Any]) -> bool:
    siblings = list(root.find("body"))
    place = siblings.index(blocks[-1])
    while place and (
        siblings[place - 1].tag in _KEPT_WITH_NEXT or siblings[place - 1].get("class") == "asterism"
    ):
        place -= 1
    chosen = siblings[place]
    if chosen is blocks[0] or "break-before" in (chosen.get("style") or ""):
        return False
    chosen.set("style", "break-before: page")
    return True
