"""What the records have to be told. No library of the trade is loaded here."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class RecordsSettings(BaseModel):
    """`[records]`: where the ledger of dispatches and the register of references are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url: str = Field(
        default="sqlite:///notegen.db",
        description="sqlite:///FILE, or postgresql://USER@HOST/DATABASE (without its password).",
    )
    key_file: Path = Field(default=Path("notegen.key"), description="Key of the digests; made when missing.")
    journals: Path | None = Field(
        default=None,
        description="A folder on this machine's own disk for the result journals; "
        "beside the SQLite file, or beside the key with PostgreSQL, unless given.",
    )

    @property
    def journal_folder(self) -> Path | None:
        """Where the result journals go; None: beside the SQLite file."""
        if self.journals or self.url.startswith("sqlite:"):
            return self.journals
        return self.key_file.parent


def holds_password(url: str) -> bool:
    """Whether the address of a database gives a password away."""
    return re.match(r"[^:/]+://[^/@:]*:[^/]*@|[^?]*\?(.*&)?password=", url) is not None
