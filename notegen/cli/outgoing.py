"""Settings, made into what a run needs: a composer, a delivery, and the loop's options."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from notegen import office
from notegen.cli.face import Face, tell
from notegen.delivery.backends import DELIVERIES
from notegen.delivery.settings import FolderSettings
from notegen.dispatch.options import InDoubt, Options
from notegen.domain.activation import Activation
from notegen.domain.mail import Delivery
from notegen.errors import InputError, SettingsError
from notegen.office import REHEARSAL_URL
from notegen.rendering.email import EmailComposer
from notegen.settings import Settings, read_key


def make_composer(face: Face, *, keep: bool = True, say: Callable[[str], None] = tell) -> EmailComposer:
    """What turns the ledger's rows into mails, as the settings describe the service.

    Without `keep` no key is made: where there is none yet, one that is forgotten serves. `say` hears what an
    operator should know.
    """
    activation = activation_of(face.settings, keep=keep, say=say)
    return office.make_composer(face.house, face.settings, activation, face.now, say)


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
    )


def read_allow_list(path: Path) -> frozenset[str]:
    """Addresses and domains of a file, one a line, `#` begins a remark; lower case."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(error), where=str(path), hint="Name a text file in UTF-8.") from error
    found = frozenset(
        entry.casefold().lstrip("@") for line in lines if (entry := line.partition("#")[0].strip())
    )
    if not found:
        raise InputError(
            "the list is empty", where=str(path), hint="Write an address or a domain on each line."
        )
    return found


def key_of(path: Path, *, keep: bool) -> bytes:
    """The key in that file; made when missing, or without `keep` one that is forgotten."""
    return read_key(path) if keep or path.exists() else secrets.token_bytes(32)


def activation_of(settings: Settings, *, keep: bool = True, say: Callable[[str], None] = tell) -> Activation:
    """Derives links and codes. Mails that leave this machine need the address of a real page."""
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
    key = key_of(settings.activation.key_file or settings.records.key_file, keep=keep)
    try:
        return Activation(key, url)
    except ValueError as error:
        raise SettingsError(str(error), where="[activation]", hint="Mend url or key_file.") from error
