"""Names that PostgreSQL holds for one transaction or one connection, against every process and machine.

With SQLite a transaction that writes is alone by itself, and there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any


def hold(connection: Any, *, alone: Iterable[str] = (), beside: Iterable[str] = ()) -> None:
    """Wait for these names, until the end of the transaction.

    No two transactions are `alone` with the same name at once; one that is `beside` it suffers others that
    are so too, and none that is alone with it. What was read before may be out of date: read it again.
    """
    if connection.dialect.name == "sqlite":
        return
    for name in sorted(alone):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_number(name),))
    for name in sorted(beside):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%s)", (_number(name),))


def hold_connection(connection: Any, name: str, *, wait: bool) -> bool:
    """Hold a name while the connection lives (PostgreSQL); whether it is held, False only without `wait`."""
    connection.exec_driver_sql("SET lock_timeout = 0")
    how = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    found = connection.exec_driver_sql(f"SELECT {how}(%s)", (_number(name),)).scalar()
    return wait or bool(found)


def of_dispatch(dispatch: int) -> str:
    """The name of a dispatch: who sends it is beside the others, who settles or claims it is alone."""
    return f"dispatch {dispatch}"


def _number(name: str) -> int:
    """The number under which PostgreSQL knows a name (64 bits, signed)."""
    return int.from_bytes(sha256(f"notegen {name}".encode()).digest()[:8], "big", signed=True)
