"""What is installed, what is missing, how to get it."""

from __future__ import annotations

import ctypes
import importlib.metadata
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notegen.delivery.settings import SmtpSettings
    from notegen.records.soundness import PostgresFacts
    from notegen.settings import MailSettings, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `found` is its version, path or state; `get` how to mend it (empty when well).

    Without a `needed` thing notegen cannot do its work; `package` is the Debian package that brings it.
    """

    subject: str
    well: bool
    found: str
    get: str = ""
    needed: bool = True
    package: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """A system library under the names that Linux and macOS give it."""

    subject: str
    names: tuple[str, ...]
    package: str
    brew: str


LIBRARIES = (
    Library("Pango", ("libpango-1.0.so.0", "libpango-1.0.dylib"), "libpango-1.0-0", "pango"),
    Library(
        "Pango for FreeType", ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"), "libpangoft2-1.0-0", "pango"
    ),
    Library("HarfBuzz", ("libharfbuzz.so.0", "libharfbuzz.0.dylib"), "libharfbuzz0b", "harfbuzz"),
    Library(
        "HarfBuzz subset",
        ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
        "libharfbuzz-subset0",
        "harfbuzz",
    ),
    Library("Fontconfig", ("libfontconfig.so.1", "libfontconfig.1.dylib"), "fontconfig", "fontconfig"),
)
"""What pages are made with, besides what pip installs."""

FONTS = ("font-source-sans-pro",)


def diagnose(settings: Settings, templates: Sequence[Path]) -> tuple[Finding, ...]:
    """Everything that notegen needs or can use here; `templates` are the folders in the order of search."""
    return (
        _python(),
        *(_library(library) for library in LIBRARIES),
        *(_font(name) for name in FONTS),
        _languages(templates),
        _records(settings.records.url),
        *(
            (_relay(settings.smtp), _sender(settings.smtp.from_))
            if settings.dispatch.delivery == "smtp"
            else ()
        ),
        *((_signature(settings.smtp),) if settings.smtp.dkim.enabled else ()),
        _java(),
    )


def missing_packages() -> tuple[str, ...]:
    """The Debian packages of the system libraries that are not here, each once."""
    lacking = (_library(library) for library in LIBRARIES)
    return tuple(dict.fromkeys(finding.package for finding in lacking if not finding.well))


def _python() -> Finding:
    version = platform.python_version()
    well = sys.version_info >= (3, 11)
    return Finding("Python", well, version, "" if well else "Install Python 3.11 or newer.")


def _library(library: Library) -> Finding:
    for name in library.names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return Finding(library.subject, well=True, found=name, package=library.package)
    get = f"sudo apt-get install {library.package} (macOS: brew install {library.brew})"
    return Finding(library.subject, well=False, found="missing", get=get, package=library.package)


def _font(name: str) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, well=False, found="missing", get=f"pip install {name}")
    return Finding(name, well=True, found=version)


def _languages(folders: Sequence[Path]) -> Finding:
    codes = sorted({path.parent.name for folder in folders for path in folder.glob("*/language.toml")})
    where = ", ".join(str(folder) for folder in folders)
    if not codes:
        get = "Name a folder that holds one folder a language with --templates."
        return Finding("Languages", well=False, found=f"none in {where}", get=get)
    return Finding("Languages", well=True, found=f"{' '.join(codes)} in {where}")


def _records(url: str) -> Finding:
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        return Finding("Records", well=True, found=f"{file}: made at the first dispatch", needed=False)
    from notegen.errors import RecordsError
    from notegen.records.database import Database
    from notegen.records.soundness import integrity_problems, postgres_facts, tables_version

    try:
        with closing(Database(url)) as database:
            version, facts = tables_version(database), postgres_facts(database)
            problems = integrity_problems(database)
            if not facts and not database.tables():
                problems.append("it has no tables")
    except RecordsError as error:
        return Finding("Records", well=False, found=f"{error.where}: {error.what}", get=error.hint)
    if problems:
        get = "Keep the damaged records, and put the last backup in their place."
        return Finding("Records", well=False, found=f"{database.name}: {problems[0]}", get=get)
    if facts is None:
        return Finding("Records", well=True, found=f"{database.name}: sound")
    return _postgres(database.name, facts, version)


def _postgres(name: str, facts: PostgresFacts, version: int | None) -> Finding:
    """What a sound PostgreSQL is, and what it cannot find out."""
    tables = "tables: made at the first dispatch" if version is None else f"tables of version {version}"
    checksums = "page checksums on" if facts.checksums else "page checksums off"
    indexes = "indexes read through" if facts.amcheck else "indexes not read through (no amcheck)"
    found = f"{name}: PostgreSQL {facts.version}; {tables}; {checksums}; {indexes}; sound"
    old = facts.major < 12
    get = "" if facts.checksums else "Page checksums find damaged disks: pg_checksums --enable, once stopped."
    get = "Install PostgreSQL 12 or newer." if old else get
    return Finding("Records", well=not old, found=found, get=get)


def _relay(smtp: SmtpSettings) -> Finding:
    """Whether the relay greets (RFC 5321 4.2: code 220) within three seconds; needed only to send."""
    try:
        with socket.create_connection((smtp.host, smtp.actual_port), timeout=3) as connection:
            greeting = "answers" if smtp.security == "tls" else _greeting(connection)
    except OSError as error:
        greeting = error.strerror or "no answer"
    well = greeting.startswith(("220", "answers"))
    get = (
        "" if well else "Set host, port and security under [smtp] in notegen.toml, or start the mail server."
    )
    return Finding(
        "Mail server", well=well, found=f"{smtp.host}:{smtp.actual_port}: {greeting}", get=get, needed=False
    )


def _greeting(connection: socket.socket) -> str:
    greeting = connection.recv(512).decode("ascii", "replace").partition("\r")[0]
    connection.sendall(b"QUIT\r\n")
    return greeting or "no greeting"


def _sender(address: str) -> Finding:
    if not address or address.endswith("@example.org"):
        get = "Set from under [smtp] in notegen.toml."
        return Finding("Sender", well=False, found=address or "not set", get=get, needed=False)
    return Finding("Sender", well=True, found=address, needed=False)


def _signature(smtp: MailSettings) -> Finding:
    """Whether the key can sign, and the record by which others verify it (RFC 6376 3.6.1)."""
    from notegen.delivery.dkim import DkimSigner
    from notegen.errors import SettingsError

    try:
        name, value = DkimSigner(smtp.dkim).record
    except SettingsError as error:
        return Finding("DKIM", well=False, found=f"{error.where}: {error.what}", get=error.hint)
    domain = smtp.from_.rpartition("@")[2]
    if not f".{domain}".casefold().endswith(f".{smtp.dkim.domain}".casefold()):
        get = "Set domain under [smtp.dkim] to the domain of from, or to one above it."
        return Finding("DKIM", well=False, found=f"{smtp.dkim.domain} does not answer for {domain}", get=get)
    return Finding("DKIM", well=True, found=f'{name}. TXT "{value}"')


def _java() -> Finding:
    """Java is for veraPDF alone, which confirms that a PDF keeps its promise; notegen itself runs without."""
    path = shutil.which("java")
    get = "sudo apt-get install default-jre-headless (only to have veraPDF confirm PDF/A and PDF/UA)"
    if path is None:
        return Finding("Java", well=False, found="missing", get=get, needed=False)
    try:
        answer = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return Finding("Java", well=False, found=f"{path} does not start", get=get, needed=False)
    return Finding("Java", well=True, found=answer.stderr.partition("\n")[0] or path, needed=False)


if __name__ == "__main__":
    print(*missing_packages())
