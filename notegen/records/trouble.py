"""What a database's own errors mean to a person, and which of them pass by themselves."""

from __future__ import annotations

from typing import Any

from notegen.errors import RecordsError

_HINTS = {
    "sqlite": "Check that the file is a database of notegen, that the disk has room.",
    "postgresql": "Check the address under [records] url, the user and what this user may do.",
    "away": "Check that PostgreSQL runs and can be reached; the same command then goes on where it stopped.",
}

# PostgreSQL, appendix A: going down, crashed, starting up, cut off, full; two transactions in conflict.
_PASSING = frozenset(("57P01", "57P02", "57P03", "57P05", "53300", "40001", "40P01"))

# Who is refused at the door is told no state, only why; in other words than these it is taken to pass.
_REFUSED = (
    "authentication failed",
    "does not exist",
    "no password supplied",
    "no pg_hba.conf entry",
    "permission denied",
    "does not support ssl",
    "certificate verify failed",
    "server certificate for",
)


def trouble(error: Exception, where: str, *, sqlite: bool) -> RecordsError:
    """The error of SQLAlchemy or a driver as one of notegen's, without the values of any statement."""
    cause: Any = getattr(error, "orig", None) or error
    away = not sqlite and _passes(error, cause)
    return RecordsError(
        # A database error may quote the values of a statement; only the driver's first line is safe to show.
        f"the database cannot be used: {type(cause).__name__}: {str(cause).partition(chr(10))[0][:200]}",
        where=where,
        hint=_HINTS["sqlite" if sqlite else "away" if away else "postgresql"],
        temporary=away,
    )


def missing_driver(error: ModuleNotFoundError, where: str) -> RecordsError:
    """PostgreSQL was asked for, and what notegen needs for it is not installed."""
    return RecordsError(
        f"PostgreSQL needs a Python package that is not installed ({error.name})",
        where=where,
        hint='Install it: pip install "notegen[postgresql]".',
    )


def _passes(error: Any, cause: Any) -> bool:
    """Whether the same may succeed soon: the server is away, restarting or full, or two were in conflict."""
    state = getattr(cause, "sqlstate", None)
    never_connected = state is None and type(cause).__name__ in ("OperationalError", "ConnectionTimeout")
    if never_connected and any(words in str(cause).lower() for words in _REFUSED):
        return False
    lost = bool(getattr(error, "connection_invalidated", False))
    return lost or never_connected or state in _PASSING or str(state).startswith("08")
