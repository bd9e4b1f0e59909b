"""Places in rates that several senders share: how many a turn needs, and when each of its mails may go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from notegen.dispatch.options import Options
from notegen.domain.planned_mail import PlannedMail

ALL = ""
"""The name of the rate that counts every mail; a recipient domain is the name of its own."""


def wanted(picked: Sequence[PlannedMail], options: Options) -> dict[str, tuple[int, float]]:
    """How many places these mails need in each rate, and how many a second it has."""
    places: dict[str, tuple[int, float]] = {}
    if picked and options.rate:
        places[ALL] = (len(picked), options.rate)
    if options.domain_rate:
        counted = Counter(mail.notification.recipient.domain for mail in picked)
        places |= {domain: (count, options.domain_rate) for domain, count in counted.items()}
    return places


def moments(
    picked: Sequence[PlannedMail], begins: Mapping[str, datetime], options: Options
) -> list[datetime | None]:
    """From when on each mail may go; None where nothing was reserved for it."""
    used: Counter[str] = Counter()
    found: list[datetime | None] = []
    for mail in picked:
        own: list[datetime] = []
        names = ((ALL, options.rate), (mail.notification.recipient.domain, options.domain_rate))
        for name, rate in names:
            if rate and name in begins:
                own.append(begins[name] + timedelta(seconds=used[name] / rate))
                used[name] += 1
        found.append(max(own, default=None))
    return found
