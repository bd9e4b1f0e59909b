"""Text with separators (RFC 4180 and what spreadsheet programs make of it): .csv and .tsv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from notegen.reading.cell_text import SheetRow, Value, column_letters
from notegen.reading.container import Kind, UnreadableError
from notegen.reading.table import RowsTable

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = ";,\t|"
WIDEST = 16_384


def delimited_table(path: Path, kind: Kind) -> RowsTable:
    """The file as one table without a name; rows are counted as a spreadsheet program shows them."""
    text, is_guessed = _decoded(path.read_bytes())
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return RowsTable("", partial(_rows, rest, first.strip()[4]), is_guessed=is_guessed)
    separator = "\t" if kind is Kind.TSV else _separator(text)
    return RowsTable("", partial(_rows, text, separator), is_guessed=is_guessed)


def _decoded(content: bytes) -> tuple[str, bool]:
    """By the byte order mark, else UTF-8, else, as a guess, Excel's Windows-1252 west of the Oder."""
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True


def _separator(text: str) -> str:
    """The character that occurs most often in the first line that holds any, quoted texts left out."""
    for line in text[:100_000].splitlines()[:20]:
        bare = "".join(line.split('"')[::2])
        best = max(_SEPARATORS, key=bare.count)
        if best in bare:
            return best
    return ","


def _bare(field: str) -> str:
    """A text that was written as `="0123"`, to keep its zero from spreadsheet programs, without that."""
    return field[2:-1] if len(field) > 2 and field.startswith('="') and field.endswith('"') else field


def _rows(text: str, separator: str) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, fields in enumerate(reader, start=1):
            named = enumerate(fields[:WIDEST])
            cells: dict[str, Value] = {column_letters(i): _bare(field) for i, field in named if field}
            if cells:
                yield SheetRow(number, cells)
    except csv.Error as fault:
        raise UnreadableError("file-broken") from fault
