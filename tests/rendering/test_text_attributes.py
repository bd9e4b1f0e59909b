"""What WeasyPrint asks Pango for is given back."""

from __future__ import annotations

import gc
from collections import Counter
from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import pango

from notegen.rendering import pdf, text_attributes


class Counting:
    """Pango, with the calls counted."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(pango, name)

        def counted(*values: Any) -> Any:
            self.calls[name] += 1
            return found(*values)

        return counted


def test_each_list_of_attributes_is_given_back_once(monkeypatch: Any) -> None:
    assert isinstance(line_break.pango, text_attributes.Frugal)
    assert pdf.line_break is line_break
    counting = Counting()
    monkeypatch.setattr(line_break, "pango", text_attributes.Frugal(counting))
    from weasyprint import HTML

    HTML(string="<p style='font-variant-numeric: proportional-nums'>17 June <b>2026</b>").render()
    gc.collect()
    calls = counting.calls
    assert calls["pango_attr_list_insert"] > 0
    assert calls["pango_attr_font_features_new"] == calls["pango_attr_list_insert"]
    assert calls["pango_attr_list_unref"] == calls["pango_attr_list_insert"]
