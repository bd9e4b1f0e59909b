"""`notegen doctor`: what is installed, what is missing, how to get it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from notegen.cli.face import Face, answer_json, command, show, table


def add_to(app: typer.Typer) -> None:
    """Make `notegen doctor` one of the commands."""

    @command(app)
    def doctor(
        face: Face,
        json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    ) -> None:
        """Say what is installed, what is missing, and how to get it.

        Example: notegen doctor
        """
        from notegen.cli.doctor import diagnose

        findings = diagnose(face.settings, face.folders)
        if json:
            answer_json([asdict(finding) for finding in findings])
        else:
            drawn = table(("", "what", "found", "how to get it"))
            for finding in findings:
                drawn.add_row("✓" if finding.well else "✗", finding.subject, finding.found, finding.get)
            show(drawn)
        if any(finding.needed and not finding.well for finding in findings):
            raise typer.Exit(2)
