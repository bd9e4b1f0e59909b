"""What sending a person's mails needs, as the text of one cell; erased when the last of them has ended."""

from __future__ import annotations

import json
from collections.abc import Sequence

from notegen.domain.email_address import EmailAddress
from notegen.domain.notification import Notification, NotificationKind

_KINDS = {kind.value: kind for kind in NotificationKind}
_NOTHING_OF_ITS_OWN = ("", ())
_ENCODED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DECODED = json.JSONDecoder().decode


def packed(notifications: Sequence[Notification]) -> str:
    """One person's notifications as JSON; recipient, names and row are those of the first."""
    first = notifications[0]
    own = [[n.secret, n.values] if n.secret or n.values else 0 for n in notifications]
    to = first.recipient
    return _ENCODED([to.local, to.domain, first.first_names, first.last_name, first.row, own])


def unpacked(payload: str, kinds: Sequence[tuple[int, str, str]]) -> list[Notification]:
    """The notifications again, for the (position, kind, language) triples that are asked for."""
    local, domain, first_names, last_name, row, own = _DECODED(payload)
    recipient = EmailAddress(local, domain)
    found = []
    for position, kind, language in kinds:
        secret, values = own[position] or _NOTHING_OF_ITS_OWN
        pairs = tuple((name, value) for name, value in values) if values else ()
        found.append(
            Notification(
                _KINDS[kind], position, language, recipient, first_names, last_name, row, secret, pairs
            )
        )
    return found
