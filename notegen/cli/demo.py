"""`notegen demo`: the main job on the examples, with a mail server of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from notegen.cli.face import Face, answer, command, tell

NOTES = ("identity-cards.yaml", "vehicles.yaml", "national-day.yaml")
ROSTER = "members.xlsx"


def add_to(app: typer.Typer) -> None:
    """Make `notegen demo` one of the commands."""

    @command(app)
    def demo(
        face: Face,
        folder: Annotated[
            Path, typer.Argument(metavar="DIR", help="Where everything goes; demo unless given.")
        ] = Path("demo"),
    ) -> None:
        """Print the example notes, check a roster, send its e-mails.

        They go to a mail server of the demo's own, on this machine, and are saved as files.

        Example: notegen demo
        """
        from notegen.settings import shipped_folder

        examples = shipped_folder("examples")
        tell("1. Three verbal notes become PDF files.")
        _print_notes(face, examples, folder / "notes")
        tell("2. A mission's roster is checked; every accepted person gets three e-mails, in order.")
        mails = _send_mails(face, examples / ROSTER, folder / "mails")
        tell(f"3. Look at it: open the PDF files in {folder / 'notes'}")
        tell(f"   and, with a mail program or a text editor, the {mails} messages in {folder / 'mails'}.")


def _print_notes(face: Face, examples: Path, folder: Path) -> None:
    from notegen.flows import PrintWishes, print_notes, read_notes_file
    from notegen.rendering.press import write_all

    notes = [note for name in NOTES for note, _ in read_notes_file(examples / name, face.house)]
    for path in print_notes(notes, face.house, folder, PrintWishes(), write_all):
        answer(path)


def _send_mails(face: Face, roster: Path, folder: Path) -> int:
    """Send to a server of the demo's own, with a ledger that is thrown away; how many mails it got."""
    from notegen.cli.ending import show_summary
    from notegen.cli.sending import RunRequest, run_roster
    from notegen.delivery.loopback import LoopbackServer
    from notegen.flows import Selection

    for former in folder.glob("[0-9][0-9][0-9][0-9]-*.eml"):
        former.unlink()
    with tempfile.TemporaryDirectory() as records, LoopbackServer(folder) as server:
        own = face.with_settings(_rehearsal(server.port, Path(records)))
        outcome = run_roster(own, RunRequest(roster, Selection()))
        if outcome.trouble is not None:
            raise outcome.trouble
        show_summary(outcome.summary)
        for path in server.saved:
            answer(path)
        return len(server.saved)


def _rehearsal(port: int, records: Path) -> dict[str, dict[str, object]]:
    """Settings under which nothing leaves this machine and nothing is kept but the mails."""
    return {
        "smtp": {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "connections": 1,
            "from": "noreply@profiles.example.org",
        },
        "records": {"url": f"sqlite:///{records / 'demo.db'}", "key_file": str(records / "demo.key")},
        "activation": {
            "url": "https://profiles.example.org/activate?token={token}",
            "contact": "helpdesk@profiles.example.org",
            "valid_days": 14,
        },
        "dispatch": {"delivery": "smtp"},
    }
