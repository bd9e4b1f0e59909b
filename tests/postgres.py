"""A PostgreSQL of the tests' own: one cluster a test process, reached by a socket in a temporary folder.

It starts with the first test that asks for it and dies with the process of the tests, even when that is
killed. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

import psycopg
from psycopg import sql
from senders import until

PREFIX = "notegen-pg-"
OWNER = "notegen"
GUARDED = "guarded"
"""A user who has to give a password; a test that needs one creates this user."""

# A test kills processes, never the machine: what the operating system was handed is safe, also without fsync.
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 60
fsync = off
full_page_writes = off
shared_buffers = 16MB
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 10min
timezone = 'UTC'
"""


class Postgres:
    """A running cluster; `url(database)` leads there. Each method returns when what it promises holds."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self.programs = programs
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        # The kernel ends it with the thread that started it, so that this thread lives as long as the tests.
        self._starter = ThreadPoolExecutor(1)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self.programs / "postgres", "-D", self.folder / "data"]
        with (self.folder / "log").open("ab") as log:
            line = [*_as_its_user(dies_with_us=True), *command]
            begun = self._starter.submit(subprocess.Popen, line, stdout=log, stderr=log, cwd=self.folder)
            self._process = begun.result()
        until(self.answers)

    def stop(self) -> None:
        """Stop it as an administrator does: connections are cut, what was committed stays."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Let it die at once, as by a crash: nothing is written any more, the next start recovers."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good."""
        self.kill()
        self._starter.shutdown()

    def answers(self) -> bool:
        """Whether it takes connections; AssertionError with its log when it has died."""
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        with contextlib.suppress(psycopg.OperationalError):
            self._do(sql.SQL("SELECT 1"))
            return True
        return False

    def url(self, database: str) -> str:
        """The address of a database as notegen.toml says it."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"test{next(self._names)}"
        self._do(sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(sql.Identifier(name)))
        return self.url(name)

    def dump(self, url: str, file: Path) -> None:
        """Back a database up as an operator does."""
        subprocess.run([self.programs / "pg_dump", "-Fc", "-f", file, url], check=True)

    def restore(self, url: str, file: Path) -> None:
        """Put a backup in the place of what is there."""
        command = [self.programs / "pg_restore", "--clean", "--if-exists", "--exit-on-error", "-d", url, file]
        subprocess.run(command, check=True)

    def drop(self, url: str) -> None:
        """Remove a database with whoever is still connected to it."""
        name = url.partition("@/")[2].partition("?")[0]
        self._do(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _do(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None


@contextmanager
def running_postgres(initdb: str, configuration: str = CONFIGURATION) -> Iterator[Postgres]:
    """A new cluster, gone at the end with all that is in it; `initdb` is the path of that program."""
    _sweep()
    programs = Path(initdb).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    owner = _owned(folder)
    cluster = Postgres(programs, folder)
    try:
        user = _user()
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        command = [programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", OWNER]
        options = ["--no-sync", "--no-locale", "-E", "UTF8", "--data-checksums", "--no-instructions"]
        subprocess.run(
            [*_as_its_user(), *command, *options], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(configuration.format(folder=folder))
        doors = folder / "data" / "pg_hba.conf"
        doors.write_text(f"local all {GUARDED} scram-sha-256\n{doors.read_text()}")
        cluster.start()
        yield cluster
    finally:
        cluster.close()
        shutil.rmtree(folder)
        owner.close()


def _owned(folder: Path) -> BinaryIO:
    """A file that is locked for as long as this process lives, so that others leave the folder alone."""
    owner = (folder / "owner.new").open("wb")
    fcntl.flock(owner, fcntl.LOCK_EX)
    (folder / "owner.new").rename(folder / "owner")
    return owner


def _sweep() -> None:
    """Remove the clusters of processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (folder / "owner").open("rb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Whom root starts it as; None for anybody else."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _as_its_user(*, dies_with_us: bool = False) -> list[str]:
    if shutil.which("setpriv") is None:
        return []
    user = _user()
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *become, "--pdeathsig", "QUIT" if dies_with_us else "clear"]
