"""How much memory a dispatch takes, whatever its size: planned in full, then sent for a while.

    python bench/memory.py [people …]        default: 10000 1000000

Each figure is the peak of a process of its own. Mails are composed and sent as by `dispatch run`, but to a
relay in memory, which keeps them (45 MiB); after 6000 mails the run is stopped.
"""

from __future__ import annotations

import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import count

from dispatch import DOMAIN, clock, composer, members

from notegen.delivery.backends import DELIVERIES
from notegen.delivery.settings import MemorySettings
from notegen.dispatch.event import Event, EventKind
from notegen.dispatch.loop import run
from notegen.dispatch.options import Options
from notegen.domain.notification import series
from notegen.records.ledger import open_ledger
from notegen.records.planning import PlanRequest
from notegen.records.sending import Claim

ENOUGH = 6000


def measure(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/bench.db", b"bench")
        start = time.perf_counter()
        planned = ledger.plan(PlanRequest("ab" * 32, DOMAIN), map(series, members(people)), clock())
        spent = time.perf_counter() - start
        after_planning = peak()
        stop = asyncio.Event()
        settled = count(1)

        def watch(event: Event) -> None:
            if event.kind is EventKind.SETTLED and next(settled) >= ENOUGH:
                stop.set()

        make = DELIVERIES["memory"].make
        with ledger.claim(planned.name, Claim("bench", "boot"), clock()) as held:
            relay = make(MemorySettings())
            work = run(held, composer().compose, lambda: relay, Options(), clock, random.random, watch, stop)
            summary = asyncio.run(work)
        ledger.close()
    assert summary.accepted >= min(ENOUGH, people * 3), summary
    print(f"{people:>9} people: planned in {spent:.0f} s, {after_planning:.0f} MiB; sending {peak():.0f} MiB")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        for size in sys.argv[1:] or ["10000", "1000000"]:
            subprocess.run([sys.executable, __file__, "--one", size], check=True)
