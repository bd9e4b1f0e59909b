"""Gives back to Pango what WeasyPrint asks it for and forgets: else each run of text leaves memory behind.

For text with font features (proportional figures, say) WeasyPrint makes a list of attributes and keeps its
own hold on it for ever, with an attribute that belongs to a list and is shared by all of them. Here every
list gets an attribute of its own, and is the layout's alone as soon as that has it: it goes with the layout.
"""

from __future__ import annotations

from typing import Any


class Frugal:
    """Stands for `pango` in WeasyPrint's `line_break` module."""

    def __init__(self, pango: Any) -> None:
        self._pango = pango
        self._held: set[Any] = set()

    def __getattr__(self, name: str) -> Any:
        """Everything else, as it is; looked up once."""
        found = getattr(self._pango, name)
        setattr(self, name, found)
        return found

    def pango_attr_font_features_new(self, features: bytes) -> bytes:
        """The features themselves; the attribute is made where it is put in a list."""
        return features

    def pango_attr_list_insert(self, attributes: Any, features: bytes) -> None:
        """Put an attribute with these features in a list, which then owns it."""
        self._pango.pango_attr_list_insert(attributes, self._pango.pango_attr_font_features_new(features))
        self._held.add(attributes)

    def pango_layout_set_attributes(self, layout: Any, attributes: Any) -> None:
        """Give a list to a layout; one that was made here for it has no other holder from then on."""
        self._pango.pango_layout_set_attributes(layout, attributes)
        if attributes in self._held:
            self._held.remove(attributes)
            self._pango.pango_attr_list_unref(attributes)
