"""Figures in the text format of Prometheus, for the textfile collector of its node exporter.

A dispatch appears by its name alone, nobody else by anything. The file is replaced as a whole, so that
whoever reads it never sees half of it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from notegen.domain.planned_mail import Summary
from notegen.errors import InputError

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def mail_figures(summaries: Iterable[Summary]) -> str:
    """How many mails of each dispatch stand where."""
    samples: list[tuple[str, float]] = []
    for summary in summaries:
        counts = asdict(summary)
        name = counts.pop("name")
        samples += [(labels(dispatch=name, state=state), count) for state, count in counts.items()]
    return family("dispatch_mails", "Mails by the state in which they stand.", samples)


def write_figures(path: Path, text: str) -> None:
    """Put the text in the place of the file; InputError when that cannot be."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                # The collector runs as somebody else, and nothing here is secret.
                os.fchmod(file.fileno(), 0o644)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise InputError(
            f"the figures cannot be written: {error.strerror}",
            where=str(path),
            hint="Name a file after --metrics in a folder where you may write.",
        ) from error


def family(name: str, promise: str, samples: Iterable[tuple[str, float]], *, kind: str = "gauge") -> str:
    """The lines of one figure, `notegen_<name>`, a sample for each set of labels."""
    full = f"notegen_{name}"
    lines = [f"# HELP {full} {promise}", f"# TYPE {full} {kind}"]
    lines += [
        f"{full}{{{whose}}} {value:.15g}" if whose else f"{full} {value:.15g}" for whose, value in samples
    ]
    return "\n".join(lines) + "\n"


def labels(**pairs: str) -> str:
    """Labels as a sample carries them between braces."""
    return ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in pairs.items())
