"""The result journal: two small files beside the database that survive the death of the process.

Begin marks ("the content of this mail is about to leave") and outcomes are written as they happen into
memory that is mapped to the files, without a call to the system and without waiting for the disk; the next
transaction of the ledger carries the outcomes for good. After the death of the process the journal is
complete, because the operating system holds what was written: a mail whose intent is in the ledger and that
has no begin mark never left. After a power cut it may have lost its end, so the absence of a mark proves
something only when the machine has not been started anew since (the same boot) and the journal belongs to
the ledger's last session. What *is* in it is true either way.

A line is `crc32 text`, so that half a line is seen to be one. Two files of fixed size take turns: one is
emptied only when the other is full, and what is still open is carried over. The first file also carries the
lock that proves its writer alive; the kernel lifts it when the process dies.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from binascii import crc32
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from mmap import mmap
from pathlib import Path

from notegen.domain.planned_mail import MailState, PlannedMail, Settlement
from notegen.errors import RecordsError

FILE_SIZE = 1 << 20
"""Bytes of each of the two files: room for some ten thousand lines."""

_EMPTY = bytes(FILE_SIZE)
_OF_PORTION = re.compile(r"(.+-[0-9a-f]{12})-(\d+)\.0")
_TEXT_KEPT = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """A settlement as the journal holds it."""

    state: MailState
    attempts: int
    due: datetime | None
    code: int
    text: str
    rest: MailState | None
    in_doubt: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """What a journal says about mails under (key, tries); `complete` when a missing mark proves something."""

    session: int
    complete: bool
    begun: frozenset[tuple[str, int]]
    outcomes: Mapping[tuple[str, int], Outcome]


class Journal:
    """The journal of one dispatch, under its lock; `open_journal` gives one."""

    def __init__(self, paths: tuple[Path, Path], descriptors: tuple[int, int]) -> None:
        self._paths = paths
        self._descriptors = descriptors
        self._maps = (mmap(descriptors[0], FILE_SIZE), mmap(descriptors[1], FILE_SIZE))
        self._map = self._maps[0]
        self._end = 0
        self._head = b""
        self._open: dict[str, bytes] = {}

    def replay(self, boot: str) -> Replay:
        """What the last session left; it is complete when it was written since the machine's start `boot`."""
        lines = [line for written in self._maps for line in _sound_lines(written)]
        heads = [json.loads(line[2:]) for line in lines if line.startswith("h ")]
        session = max((head["session"] for head in heads), default=0)
        boots = {head["boot"] for head in heads if head["session"] == session}
        begun = frozenset(_name(line) for line in lines if line.startswith("b "))
        outcomes = {_name(line): _outcome(line) for line in lines if line.startswith("r ")}
        return Replay(session, boots == {boot} and boot != "", begun, outcomes)

    def start(self, session: int, boot: str) -> None:
        """Begin anew for a session; what the files held has been carried into the ledger."""
        self._open.clear()
        for written in self._maps:
            written[:] = _EMPTY
        self._map = self._maps[0]
        self._end = 0
        self._head = self._write(b"h " + json.dumps({"session": session, "boot": boot}).encode())

    def begin(self, mail: PlannedMail) -> None:
        """The content of this mail is about to leave."""
        self._open[mail.key] = self._write(f"b {mail.key} {mail.tries}".encode())

    def settle(self, settlement: Settlement) -> None:
        """What became of this mail."""
        self._open[settlement.mail.key] = self._write(_settlement_line(settlement).encode())

    def committed(self, key: str) -> None:
        """The ledger holds the outcome of this mail: the journal need not carry it on."""
        self._open.pop(key, None)

    def close(self, *, keep: bool) -> None:
        """Give the lock back; without `keep` (nothing left to send) the files go too."""
        if not keep:
            for path in self._paths:
                path.unlink(missing_ok=True)
        for written in self._maps:
            written.close()
        for descriptor in self._descriptors:
            os.close(descriptor)

    def _write(self, data: bytes) -> bytes:
        line = b"%08x %s\n" % (crc32(data), data)
        end = self._end + len(line)
        if end > FILE_SIZE:
            self._take_turns()
            end = self._end + len(line)
        self._map[self._end : end] = line
        self._end = end
        return line

    def _take_turns(self) -> None:
        self._map = self._maps[1] if self._map is self._maps[0] else self._maps[0]
        self._map[:] = _EMPTY
        kept = b"".join((self._head, *self._open.values()))
        self._end = len(kept)
        self._map[: self._end] = kept


def open_journal(folder: Path, stem: str) -> Journal | None:
    """The journal under its lock, or None while a living process holds it."""
    paths = (folder / f"{stem}.0", folder / f"{stem}.1")
    try:
        first, second = (os.open(path, os.O_CREAT | os.O_RDWR, 0o600) for path in paths)
        for descriptor in (first, second):
            # Reserved at once: a full disk is found here and not in the middle of a run.
            os.posix_fallocate(descriptor, 0, FILE_SIZE)
    except OSError as error:
        raise _unusable(error, paths[0]) from error
    try:
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = paths[0].exists() and os.fstat(first).st_ino == paths[0].stat().st_ino
    except BlockingIOError:
        same = False
    if not same:
        os.close(first)
        os.close(second)
        return None
    return Journal((paths[0], paths[1]), (first, second))


def portions_in(folder: Path, stems: Collection[str]) -> list[tuple[str, int]]:
    """The journals of portions (stem, number) that lie in a folder, of those stems."""
    found = (_OF_PORTION.fullmatch(path.name) for path in folder.glob("*-*.0"))
    return [(each[1], int(each[2])) for each in found if each is not None and each[1] in stems]


def _unusable(error: OSError, path: Path) -> RecordsError:
    return RecordsError(
        f"the result journal cannot be written: {error.strerror}",
        where=str(path),
        hint="Check that the disk has room and that you may write there.",
    )


def _sound_lines(written: mmap) -> list[str]:
    sound = []
    for raw in written[:].rstrip(b"\0").split(b"\n"):
        checksum, _, data = raw.partition(b" ")
        if data and checksum == b"%08x" % crc32(data):
            sound.append(data.decode())
    return sound


def _settlement_line(settlement: Settlement) -> str:
    mail = settlement.mail
    due = 0 if settlement.due is None else settlement.due.timestamp()
    rest = "-" if settlement.rest is None else settlement.rest
    text = settlement.text[:_TEXT_KEPT]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    head = f"r {mail.key} {mail.tries} {settlement.state} {settlement.attempts} {due}"
    return f"{head} {settlement.code} {rest} {1 if settlement.in_doubt else 0} {text}"


def _name(line: str) -> tuple[str, int]:
    _, key, tries, *_ = line.split(" ", 3)
    return key, int(tries)


def _outcome(line: str) -> Outcome:
    state, attempts, due, code, rest, in_doubt, text = line.split(" ", 9)[3:]
    return Outcome(
        state=MailState(state),
        attempts=int(attempts),
        due=datetime.fromtimestamp(float(due), UTC) if due != "0" else None,
        code=int(code),
        text=text,
        rest=None if rest == "-" else MailState(rest),
        in_doubt=in_doubt == "1",
    )
