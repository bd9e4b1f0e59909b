"""The exchange of RFC 2920: the content of one mail and the commands of the next leave together.

One round trip a mail instead of four. The next mail is known to be another person's (see `take_at_once`), so
whatever becomes of this one, nobody's mails can overtake each other.
"""

from __future__ import annotations

from notegen.delivery.satchel import Satchel
from notegen.delivery.session import Session, SessionOverError
from notegen.delivery.transaction import Terms, commands, hindrance, objection, send_content, settle
from notegen.domain.mail import Mail


async def carry(session: Session, satchel: Satchel, terms: Terms, quota: int) -> None:
    """Carry mails, at most `quota`, until there are none. SessionOverError when the session ends before."""
    mail = None
    while mail is not None or quota > 0:
        if mail is None:
            mail, quota = await _take(satchel, terms), quota - 1
            if mail is None:
                return
            session.write(_opening(mail, terms))
        refused, data_open = await _answers(session, satchel, mail, terms)
        ahead = _take_at_once(satchel, terms) if quota > 0 else None
        quota -= ahead is not None
        if refused:
            await _start_afresh(session, data_open, _opening(ahead, terms), terms)
        else:
            await send_content(session, satchel, mail, _opening(ahead, terms), terms)
        mail = ahead


async def _answers(session: Session, satchel: Satchel, mail: Mail, terms: Terms) -> tuple[bool, bool]:
    """Read the answers to MAIL, RCPT, DATA: whether the mail was refused, whether a content is awaited.

    The first refusal settles the mail at once, for the server may hang up right after it.
    """
    refused = False
    awaited = False
    for go_ahead in (2, 2, 3):
        reply = session.ready_reply() or await session.reply(terms.command_seconds)
        awaited = reply.code // 100 == 3
        if not refused and objection(reply, go_ahead=go_ahead):
            settle(satchel, mail, reply)
            refused = True
        elif reply.code == 421:
            raise SessionOverError(reply.words, 421)
    return refused, awaited


async def _start_afresh(session: Session, data_open: bool, tail: bytes, terms: Terms) -> None:
    """End a refused transaction: RSET, or an empty content where DATA was let through (RFC 2920 3.1)."""
    session.write((b".\r\n" if data_open else b"RSET\r\n") + tail)
    reply = await session.reply(terms.final_seconds if data_open else terms.command_seconds)
    if reply.code == 421 or (not data_open and reply.code // 100 != 2):
        raise SessionOverError(reply.words, reply.code)


def _opening(mail: Mail | None, terms: Terms) -> bytes:
    return b"" if mail is None else b"".join(commands(mail, terms))


async def _take(satchel: Satchel, terms: Terms) -> Mail | None:
    mail = await satchel.take()
    while mail is not None and (hindered := hindrance(mail, terms)) is not None:
        satchel.settle(mail, hindered)
        mail = await satchel.take()
    return mail


def _take_at_once(satchel: Satchel, terms: Terms) -> Mail | None:
    mail = satchel.take_at_once()
    while mail is not None and (hindered := hindrance(mail, terms)) is not None:
        satchel.settle(mail, hindered)
        mail = satchel.take_at_once()
    return mail
