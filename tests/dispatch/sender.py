"""A process that sends a planned dispatch over SMTP until a test kills it: `sender.py FOLDER PORT N`."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledgers import BOOT, NAME, a_composer, a_ledger

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.dispatch.loop import run
from notegen.dispatch.options import Options
from notegen.records.sending import Claim


def main(folder: Path, port: int, connections: int) -> None:
    settings = SmtpSettings(host="127.0.0.1", port=port, security="none", local_hostname="sender.test")
    options = Options(
        connections=connections, first_pause=timedelta(milliseconds=10), wait=timedelta(seconds=5)
    )
    delivery = SmtpDelivery(settings)

    def clock() -> datetime:
        return datetime.now(UTC)

    with a_ledger(folder).claim(NAME, Claim(f"sender, process {os.getpid()}", BOOT), clock()) as sending:
        asyncio.run(run(sending, a_composer, lambda: delivery, options, clock, random.random, lambda _: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
