"""The small style sheets that differ from section to section."""

from __future__ import annotations

import base64
import html

from notegen.rendering.template import LAYOUT

FOOT_ALONE = """\
.addressee-block { position: static }
@page { @top-left { content: none } @bottom-right { content: none } }"""
"""For measuring an addressee block on a page with nothing else."""

_FOOT_MARGIN = 25.0


def foot(room: float) -> str:
    """Keeps so many millimetres free at the foot of the first page, and puts the addressee block there."""
    return (
        f"@page :first {{ margin-bottom: {_FOOT_MARGIN + room:.2f}mm }}\n"
        f".addressee-block {{ bottom: {-room:.2f}mm }}"
    )


def watermark(word: str) -> str:
    """Puts a word across each page, behind the text."""
    drawing = (LAYOUT / "watermark.svg").read_text(encoding="utf-8").replace("WORD", html.escape(word))
    address = "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode("ascii")
    return f'@page {{ background: url("{address}") no-repeat center / 100% 100% }}'
