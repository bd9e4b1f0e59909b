"""Standing type: what a section has in common with one laid out before is not laid out again.

Copies of a note to many missions differ in a few blocks. Those are laid out among stand-ins, empty blocks as
high as what they stand for. Where all then lies exactly where it lay before, the blocks laid out before take
the place of their stand-ins; where anything differs, the section is laid out whole. The pages are the same.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf, nextafter
from typing import Any
from xml.etree import ElementTree as ET

_KEPT = 16
_TRIED = 3
_BREAK = "break-before: page; "


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box of the text on its page, with the number of the block that it comes from."""

    block: int
    box: Any


@dataclass(frozen=True, slots=True)
class _Page:
    """A page laid out before: WeasyPrint's box, and the boxes of its text in order."""

    box: Any
    text: tuple[_Placed, ...]


@dataclass(frozen=True, slots=True)
class _Setting:
    """A section laid out before: under which rules, its blocks as HTML, its pages.

    `always` are the blocks that margins of pages quote: no stand-in could speak for them. `never` are those
    on which others depend: parted by a page break, or with numbers and marks. `tail` is a last block that
    begins a page of its own: nothing depends on its length. Blocks are named by their numbers.
    """

    rules: tuple[Any, ...]
    blocks: tuple[str, ...]
    pages: tuple[_Page, ...]
    always: frozenset[int]
    never: frozenset[int]
    tail: int | None

    def changed(self, blocks: tuple[str, ...]) -> frozenset[int] | None:
        """The blocks to be laid out anew; None when others depend on one of them."""
        changed = self.always | _differing(blocks, self.blocks)
        return None if changed & self.never else changed

    def pages_kept(self, changed: frozenset[int]) -> tuple[_Page, ...]:
        """The pages that must come out alike: all, or those before a changed tail."""
        if self.tail not in changed:
            return self.pages
        return tuple(page for page in self.pages if page.text[0].block != self.tail)


class StandingType:
    """The sections that were laid out more than once of late; `used` counts those filled in since."""

    def __init__(self) -> None:
        self.used = 0
        self._seen: deque[tuple[tuple[Any, ...], tuple[str, ...]]] = deque(maxlen=_KEPT)
        self._kept: deque[_Setting] = deque(maxlen=_KEPT)

    def lay_out(self, body: Any, rules: tuple[Any, ...], lay_out_page: Callable[[], Any]) -> Any:
        """What `lay_out_page` makes of the page with this parsed body, or the same with less work.

        `rules` is all that decides about the pages besides the blocks of the body; no selector among them may
        look from one block to its neighbours.
        """
        blocks = tuple(ET.tostring(block, encoding="unicode") for block in body)
        kept = [each for each in reversed(self._kept) if _akin(each.rules, each.blocks, rules, blocks)]
        compared = [(setting, setting.changed(blocks)) for setting in kept]
        alike = [(setting, changed) for setting, changed in compared if changed is not None]
        for setting, changed in alike[:_TRIED]:
            whole, body[:] = list(body), _with_stand_ins(body, setting, changed)
            rendered = lay_out_page()
            body[:] = whole
            if _fill(rendered, setting, changed):
                self._kept.remove(setting)
                self._kept.append(setting)
                self.used += 1
                return rendered
        rendered = lay_out_page()
        if any(_akin(*each, rules, blocks) for each in self._seen):
            self._kept.extend(_settings(body, rules, blocks, rendered))
        self._seen.append((rules, blocks))
        return rendered


def _akin(rules: Any, blocks: Sequence[str], other_rules: Any, other_blocks: Sequence[str]) -> bool:
    """Whether two sections follow the same rules and have at least two thirds of their blocks in common."""
    if rules != other_rules or len(blocks) != len(other_blocks):
        return False
    return 3 * len(_differing(blocks, other_blocks)) <= len(blocks)


def _differing(blocks: Sequence[str], others: Sequence[str]) -> frozenset[int]:
    pairs = enumerate(zip(blocks, others, strict=True))
    return frozenset(number for number, (one, other) in pairs if one != other)


def _settings(body: Any, rules: tuple[Any, ...], blocks: tuple[str, ...], rendered: Any) -> list[_Setting]:
    """What there is to keep: nothing where a box of the text cannot be traced to a block."""
    numbers = {id(block): number for number, block in enumerate(body)}
    pages = []
    for page in rendered.pages:
        text = tuple(_Placed(numbers.get(id(box.element), -1), box) for box in _text(page._page_box))
        pages.append(_Page(page._page_box, text))
    placed = [each for page in pages for each in page.text]
    met = [each.block for each in placed]
    if set(met) != set(range(len(blocks))) or not all(page.text for page in pages):
        return []
    last = placed[met.index(len(blocks) - 1)]
    tail = last.block if _begins_page(last.box) else None
    always = frozenset(each.block for each in placed if each.box.string_set)
    marked = {each.block for each in placed if _has_marks(each.box)}
    parted = {number for number in met if met.count(number) > 1 and number != tail}
    return [_Setting(rules, blocks, tuple(pages), always, frozenset(marked | parted), tail)]


def _text(page: Any) -> list[Any]:
    """The boxes of the text: the page holds html, html holds body, body the blocks."""
    boxes: list[Any] = page.children[0].children[0].children
    return boxes


def _begins_page(box: Any) -> bool:
    return bool(box.style["break_before"] == "page")


def _has_marks(box: Any) -> bool:
    """Whether the style sheet adds to its text: numbers, marks, calls of footnotes."""
    return any("::" in each.element_tag for each in box.descendants())


def _runs(page: _Page, changed: frozenset[int]) -> list[tuple[bool, list[_Placed]]]:
    """The boxes of a page: each changed one alone, all others in runs for which one stand-in stands."""
    groups = groupby(page.text, lambda each: each.block if each.block in changed else -1)
    return [(number != -1, list(group)) for number, group in groups]


def _with_stand_ins(body: Any, setting: _Setting, changed: frozenset[int]) -> list[Any]:
    """The changed blocks, and stand-ins for all others, broken into pages as they were."""
    blocks = []
    for number, page in enumerate(setting.pages_kept(changed)):
        for place, (is_changed, run) in enumerate(_runs(page, changed)):
            style = _BREAK if number and not place else ""
            if not is_changed:
                blocks += _stand_in(body, _in_flow(run), style)
            elif style and not _begins_page(run[0].box):
                blocks.append(copy.copy(body[run[0].block]))
                blocks[-1].set("style", f"{style}margin-top: {run[0].box.margin_top!r}px")
            else:
                blocks.append(body[run[0].block])
    return blocks + ([body[setting.tail]] if setting.tail in changed else [])


def _in_flow(run: Sequence[_Placed]) -> list[Any]:
    return [each.box for each in run if each.box.is_in_normal_flow()]


def _stand_in(body: Any, boxes: Sequence[Any], style: str) -> list[Any]:
    if not boxes:
        return []
    first, last = boxes[0], boxes[-1]
    height = _distance(first.border_box_y(), _bottom(last))
    style += f"height: {height!r}px; margin: {first.margin_top!r}px 0 {last.margin_bottom!r}px"
    return [body.makeelement("div", {"style": style})]


def _bottom(box: Any) -> float:
    bottom: float = box.border_box_y() + box.border_height()
    return bottom


def _distance(top: float, bottom: float) -> float:
    """The number that added to `top` gives exactly `bottom`: a difference may be a last digit off."""
    near = bottom - top
    beside = (near, nextafter(near, inf), nextafter(near, 0))
    return next((each for each in beside if top + each == bottom), near)


def _fill(rendered: Any, setting: _Setting, changed: frozenset[int]) -> bool:
    """Put what was laid out before in the place of its stand-ins, if all lies where it lay; says whether."""
    new = [page._page_box for page in rendered.pages]
    old = setting.pages_kept(changed)
    tail = [box for page in new[len(old) :] for box in _text(page)]
    if len(new) < len(old) or bool(tail) != (setting.tail in changed) or any(map(_has_marks, tail)):
        return False
    filled = [_filled(page, before, changed) for page, before in zip(new, old, strict=False)]
    if None in filled:
        return False
    for page, before, boxes in zip(new, old, filled, strict=False):
        page.children[0].children[0].children = boxes
        notes = [child for child in before.box.children if type(child).__name__ == "FootnoteAreaBox"]
        page.children = (page.children[0], *notes, *page.children[1:])
    rendered.pages[:] = [type(page)(page._page_box) for page in rendered.pages]
    return True


def _filled(page: Any, before: _Page, changed: frozenset[int]) -> list[Any] | None:
    """The boxes of the text with all stand-ins replaced; None when one of them lies elsewhere than before."""
    filled: list[Any] = []
    boxes = iter(_text(page))
    for is_changed, run in _runs(before, changed):
        stood_for = [run[0].box] if is_changed else _in_flow(run)
        if stood_for:
            box = next(boxes, None)
            alike = _same_lines if is_changed else _same_room
            if box is None or not alike(box, stood_for[0], stood_for[-1]):
                return None
        filled += [box] if is_changed else [each.box for each in run]
    return filled if next(boxes, None) is None else None


def _same_room(box: Any, first: Any, last: Any) -> bool:
    room = (first.position_x, first.border_box_y(), _bottom(last))
    return room == (box.position_x, box.border_box_y(), _bottom(box))


def _same_lines(box: Any, first: Any, _: Any) -> bool:
    if _has_marks(box) or box.is_in_normal_flow() != first.is_in_normal_flow():
        return False
    return not box.is_in_normal_flow() or _lines(box) == _lines(first)


def _lines(box: Any) -> list[tuple[Any, ...]]:
    """Where the blocks and lines of a block lie, and how high they are."""
    inner = (each for each in box.descendants() if type(each).__name__ not in ("InlineBox", "TextBox"))
    lines = [(type(each).__name__, each.position_y, each.height) for each in inner]
    return [("margins", box.margin_top, box.margin_bottom), *lines]
