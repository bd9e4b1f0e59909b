"""Documents made ready for another machine: nothing of them is lost, and nothing foreign is taken for one."""

from __future__ import annotations

import zlib
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

import pytest
from verbal_notes import RICH, composed, note

from notegen.errors import RenderingError
from notegen.rendering.forme import pack, unpack
from notegen.rendering.imprint import own_colophon
from notegen.rendering.pdf import PdfWriter
from notegen.rendering.press import Press

SOURCE = b"document: verbal-note\n" + bytes(range(256)) * 40


def test_documents_come_out_of_a_forme_as_they_went_in() -> None:
    documents = (
        composed(note("fr", "nl", "en", "de", source=SOURCE)),
        composed(note("de", source=SOURCE, companions=(("staff.xlsx", b"PK\x00\xff"),)), draft=True),
    )
    assert unpack(pack(documents)) == documents


def test_what_copies_have_in_common_is_in_a_forme_once() -> None:
    noise = b"".join(zlib.crc32(str(n).encode()).to_bytes(4, "big") for n in range(50_000))
    one = composed(note("fr", source=noise))
    assert len(pack([one] * 5)) < 1.1 * len(pack([one]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not compressed",
        zlib.compress(b"[]"),
        zlib.compress(b'{"documents": [{}], "files": []}'),
        zlib.compress(b'{"documents": [], "files": ["*"]}'),
        zlib.compress(b'{"documents": [], "files": []}')[:-3],
    ],
)
def test_what_is_no_forme_is_refused(content: bytes) -> None:
    with pytest.raises(RenderingError):
        unpack(content)


def test_a_forme_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notegen.rendering.forme.LARGEST", 1000)
    with pytest.raises(RenderingError):
        unpack(zlib.compress(b" " * 100_000))
    with pytest.raises(RenderingError, match="too much"):
        pack([composed(note("fr"))])


def test_a_press_prints_the_bytes_of_the_document_it_was_given() -> None:
    document = composed(note("fr", body=RICH, source=SOURCE))
    press = Press(1)
    try:
        printed = press.begin(unpack(pack([document]))[0]).result()
    finally:
        press.close()
    assert printed == PdfWriter().write(document)


def test_a_press_whose_process_died_prints_on() -> None:
    press, document = Press(1), composed(note("fr"))
    try:
        first = press.begin(document).result()
        assert press._pool is not None
        (process,) = press._pool._processes.values()
        process.kill()
        process.join()
        with suppress(BrokenProcessPool):  # unless its death is known already
            press.begin(document).result()
        assert press.begin(document).result() == first
    finally:
        press.close()


def test_a_press_takes_new_processes_after_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notegen.rendering.press._MOST", 2)
    press, document = Press(1), composed(note("fr"))
    try:
        printed = {press.begin(document).result() for _ in range(3)}
        assert press._begun == 1
    finally:
        press.close()
    assert len(printed) == 1


def test_a_colophon_says_what_differs() -> None:
    own = own_colophon()
    assert own is not None
    assert own.difference(own.text) == ""
    other = own.text.replace(f"weasyprint {own.versions['weasyprint']}", "weasyprint 1.0")
    assert own.difference(other) == f"weasyprint {own.versions['weasyprint']} here, 1.0 there"
    assert own.difference("") != ""
