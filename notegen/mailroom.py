"""The mailroom that the settings describe: its ledger, its deliveries, its pace, who works in it.

Every face that sends is fitted out here, so that a mail is the same whoever sends it.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from notegen.delivery.backends import DELIVERIES
from notegen.delivery.settings import FolderSettings
from notegen.dispatch.options import InDoubt, Options
from notegen.domain.activation import Activation
from notegen.domain.mail import Delivery
from notegen.errors import RecordsError, SettingsError
from notegen.office import REHEARSAL_URL
from notegen.records.ledger import Ledger, open_ledger
from notegen.records.print_part import Hold
from notegen.records.sending import Claim
from notegen.settings import Settings, read_key

_LONGEST_HOLD = timedelta(seconds=20)
_CLOCKS_WITHIN = timedelta(seconds=1)


def make_delivery(settings: Settings, dispatch: str) -> Delivery:
    """The way of the settings; in a folder each dispatch has a folder of its own."""
    if settings.dispatch.delivery == "folder":
        own = FolderSettings(folder=settings.folder.folder / dispatch)
        return DELIVERIES["folder"].make(own)
    return DELIVERIES["smtp"].make(settings.smtp)


def loop_options(settings: Settings) -> Options:
    """How patient and how fast the loop is."""
    own = settings.dispatch
    return Options(
        connections=1 if own.delivery == "folder" else min(settings.smtp.connections, own.open_intents),
        window=own.open_intents,
        rate=own.per_second,
        domain_rate=own.per_domain_second,
        connection_rate=own.per_connection_second,
        in_doubt=InDoubt(own.in_doubt),
        attempts=own.retries,
        first_pause=timedelta(seconds=own.first_pause_seconds),
        wait=timedelta(minutes=own.wait_minutes),
        heartbeat=min(10.0, own.lease_seconds / 6),
        trust=timedelta(seconds=own.lease_seconds / 2),
    )


def portion_options(settings: Settings, at_once: int) -> Options:
    """The same for one of so many portions that a worker sends at once: they share connections and window.

    What is not due yet is waited for by nobody: the portion is given back until then.
    """
    whole = loop_options(settings)
    connections = max(1, whole.connections // at_once)
    window = max(connections, whole.window // at_once)
    return replace(whole, connections=connections, window=window, wait=timedelta(0))


def claim_of(settings: Settings) -> Claim:
    """Under whose name, and for how long without a sign of life, this process holds what it sends."""
    lease = timedelta(seconds=settings.dispatch.lease_seconds)
    return Claim(
        f"process {os.getpid()} on {socket.gethostname()}",
        _boot(),
        lease=lease,
        # A lease is renewed while half of it is left; two clocks may differ from the database's both ways.
        clocks_within=max(lease / 6, _CLOCKS_WITHIN),
        resend_doubts=settings.dispatch.in_doubt == "resend",
    )


def is_gone(holder: str) -> bool:
    """Whether it was a process of this machine (see `claim_of`) that there is not any more."""
    found = re.fullmatch(r"process (\d+) on (.+)", holder)
    if found is None or found[2] != socket.gethostname():
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def hold_of(settings: Settings) -> Hold:
    """Under whose name, and for how long without a sign of life, this process holds what it prints."""
    claim = claim_of(settings)
    return Hold(claim.holder, min(claim.lease, _LONGEST_HOLD))


def open_shared(settings: Settings, activation_key: bytes) -> tuple[Ledger, str]:
    """The ledger that workers share, with the queue's address. RecordsError when the key is not its own."""
    require_shared(settings)
    records = settings.records
    ledger = open_ledger(records.url, read_key(records.key_file), journals=records.journal_folder)
    try:
        address = open_queue(settings, ledger, activation_key)
        ledger.remove_outlived()
    except BaseException:
        ledger.close()
        raise
    return ledger, address


def open_queue(settings: Settings, ledger: Ledger, activation_key: bytes) -> str:
    """The address of the queue. RecordsError when mails wait that were planned with other keys."""
    address = ledger.open_queue()
    ledger.seal("key of the digests", read_key(settings.records.key_file))
    ledger.seal("key of links and codes", activation_key)
    return address


def require_shared(settings: Settings) -> None:
    """RecordsError when the records are a file, which no worker elsewhere can reach."""
    if settings.records.url.startswith("sqlite"):
        raise RecordsError(
            "workers share their work through PostgreSQL, and these records are a SQLite file",
            where="[records] url",
            hint="Set it to postgresql://USER@HOST/DATABASE, or send with `notegen dispatch run`.",
        )


def activation_key_file(settings: Settings) -> Path:
    """Where the key of links and codes is kept."""
    return settings.activation.key_file or settings.records.key_file


def activation_of(settings: Settings, key: bytes, say: Callable[[str], None]) -> Activation:
    """Derives links and codes. Mails that leave this machine need the address of a real page.

    `say` hears what an operator should know.
    """
    url = settings.activation.url
    if not url:
        if settings.dispatch.delivery == "smtp" and not settings.smtp.is_loopback:
            hint = "Set url under [activation]; {token} is where the token goes."
            raise SettingsError(
                "the address of the activation page is missing", where="[activation] url", hint=hint
            )
        say(f"The links lead to {REHEARSAL_URL}. Set url under [activation] before mails leave this machine.")
        url = REHEARSAL_URL
    elif "{token}" not in url:
        url += ("&" if "?" in url else "?") + "token={token}"
    try:
        return Activation(key, url)
    except ValueError as error:
        raise SettingsError(str(error), where="[activation]", hint="Mend url or key_file.") from error


def stop_by_signal(stop: asyncio.Event, told: Callable[[], None]) -> None:
    """Let SIGINT or SIGTERM tell somebody and set `stop`; the next signal then has its usual effect."""
    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

    def once() -> None:
        told()
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, once)


def _boot() -> str:
    """Which start of this machine it is (Linux); empty elsewhere, which proves nothing to the ledger."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
