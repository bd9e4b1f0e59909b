"""One mail transaction (RFC 5321 3.3): its commands, its content on the wire, what can stand in its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from notegen.delivery.reply import Reply, receipt
from notegen.delivery.satchel import Satchel
from notegen.delivery.session import LARGE, Session, SessionOverError
from notegen.domain.mail import Mail
from notegen.domain.receipt import Outcome, Receipt

_PATH = re.compile(r"[^\x00-\x20\x7f<>]*")
_DEMANDS_LOGIN = frozenset({530, 534, 535, 538})
_OUT_OF_STEP = frozenset({500, 502, 503})


class LoginDemandedError(Exception):
    """The server wants a login before it takes mail (RFC 4954 6); the argument holds its words."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the server offered in answer to EHLO (`size` in bytes, 0: no limit told), and our own conditions.

    `sign` adds a DKIM signature to a content.
    """

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    size: int = 0
    command_seconds: float = 300.0
    final_seconds: float = 600.0
    sign: Callable[[bytes], bytes] | None = None


def hindrance(mail: Mail, terms: Terms) -> Receipt | None:
    """Why this server cannot take the mail at all; the words begin with an RFC 3463 status code."""
    words = ""
    if not _may_stand(mail.return_path):
        words = "5.1.7 the return path holds a character that no address may hold"
    elif not terms.smtputf8 and _needs_smtputf8(mail):
        words = "5.6.7 the address needs SMTPUTF8, which the server does not offer"
    elif not terms.eight_bit and _needs_8bit(mail):
        words = "5.6.3 the content needs 8BITMIME, which the server does not offer"
    elif 0 < terms.size < len(mail.content):
        words = f"5.3.4 the mail has {len(mail.content)} bytes, the server takes {terms.size}"
    return Receipt(Outcome.REFUSED, 0, words) if words else None


def commands(mail: Mail, terms: Terms) -> tuple[bytes, bytes, bytes]:
    """MAIL, RCPT and DATA; each extension is asked for only where the mail needs it."""
    recipient = mail.recipient
    return (
        _mail_from(mail.return_path, _needs_8bit(mail) and terms.eight_bit, _needs_smtputf8(mail)),
        f"RCPT TO:<{recipient.local}@{recipient.domain}>\r\n".encode(),
        b"DATA\r\n",
    )


def with_crlf(content: bytes) -> bytes:
    """Every line ended by CRLF, the last one too.

    A bare CR or LF becomes a CRLF, so that no server can take part of a content for commands. (The lines of
    bytes end in CR, LF or CRLF alone, unlike those of text.)
    """
    return b"\r\n".join((*content.splitlines(), b""))


def on_the_wire(content: bytes) -> bytes:
    """Every line ended by CRLF, leading dots doubled (RFC 5321 4.5.2); the final dot is not included."""
    content = with_crlf(content)
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..")


async def send_content(session: Session, satchel: Satchel, mail: Mail, tail: bytes, terms: Terms) -> None:
    """Send content, final dot and `tail` (the commands of the next mail), and settle the mail.

    SessionOverError when no answer can be relied on; the satchel then knows whether the dot had left.
    """
    if terms.sign is not None:
        body = on_the_wire(terms.sign(mail.content))
    else:
        body = mail.content if mail.goes_as_it_is else on_the_wire(mail.content)
    satchel.begin(mail)
    whole = True
    if len(body) >= LARGE:
        whole = await session.write_slowly(body, terms.command_seconds)
        body = b""
    if whole:
        session.check()
        satchel.sent(mail)
        session.write(body + b".\r\n" + tail)
    reply = await session.reply(terms.final_seconds)
    if whole:
        settle(satchel, mail, reply)
    else:
        settle(satchel, mail, _refusal_only(reply))
        raise SessionOverError("the server answered before the end of the content")


def settle(satchel: Satchel, mail: Mail, reply: Reply) -> None:
    """Settle by a reply that ends the transaction; SessionOverError after a 421 or on a 3xx."""
    outcome = receipt(reply, mail)
    if outcome is None:
        raise SessionOverError(
            f"the server answered out of turn: {reply.code} {reply.words}"[:500], estranged=True
        )
    satchel.settle(mail, outcome)
    if reply.code == 421:
        raise SessionOverError(outcome.text, 421)


def objection(reply: Reply, *, go_ahead: int) -> Reply | None:
    """The reply, if it refuses a command; None if it is in the class that lets us go on (2 or 3).

    SessionOverError when the session is out of step (the server has forgotten it, or answers something else),
    LoginDemandedError when it wants a login: in both cases nothing is said about the mail.
    """
    if reply.code // 100 == go_ahead:
        return None
    if reply.code in _OUT_OF_STEP or reply.code // 100 not in (4, 5):
        raise SessionOverError(reply.words, reply.code)
    if reply.code in _DEMANDS_LOGIN:
        raise LoginDemandedError(f"{reply.code} {reply.words}")
    return reply


def _refusal_only(reply: Reply) -> Reply:
    if reply.code // 100 not in (4, 5):
        raise SessionOverError(f"the server answered before the end of the content: {reply.words}"[:500])
    return reply


@lru_cache(maxsize=64)
def _may_stand(return_path: str) -> bool:
    return _PATH.fullmatch(return_path) is not None


@lru_cache(maxsize=64)
def _mail_from(return_path: str, eight_bit: bool, smtputf8: bool) -> bytes:
    parameters = (" BODY=8BITMIME" if eight_bit else "") + (" SMTPUTF8" if smtputf8 else "")
    return f"MAIL FROM:<{return_path}>{parameters}\r\n".encode()


def _needs_smtputf8(mail: Mail) -> bool:
    return mail.needs_smtputf8 or not mail.recipient.local.isascii() or not mail.return_path.isascii()


def _needs_8bit(mail: Mail) -> bool:
    return mail.needs_8bit or not mail.content.isascii()
