"""A process that issues notes, to be raced or killed by a test: `issuer.py FOLDER COUNT PREFIX`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from ledgers import address

from notegen.domain.reference import ReferenceRequest
from notegen.records.register import open_register

NOW = datetime(2021, 6, 17, 10, 0, tzinfo=UTC)


def main(folder: Path, count: int, prefix: str) -> None:
    register = open_register(address(folder))
    for number in range(count):
        with register.issuing(ReferenceRequest("P0.0", "PRO.3143", "VACCIN"), NOW) as issuing:
            reference = issuing.reserve(
                date(2021, 6, 17), f"{prefix} {number}", lambda found: folder / f"{found.slug}.pdf"
            )
            written = folder / f"{prefix}.part"
            written.write_text(f"note {reference}")
            written.rename(folder / f"{reference.slug}.pdf")
            issuing.confirm(reference)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
