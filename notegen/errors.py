"""The exception tree.

    NotegenError                 anything that notegen says about itself; printed as where: what. What to do.
    ├── InputError               a file that a person wrote cannot be used
    │   ├── NoteFileError            a note, a register of notes or an addressee list
    │   ├── RosterFileError          a roster as a whole (a bad row is a Problem, not an exception)
    │   └── SettingsError            notegen.toml or an environment variable
    ├── TemplateError            a file under templates/ is missing, broken or names an unknown word
    ├── RenderingError           a page could not be made
    ├── DeliveryError            no mail server at all, or one that cannot be trusted (a refusal is a Receipt)
    └── RecordsError             the database of what must survive cannot be opened, read or written

Each carries where it happened, what was found and what to do; the faces print all three.
"""

from __future__ import annotations


class NotegenError(Exception):
    """Something a person has to know: `where` (file:line:column, or a name), `what`, `hint` (what to do)."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        what = self.what if self.what.endswith((".", "!", "?", ":", "…")) else f"{self.what}."
        return " ".join(part for part in (f"{self.where}: {what}" if self.where else what, self.hint) if part)


class InputError(NotegenError):
    """A file that a person wrote cannot be used."""


class NoteFileError(InputError):
    """A note file, a register of notes or an addressee list cannot be used."""


class RosterFileError(InputError):
    """A roster cannot be read as a whole; `code` names the sentence in the language's messages."""

    def __init__(self, what: str, *, where: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.code = code


class SettingsError(InputError):
    """notegen.toml or an environment variable holds something that cannot be used."""


class TemplateError(NotegenError):
    """A file under templates/ is missing, broken, or names a word that does not exist."""


class RenderingError(NotegenError):
    """A page or a message could not be made from its template and values."""


class DeliveryError(NotegenError):
    """There is no mail server to speak to, or it cannot be trusted. A refused mail is a Receipt instead.

    `temporary`: the server is away for now (restarting, unreachable), so that a new connection after a pause
    may help; otherwise a setting, a certificate or a password is wrong, and only a person can help.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "", temporary: bool = False) -> None:
        super().__init__(what, where=where, hint=hint)
        self.temporary = temporary


class RecordsError(NotegenError):
    """The database of what must survive cannot be opened, read or written.

    `temporary`: its server is away for now, so that the same may succeed after a pause.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "", temporary: bool = False) -> None:
        super().__init__(what, where=where, hint=hint)
        self.temporary = temporary


def why_unread(error: OSError | UnicodeDecodeError) -> str:
    """Why a file could not be read as text, in words that leave its path to `where`."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "this is not UTF-8 text"
