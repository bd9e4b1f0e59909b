"""Characters that nobody sees: copied from elsewhere, they turn, part or join what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notegen.checking.section import Section
from notegen.domain.problem import Problem, Severity

_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They change the direction of reading (Unicode UAX 9): what is printed is not what stands in the file."""
_INVISIBLE = re.compile(f"[\u200b\u2060\ufeff{_TURNING}]")
_AROUND = 24


def check_invisible(section: Section) -> Iterator[Problem]:
    """One finding a line with such a character; those that change the direction are errors."""
    start = 0
    for line in section.version.body.splitlines(keepends=True):
        found = list(_INVISIBLE.finditer(line))
        if found:
            turning = [match for match in found if match[0] in _TURNING]
            first = (turning or found)[0]
            severity = Severity.ERROR if turning else Severity.WARNING
            begin = line.rfind(" ", 0, max(first.start() - _AROUND, 0)) + 1
            end = line.find(" ", first.end() + _AROUND)
            near = _INVISIBLE.sub("", line[begin : end if end >= 0 else len(line)])
            code = f"U+{ord(first[0]):04X}"
            yield section.problem(
                "note-invisible-character", start + first.start(), code, severity, near=" ".join(near.split())
            )
        start += len(line)
