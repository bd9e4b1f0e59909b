"""What is installed, what is missing, how to get it."""

from __future__ import annotations

import ctypes
import importlib.metadata
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


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


def diagnose(
    *,
    templates: Path | None,
    database: Path | None = None,
    smtp_host: str = "",
    smtp_from: str = "",
    connections: Iterable[Finding] = (),
) -> tuple[Finding, ...]:
    """Everything that notegen needs or can use here, needed things first.

    `database` is the SQLite file (None: not looked at); `smtp_host` and `smtp_from` come from the settings;
    `connections` are findings that the caller made itself, such as a server that answers.
    """
    return (
        _python(),
        *(_library(library) for library in LIBRARIES),
        *(_font(name) for name in FONTS),
        _templates(templates),
        *(() if database is None else (_database(database),)),
        _smtp(smtp_host, smtp_from),
        *connections,
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


def _templates(folder: Path | None) -> Finding:
    if folder is None:
        return Finding("Templates", well=False, found="missing", get="Name a folder with --templates.")
    codes = sorted(path.parent.name for path in folder.glob("*/language.toml"))
    if not codes:
        get = "Name a folder that holds one folder a language with --templates."
        return Finding("Templates", well=False, found=f"no language in {folder}", get=get)
    return Finding("Templates", well=True, found=f"{' '.join(codes)} in {folder}")


def _database(path: Path) -> Finding:
    if not path.exists():
        return Finding(
            "Records", well=True, found=f"{path}: not there yet, made at the first dispatch", needed=False
        )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            verdict = str(database.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict == "ok":
        return Finding("Records", well=True, found=f"{path}: sound")
    get = "Keep the damaged file, and put the last backup in its place."
    return Finding("Records", well=False, found=f"{path}: {verdict}", get=get)


def _smtp(host: str, sender: str) -> Finding:
    if not host:
        get = "Set host and from under [smtp] in notegen.toml."
        return Finding("Mail server", well=False, found="not set", get=get, needed=False)
    if not sender:
        get = "Set from under [smtp] in notegen.toml."
        return Finding(
            "Mail server", well=False, found=f"{host}, without a sender's address", get=get, needed=False
        )
    return Finding("Mail server", well=True, found=host, needed=False)


def _java() -> Finding:
    """Java is for veraPDF alone, which confirms that a PDF keeps its promise; notegen itself runs without."""
    path = shutil.which("java")
    get = "sudo apt-get install default-jdk-headless (only to have veraPDF confirm PDF/A and PDF/UA)"
    if path is None:
        return Finding("Java", well=False, found="missing", get=get, needed=False)
    try:
        answer = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return Finding("Java", well=False, found=f"{path} does not start", get=get, needed=False)
    return Finding("Java", well=True, found=answer.stderr.partition("\n")[0] or path, needed=False)


if __name__ == "__main__":
    print(*missing_packages())
