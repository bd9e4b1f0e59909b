"""What one worker has done since it started, as figures for Prometheus."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from notegen.dispatch.event import Event, EventKind
from notegen.gauges import family, labels


class Figures:
    """Counts; all of it belongs to the event loop's thread."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._settled: Counter[str] = Counter()
        self._relay_faults = 0
        self.at_work = 0
        self.portions = 0
        self.parts = 0
        self.troubles = 0
        self.in_a_row = 0

    def count(self, event: Event) -> None:
        """Something happened to a mail, or the relay asks for a pause."""
        if event.kind is EventKind.SETTLED and event.settlement is not None:
            self._settled[event.settlement.state.value] += 1
        elif event.kind is EventKind.RELAY_FAULT:
            self._relay_faults += 1

    def text(self, now: datetime) -> str:
        """The figures as a file of the text format."""
        turns = [(labels(state=state), count) for state, count in sorted(self._settled.items())]
        return "".join(
            (
                family(
                    "worker_start_timestamp_seconds", "When it started.", [("", self._started.timestamp())]
                ),
                family("worker_alive_timestamp_seconds", "Its last sign of life.", [("", now.timestamp())]),
                family("worker_portions_at_work", "Portions under way.", [("", self.at_work)]),
                _counted("worker_portions_total", "Portions taken up.", self.portions),
                _counted("worker_parts_total", "Parts of print orders printed.", self.parts),
                _counted("worker_troubles_total", "Portions and parts given back in trouble.", self.troubles),
                _counted("worker_relay_faults_total", "Pauses that the relay asked for.", self._relay_faults),
                family("worker_turns_total", "Turns of mails by how they ended.", turns, kind="counter"),
            )
        )


def _counted(name: str, promise: str, count: int) -> str:
    return family(name, promise, [("", count)], kind="counter")
