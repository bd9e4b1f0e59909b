"""Mails to an SMTP relay (RFC 5321): greeting, TLS and login by aiosmtplib, the mails by our own exchange."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import cast

import aiosmtplib

from notegen.delivery import pipelining, plain
from notegen.delivery.reply import plain_words
from notegen.delivery.satchel import Satchel
from notegen.delivery.session import Session, SessionOverError
from notegen.delivery.settings import SmtpSettings
from notegen.delivery.transaction import LoginDemandedError, Terms
from notegen.domain.mail import Outbox
from notegen.errors import DeliveryError, SettingsError

_log = logging.getLogger(__name__)


class SmtpDelivery:
    """Carries mails to the relay of the settings. One object may serve several connections at once."""

    def __init__(self, settings: SmtpSettings) -> None:
        """SettingsError when the password, the certificates or the key for DKIM cannot be read."""
        self._settings = settings
        self._sign = _signature(settings)
        self._password = settings.read_password() if settings.username else ""
        self._tls = None if settings.security == "none" else _tls_context(settings)
        self._pipelining = settings.pipelining
        self._local_hostname = settings.local_hostname
        if settings.misgiving:
            _log.warning(settings.misgiving)

    async def deliver(self, outbox: Outbox) -> None:
        """Carry mails over one connection, opened for the first of them, until there are none or it ends.

        A server that turns us away for now (421, 4xx) ends the connection; DeliveryError when there is none
        at all (`temporary`), or when it cannot be trusted or wants something else of us (not `temporary`).
        """
        satchel = Satchel(outbox)
        session: Session | None = None
        try:
            if await satchel.fill():
                session, terms = await self._connect()
                await self._carry(session, satchel, terms)
                await session.quit()
        except SessionOverError as over:
            satchel.give_back(over.code, over.words)
        except DeliveryError as error:
            satchel.give_back(0, error.what)
            raise
        finally:
            if session is not None:
                session.abort()
            satchel.give_back(0, "the connection was given up")

    async def _carry(self, session: Session, satchel: Satchel, terms: Terms) -> None:
        exchange = pipelining.carry if terms.pipelining else plain.carry
        try:
            await exchange(session, satchel, terms, self._settings.messages_per_connection)
        except LoginDemandedError as demand:
            if satchel.accepted:
                raise SessionOverError(str(demand)) from demand
            hint = "Set username and password_file under [smtp]."
            raise self._trouble(f"the server demands a login: {demand}", hint) from demand
        except SessionOverError as over:
            # A server that offers PIPELINING without having it loses commands: from now on, one at a time.
            if over.estranged and not satchel.accepted:
                self._pipelining = False
            raise

    async def _connect(self) -> tuple[Session, Terms]:
        client = aiosmtplib.SMTP(
            hostname=self._settings.host.strip("[]"),
            port=self._settings.actual_port,
            local_hostname=await self._own_name(),
            timeout=self._settings.connect_seconds,
            use_tls=self._settings.security == "tls",
            start_tls=False,
            tls_context=self._tls,
        )
        try:
            await _ended_when_cancelled(self._greet(client))
            return self._take_over(client)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise self._explained(error) from error
        except BaseException:
            client.close()
            raise

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        await client.connect()
        client.timeout = self._settings.command_seconds
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError as refused:
            if not 500 <= refused.code <= 504 or self._settings.security == "starttls":
                raise
            await client.helo()
        if self._settings.security == "starttls":
            await self._start_tls(client)
        if self._settings.username:
            await self._log_in(client)

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            hint = "Ask its operator, or try security tls with port 465; mails are not sent in clear instead."
            raise self._trouble("the server does not offer STARTTLS", hint)
        await client.starttls()
        await client.ehlo()

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        way = next((way for name, way in ways.items() if name in client.server_auth_methods), None)
        if way is None:
            hint = (
                "Leave username empty if the relay knows this machine by its address; else ask its operator."
            )
            raise self._trouble("the server offers no login by PLAIN, LOGIN or CRAM-MD5", hint)
        await way(self._settings.username, self._password)

    def _take_over(self, client: aiosmtplib.SMTP) -> tuple[Session, Terms]:
        if client.transport is None:
            raise aiosmtplib.SMTPServerDisconnected("the server closed the connection")
        size = client.esmtp_extensions.get("size", "")
        terms = Terms(
            pipelining=self._pipelining and client.supports_extension("pipelining"),
            eight_bit=client.supports_extension("8bitmime"),
            smtputf8=client.supports_extension("smtputf8"),
            size=int(size) if size.isascii() and size.isdigit() else 0,
            command_seconds=self._settings.command_seconds,
            final_seconds=self._settings.final_seconds,
            sign=self._sign,
        )
        return Session(cast(asyncio.Transport, client.transport)), terms

    async def _own_name(self) -> str:
        if not self._local_hostname:
            name = await asyncio.to_thread(socket.getfqdn)
            self._local_hostname = name if name.isascii() and name.isprintable() else "localhost"
        return self._local_hostname

    def _explained(self, error: Exception) -> Exception:
        """The same failure as the dispatch has to know it."""
        causes = _causes(error)
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                hint = "Set host to the name in the certificate, or ca_file to the authority that issued it."
                return self._trouble(f"the certificate cannot be trusted: {cause.verify_message}", hint)
            if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
                hint = "See that port and security belong together: 587 starttls, 465 tls."
                return self._trouble(f"no TLS could be agreed: {cause.reason or cause}", hint)
            if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
                return self._trouble("there is no such host", "Mend host under [smtp].")
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return self._answered(error)
        return self._trouble(f"no connection: {plain_words(str(causes[-1]).encode())}", _WAIT, temporary=True)

    def _answered(self, error: aiosmtplib.SMTPResponseException) -> Exception:
        words = plain_words(error.message.encode("utf-8", "replace"))
        if 400 <= error.code <= 499:
            return SessionOverError(words, error.code)
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            what, hint = "refuses the login", "Mend username and password_file under [smtp]."
        elif error.code < 200:
            what, hint = "does not speak SMTP", "See that host, port and security under [smtp] are right."
        else:
            what, hint = "turns us away", "Ask its operator; mend host and port under [smtp]."
        return self._trouble(f"the server {what}: {error.code} {words}".replace(": -1", ":"), hint)

    def _trouble(self, what: str, hint: str, *, temporary: bool = False) -> DeliveryError:
        where = f"{self._settings.host}:{self._settings.actual_port}"
        return DeliveryError(f"{what}.", where=where, hint=hint, temporary=temporary)


_WAIT = "See that the server runs and can be reached from here."


async def _ended_when_cancelled(greetings: Coroutine[None, None, None]) -> None:
    """Await the greetings, and see to it that they end when we are cancelled.

    `asyncio.wait_for` of Python 3.11, with which aiosmtplib waits, loses a cancellation that comes together
    with an answer: so they get a task of their own, which is cancelled until it has ended.
    """
    task = asyncio.ensure_future(greetings)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
        if not task.cancelled():
            task.exception()
        raise
    task.result()


def _causes(error: BaseException) -> list[BaseException]:
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain


def _signature(settings: SmtpSettings) -> Callable[[bytes], bytes] | None:
    if not settings.dkim.enabled:
        return None
    # Loaded only where it is used: cryptography takes its time.
    from notegen.delivery.dkim import DkimSigner

    return DkimSigner(settings.dkim).sign


def _tls_context(settings: SmtpSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            "the certificates cannot be read",
            where=str(settings.ca_file),
            hint="Name a readable PEM file under [smtp] ca_file.",
        ) from error
