"""The Message-ID of a mail (RFC 5322 3.6.4), the same however often the mail is sent."""

from __future__ import annotations

import hashlib


def message_id(dispatch: str, member: str, kind: str, domain: str) -> str:
    """`<32 hexadecimal digits@domain>`, derived from who gets what in which dispatch; `domain` is ASCII.

    `member` is the keyed digest of the ledger, so that nothing about the person can be read from it.
    """
    digest = hashlib.sha256(b"notegen message-id 1")
    for part in (dispatch, member, kind):
        data = part.encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    return f"<{digest.hexdigest()[:32]}@{domain}>"
