"""Whether this machine's clock agrees with that of the database, to which all machines compare theirs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from notegen.errors import RecordsError
from notegen.records.database import Connection


def refuse_strange_clock(
    connection: Connection, now: datetime, read: float, tolerance: timedelta | None, where: str
) -> None:
    """RecordsError when the clock is further than that from PostgreSQL's; a file has no clock of its own.

    `now` is what it showed when `time.monotonic()` gave `read`. Leases are moments: who is ahead takes from
    the living what they hold, who is behind loses what it holds. Without a tolerance nothing is compared.
    """
    if tolerance is None or connection.dialect.name == "sqlite":
        return
    theirs: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    ahead = now + timedelta(seconds=time.monotonic() - read) - theirs
    if abs(ahead) > tolerance:
        seconds = ahead.total_seconds()
        raise RecordsError(
            f"the clock of this machine is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}",
            where=where,
            hint="Set it by NTP, as that of PostgreSQL: else nobody can tell which holds have lapsed.",
        )
