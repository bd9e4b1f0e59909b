"""What a file is by its content, and reading from a zip archive within bounds; no claim is believed."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

CHUNK = 1 << 18


class UnreadableError(Exception):
    """A file cannot be read as a roster; `code` names the sentences, `values` fill their slots."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


class Kind(StrEnum):
    """The formats of a roster."""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    TSV = "tsv"
    YAML = "yaml"


_WORKBOOKS = tuple(f".{kind}" for kind in (Kind.XLSX, Kind.XLSM, Kind.XLSB, Kind.XLS, Kind.ODS))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may come out of a file: bytes on disk, bytes of one unpacked part, bytes of texts, rows."""

    size: int
    rows: int

    @property
    def part(self) -> int:
        """Bytes of one part once unpacked: the XML of a sheet is 10 to 25 times its size on disk."""
        return 40 * self.size

    @property
    def texts(self) -> int:
        """Bytes of the shared strings once unpacked: they are held in memory."""
        return 6 * self.size

    @property
    def elements(self) -> int:
        """Elements of a sheet that the parser reads: some twenty a row, and what programs leave behind."""
        return 5_000_000 + 200 * self.rows


DENSEST = 400
"""Deflate reaches 1032:1 on zeros alone; a sheet of a million empty formatted rows stays under 100:1."""
MOST_MEMBERS = 2_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What a workbook may be packed with (ISO/IEC 29500-2); the others unpack gigabytes at one go."""
_SIGNATURES = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf", "7z"), (b"Rar!", "RAR"), (b"\x1f\x8b", "gzip"), (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)  # fmt: skip
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|table|\?xml|meta|div|style)", re.IGNORECASE)
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BY_SUFFIX = {".csv": Kind.CSV, ".txt": Kind.CSV, ".tsv": Kind.TSV, ".tab": Kind.TSV, ".yaml": Kind.YAML,
              ".yml": Kind.YAML}  # fmt: skip


def kind_of(path: Path, bounds: Bounds) -> Kind:
    """The format, told from the content; UnreadableError for what is no roster, empty, locked or large."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as fault:
        raise UnreadableError("file-missing", found=fault.strerror or "") from fault
    if not head.strip():
        raise UnreadableError("file-empty")
    if size > bounds.size:
        raise UnreadableError("file-large", limit=str(bounds.size // 1_000_000))
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(_OLE):
        return _kind_of_compound(path)
    return _kind_of_text(path, head)


def _kind_of_text(path: Path, head: bytes) -> Kind:
    for signature, name in _SIGNATURES:
        if head.startswith(signature) or (name == "PDF" and signature in head[:1024]):
            raise UnreadableError("file-not-excel", found=name)
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise UnreadableError("file-not-excel", found="HTML/XML")
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    kind = _BY_SUFFIX.get(path.suffix.lower())
    if kind is None or (b"\0" in head and not is_utf16):
        raise UnreadableError("file-not-excel", found=_unlike(path, head))
    return kind


def _unlike(path: Path, head: bytes) -> str:
    """What a file is that is no workbook, in a word of any language; a name like a workbook's lies."""
    if path.suffix.lower() in _WORKBOOKS:
        return "?" if b"\0" in head else "TXT"
    return path.suffix.lstrip(".") or "?"


def _kind_of_compound(path: Path) -> Kind:
    """An OLE compound file ([MS-CFB]): an .xls, or the wrapping of an encrypted workbook ([MS-OFFCRYPTO])."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableError("file-password")
    if any(f"{name}\0".encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return Kind.XLS
    raise UnreadableError("file-not-excel", found="OLE")


def _kind_of_archive(path: Path) -> Kind:
    with Archive(path, Bounds(0, 0)) as archive:
        names = archive.names
        if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype", 200):
            return Kind.ODS
        if any(name.startswith("xl/externalLinks/") for name in names):
            raise UnreadableError("file-external")
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if not any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        raise UnreadableError("file-not-excel", found="ZIP" if "word/document.xml" not in names else "Word")
    return Kind.XLSM if any(name.endswith("vbaProject.bin") for name in names) else Kind.XLSX


class Archive:
    """A zip archive, read within bounds; whatever is wrong with it comes out as UnreadableError."""

    __slots__ = ("_zip", "bounds", "names")

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.bounds = bounds
        with _translated():
            self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        self.names = frozenset(info.filename for info in infos)
        try:
            self._refuse(infos)
        except UnreadableError:
            self._zip.close()
            raise

    def _refuse(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MOST_MEMBERS or len(self.names) != len(infos):
            raise UnreadableError("file-swollen")
        if any(info.flag_bits & 1 for info in infos):
            raise UnreadableError("file-password")
        if any(info.compress_type not in _METHODS for info in infos):
            raise UnreadableError("file-broken")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def unpacked(self) -> int:
        """Bytes of all parts once unpacked, as the archive claims."""
        return sum(info.file_size for info in self._zip.infolist())

    def read(self, name: str, limit: int) -> bytes:
        """A whole part of at most `limit` bytes; empty when there is none of that name."""
        if name not in self.names:
            return b""
        return b"".join(self.stream(name, limit))

    def stream(self, name: str, limit: int) -> Iterator[bytes]:
        """A part in pieces of CHUNK bytes; counted as it comes out, whatever its header claims."""
        if name not in self.names:
            raise UnreadableError("file-broken")
        packed = max(self._zip.getinfo(name).compress_size, 1)
        total = 0
        with _translated(), self._zip.open(name) as part:
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > limit or (total > 1 << 22 and total > DENSEST * packed):
                    raise UnreadableError("file-swollen")
                yield chunk


@contextmanager
def _translated() -> Iterator[None]:
    """What zipfile and its decompressors raise on a damaged archive comes out as UnreadableError."""
    try:
        yield
    except _DAMAGED as fault:
        raise UnreadableError("file-broken") from fault
