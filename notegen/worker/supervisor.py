"""Signs of life for systemd (sd_notify): a datagram to the socket that it names, if it names one."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def notify(state: str) -> None:
    """Tell the supervisor READY=1, WATCHDOG=1 or STOPPING=1; nothing at all where there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
        datagram.connect("\0" + address[1:] if address.startswith("@") else address)
        datagram.send(state.encode())
