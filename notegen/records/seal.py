"""The seal of a key tells later, and elsewhere, whether a key is the same one, and nothing else about it."""

from __future__ import annotations

import hmac

from notegen.errors import RecordsError
from notegen.records.database import Database, insert, select, update
from notegen.records.holds import hold
from notegen.records.schema import people, seals


def check_seal(database: Database, name: str, key: bytes) -> None:
    """RecordsError when mails still wait that were planned with another key of this name.

    Links and codes of another key lead nowhere, and people would not be recognised.
    """
    digest = hmac.digest(key, f"seal of {name}".encode(), "sha256").hex()
    with database.writing() as connection:
        hold(connection, alone=["seals"])
        known = connection.execute(select(seals.c.digest).where(seals.c.name == name)).scalar()
        if known == digest:
            return
        waiting = select(people.c.person).where(people.c.payload.is_not(None)).limit(1)
        if known is None:
            connection.execute(insert(seals).values(name=name, digest=digest))
        elif connection.execute(waiting).first() is None:
            connection.execute(update(seals).where(seals.c.name == name).values(digest=digest))
        else:
            raise RecordsError(
                f"the {name} on this machine is not the one that waiting mails were planned with",
                where=database.name,
                hint="Copy the key file from the machine that plans; all machines share one.",
            )
