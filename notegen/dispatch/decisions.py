"""What to do with a receipt, and when a deferred mail is tried again: pure decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

from notegen.dispatch.options import InDoubt, Options
from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.domain.receipt import Outcome, Receipt

NEVER_LEFT = Receipt(Outcome.DEFERRED, text="not sent: the connection ended before it", relay_fault=True)
"""For a mail that was taken or granted and whose content did not begin to leave."""

NO_ANSWER = Receipt(Outcome.IN_DOUBT, text="the content left and the connection ended without an answer")
"""For a mail whose content began to leave."""


def settlement(
    mail: PlannedMail,
    receipt: Receipt,
    now: datetime,
    expires: datetime | None,
    options: Options,
    jitter: float,
) -> Settlement:
    """What the ledger is to write; `jitter` lies between 0 and 1.

    A refusal, a doubt that sending again is not to resolve, and the end of patience concern the person's
    later mails too: they are held, or expire with it.
    """
    if receipt.outcome is Outcome.ACCEPTED:
        return accepted(mail, receipt)
    if receipt.outcome is Outcome.REFUSED:
        return _settled(mail, MailState.REFUSED, receipt, 1, rest=MailState.HELD)
    if receipt.outcome is Outcome.DEFERRED and receipt.relay_fault:
        return _settled(mail, MailState.PLANNED, receipt, 0)
    due = now + pause(mail.attempts + 1, options, jitter)
    patient = mail.attempts + 1 < options.attempts and (expires is None or due < expires)
    if receipt.outcome is Outcome.IN_DOUBT:
        return _doubted(mail, receipt, due if patient and options.in_doubt is InDoubt.RESEND else None)
    if patient:
        return _settled(mail, MailState.DEFERRED, receipt, 1, due=due)
    return _settled(mail, MailState.EXPIRED, receipt, 1, rest=MailState.EXPIRED)


def accepted(mail: PlannedMail, receipt: Receipt) -> Settlement:
    """For a mail that the server answers for from now on."""
    return Settlement(mail, MailState.ACCEPTED, mail.attempts + 1, None, receipt.code, receipt.text)


def uncomposed(mail: PlannedMail, reason: str) -> Settlement:
    """For a mail that could not be put into words: it and the person's later ones wait for a person."""
    return Settlement(mail, MailState.HELD, mail.attempts, text=reason, rest=MailState.HELD)


def pause(attempts: int, options: Options, jitter: float) -> timedelta:
    """How long to wait after so many attempts: growing, bounded, and spread over the upper half of itself.

    Between half the pause and all of it, so that mails that were deferred together do not return together.
    """
    grown = options.first_pause.total_seconds() * options.growth ** min(attempts - 1, 64)
    bounded = min(grown, options.longest_pause.total_seconds())
    return timedelta(seconds=bounded * (0.5 + jitter / 2))


def _doubted(mail: PlannedMail, receipt: Receipt, due: datetime | None) -> Settlement:
    if due is not None:
        return _settled(mail, MailState.DEFERRED, receipt, 1, due=due, in_doubt=True)
    return _settled(mail, MailState.IN_DOUBT, receipt, 1, rest=MailState.HELD, in_doubt=True)


def _settled(
    mail: PlannedMail,
    state: MailState,
    receipt: Receipt,
    counted: int,
    *,
    due: datetime | None = None,
    rest: MailState | None = None,
    in_doubt: bool = False,
) -> Settlement:
    return Settlement(
        mail=mail,
        state=state,
        attempts=mail.attempts + counted,
        due=due,
        code=receipt.code,
        text=receipt.text,
        rest=rest,
        in_doubt=in_doubt,
    )
