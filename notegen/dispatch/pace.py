"""How fast mails may go: rates in mails per second, and the relay's state. Moments are monotonic seconds."""

from __future__ import annotations

from notegen.dispatch.options import Options

_CATCH_UP = 0.1
_ACCEPTED_PER_STEP = 25
_DEFERRED_PER_STEP = 20
_DOMAINS_REMEMBERED = 10_000


class Rate:
    """At most `per_second` in the long run, with a tenth of a second to catch up (GCRA, ITU-T I.371)."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._next = 0.0

    def opens(self) -> float:
        """When the next one may go."""
        return self._next

    def take(self, now: float) -> None:
        """One goes now."""
        if self._interval:
            self._next = max(self._next, now - _CATCH_UP) + self._interval

    def wait_for(self, moment: float) -> None:
        """Others share this rate: none goes here before that moment."""
        if self._interval:
            self._next = max(self._next, moment)


class DomainRates:
    """The same rate for each recipient domain by itself."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._next: dict[str, float] = {}

    def take(self, domain: str, now: float) -> float:
        """Reserve a place: when this one may go (`now` when at once)."""
        if not self._interval:
            return now
        if len(self._next) > _DOMAINS_REMEMBERED:
            self._next = {name: moment for name, moment in self._next.items() if moment > now}
        moment = max(now, self._next.get(domain, 0.0))
        self._next[domain] = moment + self._interval
        return moment

    def wait_for(self, domain: str, moment: float) -> None:
        """Others share this domain's rate: none goes here before that moment."""
        if self._interval:
            self._next[domain] = max(self._next.get(domain, 0.0), moment)


class Relay:
    """How the relay bears it: `limit` connections at this moment, none of them before `resumes`.

    A run opens one connection until a first mail was answered. Each failed connection, and each run of
    deferrals, halves the limit; a failed one also lengthens the pause; accepted mails raise the limit again.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._accepted = 0
        self._deferred = 0
        self.limit = 1
        self.resumes = 0.0
        self.failures = 0
        self.proven = False

    def answered(self, *, deferred: bool) -> None:
        """The relay answered for a mail: it took it, refused it, or wants it later."""
        if not self.proven:
            self.proven = True
            self.limit = self._options.connections
        self.failures = 0
        self._deferred = self._deferred + 1 if deferred else 0
        if deferred and self._deferred % _DEFERRED_PER_STEP == 0:
            self.limit = max(1, self.limit // 2)
        elif not deferred:
            self._accepted += 1
            if self._accepted % _ACCEPTED_PER_STEP == 0:
                self.limit = min(self.limit + 1, self._options.connections)

    def failed(self, now: float, jitter: float) -> float:
        """A connection ended without an answer to any mail; how many seconds to pause.

        Connections that fail together count as one failure.
        """
        if now >= self.resumes:
            self.failures += 1
            self.limit = max(1, self.limit // 2)
            grown = self._options.relay_pause * 2 ** min(self.failures - 1, 32)
            self.resumes = now + min(grown, self._options.longest_relay_pause) * (0.5 + jitter / 2)
        return self.resumes - now

    @property
    def hopeless(self) -> bool:
        """Whether as many connections in a row failed as the options allow."""
        return self.failures > self._options.reconnections
