"""Mails carried by SmtpDelivery to a scripted server, in one line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from outbox import ListOutbox
from smtp_server import Script, Server, serving

from notegen.delivery.settings import SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome


def smtp_settings(server: Server, **changes: object) -> SmtpSettings:
    """Settings that reach the server, in clear unless said otherwise."""
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "local_hostname": "notegen.test",
    }
    return SmtpSettings.model_validate(given | changes)


def deliver(script: Script, mails: Iterable[Mail], **settings: object) -> tuple[Server, ListOutbox]:
    """Carry the mails over one connection; what the server saw, and what became of each mail."""

    async def main() -> tuple[Server, ListOutbox]:
        outbox = ListOutbox(mails)
        async with serving(script) as server:
            await SmtpDelivery(smtp_settings(server, **settings)).deliver(outbox)
        return server, outbox

    return asyncio.run(main())


def deliver_again(
    script: Script, mails: Iterable[Mail], connections: int, **settings: object
) -> tuple[Server, list[ListOutbox]]:
    """The same over several connections, one after the other: each takes what the one before left undone."""

    async def main() -> tuple[Server, list[ListOutbox]]:
        outboxes = []
        left = list(mails)
        async with serving(script) as server:
            delivery = SmtpDelivery(smtp_settings(server, **settings))
            for _ in range(connections):
                outbox = ListOutbox(left)
                await delivery.deliver(outbox)
                outboxes.append(outbox)
                left = [mail for mail in left if undone(outbox, mail)]
        return server, outboxes

    return asyncio.run(main())


def undone(outbox: ListOutbox, mail: Mail) -> bool:
    """Whether a mail is to go again: not taken, deferred, or in doubt."""
    receipt = outbox.receipts.get(mail.key)
    return receipt is None or receipt.outcome in (Outcome.DEFERRED, Outcome.IN_DOUBT)
