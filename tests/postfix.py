"""A Postfix of the tests' own: its whole configuration in a folder, bound to loopback, relaying nowhere.

Every mail that it takes goes into one Maildir. No transport is configured by which a mail could leave the
machine: there is no SMTP client in its master.cf. Postfix has to be started by root, or by sudo.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from senders import until

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
retry unix - - n - - error
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
syslog_name = notegen-test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1
myhostname = relay.test
mydestination =
alias_maps =
alias_database =
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
local_transport = error:nothing leaves this machine
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:box/
virtual_mailbox_base = {folder}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_destination_recipient_limit = 1
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_client_connection_rate_limit = 0
notify_classes =
"""


@dataclass(frozen=True)
class Postfix:
    """A running one: where it listens, and its folder."""

    port: int
    folder: Path

    @property
    def taken(self) -> list[str]:
        """The Message-ID of every mail that it took, in that order, repeats included."""
        log = (self.folder / "log" / "mail.log").read_text(encoding="utf-8")
        return re.findall(r"cleanup\[\d+\]: \w+: message-id=(<[^>]+>)", log)

    def delivered(self) -> list[EmailMessage]:
        """Every mail that it took, once they all lie in the Maildir; in no order."""
        box = self.folder / "box" / "new"
        until(lambda: sum(1 for _ in box.iterdir()) == len(self.taken))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in box.iterdir()]


@contextmanager
def running_postfix(program: str) -> Iterator[Postfix]:
    """A Postfix on a free port of loopback, stopped and removed at the end."""
    root = os.geteuid() == 0
    owner = pwd.getpwnam("postfix") if root else pwd.getpwuid(os.geteuid())
    command = [*([] if root else ["sudo", "-n"]), program]
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as probe:
        folder = Path(name)
        folder.chmod(0o755)  # its processes are other users
        port = int(probe.getsockname()[1])
        _configure(folder, port, owner)
        probe.close()
        subprocess.run([*command, "-c", str(folder / "etc"), "start"], check=True, capture_output=True)
        try:
            until(lambda: _answers(port))
            yield Postfix(port, folder)
        finally:
            subprocess.run([*command, "-c", str(folder / "etc"), "abort"], check=True, capture_output=True)
            until(lambda: not _answers(port))
            if not root:
                subprocess.run(["sudo", "-n", "chown", "-R", owner.pw_name, name], check=True)


def _configure(folder: Path, port: int, owner: pwd.struct_passwd) -> None:
    for part in ("etc", "queue", "data", "log", "box"):
        (folder / part).mkdir()
    (folder / "etc" / "main.cf").write_text(
        MAIN.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid), encoding="utf-8"
    )
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port), encoding="utf-8")
    if os.geteuid() == 0:
        shutil.chown(folder / "data", "postfix")
        shutil.chown(folder / "box", "postfix")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
