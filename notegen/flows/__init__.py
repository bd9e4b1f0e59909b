"""The straight lines: how one note becomes a PDF, how one roster becomes e-mails. Read these files first.

note.py     note.yaml → read_note → VerbalNote → compose (HTML, one section a language) → PDF → save
roster.py   roster row → read_roster → Member → series (3 notifications) → Ledger: planned, on disk
                → dispatch: intent on disk → EmailComposer → Delivery → Receipt → Ledger
"""

from notegen.flows.house import House
from notegen.flows.note import (
    Checked,
    PrintWishes,
    addressed,
    check_note_file,
    compose_note,
    merge_note,
    note_stem,
    preflight,
    print_notes,
    read_manuscripts_file,
    read_note_file,
    read_notes_file,
)
from notegen.flows.roster import Selection, Wishes, choose, plan_roster, read_roster_file
from notegen.flows.saving import save

__all__ = [
    "Checked",
    "House",
    "PrintWishes",
    "Selection",
    "Wishes",
    "addressed",
    "check_note_file",
    "choose",
    "compose_note",
    "merge_note",
    "note_stem",
    "plan_roster",
    "preflight",
    "print_notes",
    "read_manuscripts_file",
    "read_note_file",
    "read_notes_file",
    "read_roster_file",
    "save",
]
