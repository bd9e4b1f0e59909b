"""The colophon of this machine: whatever fixes the bytes of the PDFs it prints."""

from __future__ import annotations

import ctypes
import platform
import unicodedata
import zlib
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from notegen import __version__
from notegen.domain.colophon import Colophon
from notegen.rendering.fonts import FACES, FONTS

_PACKAGES = ("weasyprint", "pydyf", "tinyhtml5", "tinycss2", "cssselect2", "pyphen", "fonttools", "pillow")


@cache
def own_colophon() -> Colophon | None:
    """With what this machine prints; None where Pango or another of the libraries it needs is missing."""
    try:
        libraries = {
            "Pango": str(ctypes.CDLL("libpango-1.0.so.0").pango_version()),
            "HarfBuzz": _harfbuzz(),
            "Fontconfig": str(ctypes.CDLL("libfontconfig.so.1").FcGetVersion()),
            "FreeType": _freetype(),
        }
    except OSError:
        return None
    own = Path(__file__).parent
    sources = [path for path in own.rglob("*") if path.suffix in (".py", ".css", ".html")]
    return Colophon(
        {
            **{name: version(name) for name in _PACKAGES},
            **libraries,
            "HarfBuzz-Subset": "there" if _is_there("libharfbuzz-subset.so.0") else "missing",
            "notegen": f"{__version__}-{_digest(sources)}",
            "fonts": _digest(FONTS / name for name, _, _ in FACES),
            "zlib": zlib.ZLIB_RUNTIME_VERSION,
            "Unicode": unicodedata.unidata_version,
            "Python": platform.python_version().rpartition(".")[0],
            "processor": platform.machine() or "unknown",
        }
    )


def _harfbuzz() -> str:
    library = ctypes.CDLL("libharfbuzz.so.0")
    library.hb_version_string.restype = ctypes.c_char_p
    return str(library.hb_version_string().decode())


def _freetype() -> str:
    library, handle = ctypes.CDLL("libfreetype.so.6"), ctypes.c_void_p()
    if library.FT_Init_FreeType(ctypes.byref(handle)):
        return "unknown"
    numbers = [ctypes.c_int() for _ in range(3)]
    library.FT_Library_Version(handle, *map(ctypes.byref, numbers))
    library.FT_Done_FreeType(handle)
    return ".".join(str(number.value) for number in numbers)


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _digest(files: Iterable[Path]) -> str:
    """A short digest of files, whatever folder they are in."""
    digest = sha256()
    for path in sorted(files, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
