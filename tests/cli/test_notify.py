"""`notegen notify`: events and announcements reach people, each once, and no number reaches a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import load_workbook
from smtp_server import Server, serving_in_thread
from terminal import Notegen

KINDS = ("number-assigned", "identified-as", "document-required", "request-in-progress")
NUMBER = "85.07.30-033.28"
EVENT = (
    "Number assigned", "alice@mission.example.org", "FR", "Alice", "Hâ", "Embassy of Japan", "R-1", NUMBER,
)  # fmt: skip


def settings(folder: Path, server: Server) -> None:
    (folder / "notegen.toml").write_text(
        f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nfrom = "numbers@example.org"\n'
        '[activation]\ncontact = "helpdesk@example.org"\n'
    )


def mails(server: Server) -> list[EmailMessage]:
    return [message_from_bytes(mail.content, policy=policy.default) for mail in server.accepted]  # type: ignore[misc]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def filled(notegen: Notegen, folder: Path, *events: tuple[object, ...]) -> Path:
    """The blank form with these rows in it."""
    path = folder / "events.xlsx"
    path.unlink(missing_ok=True)
    assert notegen("notify", "form", "-o", path).code == 0
    workbook = load_workbook(path)
    assert workbook.active is not None
    for row, event in enumerate(events, 2):
        for column, value in enumerate(event, 1):
            workbook.active.cell(row, column).value = value  # type: ignore[union-attr]
    workbook.save(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_one_event_is_told_once_however_often_it_is_run(
    notegen: Notegen, examples: Path, tmp_path: Path, kind: str
) -> None:
    with serving_in_thread() as server:
        settings(tmp_path, server)
        runs = [notegen("notify", kind, examples / f"{kind}.yaml", "--json") for _ in range(2)]
    assert [run.code for run in runs] == [0, 0], runs[0].err
    assert [json.loads(run.out)["accepted"] for run in runs] == [1, 1]
    [mail] = mails(server)
    assert "NUM/2026/004" in text_of(mail)
    assert not [run for run in runs if NUMBER in run.out + run.err or "82.48.17" in run.out + run.err]


def test_the_document_that_is_asked_for_is_set_as_in_a_note(notegen: Notegen, tmp_path: Path) -> None:
    asked = tmp_path / "asked.yaml"
    asked.write_text(
        "{email: zoe@mission.example.org, language: fr, first_names: Zoé, last_name: Hâ,"
        ' document: "Passeport : la page de l\'identité ; le visa !"}',
        encoding="utf-8",
    )
    with serving_in_thread() as server:
        settings(tmp_path, server)
        assert notegen("notify", "document-required", asked).code == 0
    [mail] = mails(server)
    html = mail.get_body(("html",))
    assert html is not None
    assert "Passeport\u00a0: la page de l’identité\u202f; le visa\u202f!" in html.get_content()
    assert "Passeport\u00a0: la page de l’identité\u00a0; le visa\u00a0!" in text_of(mail)


def test_a_row_an_event_and_a_bad_row_is_reported_without_its_number(
    notegen: Notegen, tmp_path: Path
) -> None:
    other = (
        "document-required",
        "bob@mission.example.org",
        "EN",
        "Bob",
        "Ö",
        "UNHCR",
        "",
        "",
        "",
        "",
        "A passport",
    )
    bad = (*EVENT[:7], "85.07.30-033.29")
    lacking = ("Identified as", "eve@mission.example.org", "DE", "Eve", "Ü", "", "", NUMBER)
    path = filled(notegen, tmp_path, EVENT, other, (*bad[:3], "Carol", *bad[4:]), lacking, EVENT)
    with serving_in_thread() as server:
        settings(tmp_path, server)
        sent = notegen("notify", "rows", path, "--json")
        again = notegen("notify", "rows", path, "--json")
    told = json.loads(sent.out)
    assert (sent.code, told["accepted"], told["rejected"]) == (1, 2, 2), sent.err
    assert json.loads(again.out)["accepted"] == 2
    assert sorted(server.recipients) == ["alice@mission.example.org", "bob@mission.example.org"]
    assert "events.xlsx:4:identification_number: number-check" in sent.err
    assert "events.xlsx:5:official_name: incomplete" in sent.err
    assert "033.2" not in sent.err + sent.out


def test_a_birth_date_that_the_number_belies_is_warned_of_and_the_mail_goes(
    notegen: Notegen, tmp_path: Path
) -> None:
    path = filled(notegen, tmp_path, (*EVENT, "31/07/1985"))
    with serving_in_thread() as server:
        settings(tmp_path, server)
        sent = notegen("notify", "rows", path)
    assert sent.code == 0
    assert "events.xlsx:2:birth_date: birth-date-differs" in sent.err
    assert len(server.accepted) == 1


def test_two_events_of_a_person_go_in_order_and_contradicting_ones_do_not_go(
    notegen: Notegen, tmp_path: Path
) -> None:
    first = ("Request in progress", *EVENT[1:7])
    two = ("Document required", "bob@mission.example.org", "EN", "Bob", "Ö", "", "", "", "", "", "A passport")
    path = filled(notegen, tmp_path, first, EVENT, two, (*two[:10], "A photo"))
    with serving_in_thread() as server:
        settings(tmp_path, server)
        sent = notegen("notify", "rows", path)
    assert sent.code == 1
    assert [text_of(mail).count(NUMBER) for mail in mails(server)] == [0, 1]
    assert sent.err.count("status-held") == 2


def test_history_tells_newest_first_by_requester_what_awaits_action(notegen: Notegen, tmp_path: Path) -> None:
    asked = ("Document required", "alice@mission.example.org", "FR", "Alice", "Hâ", "Embassy of Japan", "R-1")
    path = filled(notegen, tmp_path, (*asked, "", "", "", "Un passeport"))

    def history(*options: str) -> list[Mapping[str, object]]:
        found: list[Mapping[str, object]] = json.loads(notegen("dispatch", "history", *options, "--json").out)
        return found

    with serving_in_thread() as server:
        settings(tmp_path, server)
        assert notegen("notify", "rows", path).code == 0
        awaited = history("--awaiting", "--requester", "Embassy of Japan")
        assert [(line["kind"], line["awaits"]) for line in awaited] == [("document-required", "document")]
        assert history("--requester", "UNHCR") == []
        assert notegen("notify", "rows", filled(notegen, tmp_path, EVENT)).code == 0
    assert [line["kind"] for line in history()] == ["number-assigned", "document-required"]
    assert history("--awaiting") == []


def test_what_is_wrong_with_an_event_is_told_by_line_and_column(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    good = (examples / "number-assigned.yaml").read_text(encoding="utf-8")
    (tmp_path / "event.yaml").write_text(good.replace("033.28", "033.29").replace("@", " "), encoding="utf-8")
    refused = notegen("notify", "number-assigned", "event.yaml")
    assert refused.code == 2
    assert "event.yaml:10:24" in refused.err
    assert "event.yaml:4:8" in refused.err
    assert "033.29" not in refused.err
    (tmp_path / "event.yaml").write_text(good.replace("request:", "reqest:"), encoding="utf-8")
    assert "Did you mean 'request'?" in notegen("notify", "number-assigned", "event.yaml").err


def test_each_mission_gets_the_manual_in_its_language_or_the_nearest_and_is_told_so(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    command = (
        "notify",
        "announcement",
        examples / "announcement.yaml",
        "--addressees",
        examples / "addressees.yaml",
    )
    with serving_in_thread() as server:
        settings(tmp_path, server)
        assert notegen(*command, "--dry-run").code == 0
        assert server.accepted == []
        sent = notegen(*command, "--json")
        assert notegen(*command).code == 0
    assert sent.code == 0, sent.err
    got = {mail["To"].addresses[0].addr_spec: (mail["Content-Language"], mail) for mail in mails(server)}
    assert len(mails(server)) == len(got) == json.loads(sent.out)["accepted"]
    files = {"fr": "manual-fr.pdf", "nl": "manual-nl.pdf", "en": "manual-fr.pdf", "de": "manual-fr.pdf"}
    elsewhere = {
        "fr": "",
        "nl": "",
        "en": "The attached file is in French.",
        "de": "in französischer Sprache",
    }
    for code, mail in got.values():
        [attached] = mail.iter_attachments()
        assert attached.get_filename() == files[code]
        assert attached.get_content() == (examples / files[code]).read_bytes()
        assert elsewhere[code] in text_of(mail)
    assert {code for code, _ in got.values()} == {"fr", "nl", "en", "de"}
