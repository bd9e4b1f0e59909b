"""The exchange of RFC 5321, one command at a time, for servers that do not offer PIPELINING."""

from __future__ import annotations

from notegen.delivery.reply import Reply
from notegen.delivery.satchel import Satchel
from notegen.delivery.session import Session, SessionOverError
from notegen.delivery.transaction import Terms, commands, hindrance, objection, send_content, settle
from notegen.domain.mail import Mail


async def carry(session: Session, satchel: Satchel, terms: Terms, quota: int) -> None:
    """Carry mails, at most `quota`, until there are none. SessionOverError when the session ends before."""
    for _ in range(quota):
        mail = await satchel.take()
        if mail is None:
            return
        await _carry_one(session, satchel, mail, terms)


async def _carry_one(session: Session, satchel: Satchel, mail: Mail, terms: Terms) -> None:
    hindered = hindrance(mail, terms)
    if hindered is not None:
        satchel.settle(mail, hindered)
        return
    refusal = await _open(session, mail, terms)
    if refusal is None:
        await send_content(session, satchel, mail, b"", terms)
        return
    settle(satchel, mail, refusal)
    session.write(b"RSET\r\n")
    if objection(await session.reply(terms.command_seconds), go_ahead=2):
        raise SessionOverError("the server would not start afresh")


async def _open(session: Session, mail: Mail, terms: Terms) -> Reply | None:
    for command, go_ahead in zip(commands(mail, terms), (2, 2, 3), strict=True):
        session.write(command)
        refusal = objection(await session.reply(terms.command_seconds), go_ahead=go_ahead)
        if refusal is not None:
            return refusal
    return None
