"""Mails into a folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from outbox import ListOutbox, a_mail

from notegen.delivery.folder import FolderDelivery, file_name
from notegen.delivery.settings import FolderSettings
from notegen.domain.receipt import Outcome
from notegen.errors import DeliveryError


def deliver(folder: Path, outbox: ListOutbox) -> ListOutbox:
    asyncio.run(FolderDelivery(FolderSettings(folder=folder)).deliver(outbox))
    return outbox


def test_each_mail_is_a_file_named_by_its_key(tmp_path: Path) -> None:
    outbox = deliver(tmp_path / "a" / "b", ListOutbox([a_mail(1), a_mail(2)]))
    written = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert written == {"mail-1.eml": a_mail(1).content, "mail-2.eml": a_mail(2).content}
    assert outbox.receipts["mail-2"].text == "mail-2.eml"


def test_the_same_mail_again_is_still_one_file(tmp_path: Path) -> None:
    deliver(tmp_path, ListOutbox([a_mail(1)]))
    deliver(tmp_path, ListOutbox([a_mail(1)]))
    assert [path.name for path in tmp_path.iterdir()] == ["mail-1.eml"]


@pytest.mark.parametrize("key", ["../../etc/passwd", "..", "/a", ".hidden", "a/b", "é", "x" * 500, "nul\0"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "outbox"
    deliver(folder, ListOutbox([a_mail(1, key=key)]))
    (written,) = folder.iterdir()
    assert written.suffix == ".eml"
    assert not written.name.startswith(".")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outbox"]


def test_keys_that_look_alike_once_made_safe_stay_apart() -> None:
    assert file_name(a_mail(1, key="a/b")) != file_name(a_mail(1, key="a-b"))
    assert file_name(a_mail(1, key="a/b")) != file_name(a_mail(1, key="a?b"))


def test_a_folder_that_cannot_be_made_stops_the_delivery_and_defers_the_mail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    outbox = ListOutbox([a_mail(1), a_mail(2)])
    with pytest.raises(DeliveryError, match="cannot be written"):
        deliver(tmp_path / "file" / "outbox", outbox)
    assert outbox.outcomes == [Outcome.DEFERRED]
    assert outbox.receipts["mail-1"].relay_fault
