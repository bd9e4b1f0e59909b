"""Who gets an announcement in which language, with which file; and what is wrong with an announcement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifications import SENDER
from verbal_notes import LANGUAGES, TEMPLATES
from verbal_notes import SENDER as MINISTRY

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.announcement import Announcement, TranslatedFile
from notegen.domain.attachment import Attachment
from notegen.domain.email_address import EmailAddress
from notegen.domain.message_id import message_id
from notegen.domain.planned_mail import PlannedMail
from notegen.errors import NoteFileError
from notegen.flows import House
from notegen.flows.announcement import AnnouncementMails, announce
from notegen.reading.announcement_file import read_announcement
from notegen.rendering.email import EmailComposer, MailPreview
from notegen.rendering.template import Templates

HOUSE = House(LANGUAGES, TEMPLATES, MINISTRY, date(2026, 11, 16))
CODES = ("fr", "nl", "en", "de")
some = st.lists(st.sampled_from(CODES), min_size=1, unique=True)


def mission(key: str, *languages: str) -> Addressee:
    forms = {code: AddresseeForms(key, key, key, key) for code in CODES}
    return Addressee(key, forms, languages, EmailAddress(key, "mission.test"))


def translated(*languages: str, name: str = "manual") -> TranslatedFile:
    files = {c: Attachment(f"{name}-{c}.pdf", "application/pdf", f"{name} {c}".encode()) for c in languages}
    return TranslatedFile({code: f"Title {name} {code}" for code in CODES}, files)


def told(*languages: str, files: tuple[TranslatedFile, ...] = (), body: str = "Text.") -> Announcement:
    subjects = {code: f"Subject {code}" for code in languages}
    return Announcement("announcement.yaml", subjects, dict.fromkeys(languages, body), files)


def composed(mails: AnnouncementMails) -> dict[str, MailPreview]:
    composer = EmailComposer(
        Templates(TEMPLATES.folders, texts=mails.texts),
        LANGUAGES,
        sender=SENDER,
        date=lambda: datetime(2026, 11, 16, tzinfo=UTC),
        attachments=mails.attachments,
    )
    found = {}
    for each in mails.series:
        [own] = each.notifications
        row = PlannedMail("1.1.0", "x", "ab", message_id("x", each.identity, own.kind, "example.org"), own)
        found[each.identity] = composer.preview(row)
    return found


def sent_html(mails: AnnouncementMails) -> str:
    [mail] = composed(mails).values()
    return mail.html


def sent(mails: AnnouncementMails) -> dict[str, tuple[str, str, list[str]]]:
    """What each mission receives: the language, the text, the names of the files."""
    found = {}
    for identity, made in composed(mails).items():
        mail = message_from_bytes(made.content, policy=policy.default)
        body = mail.get_body(("plain",))  # type: ignore[attr-defined]
        names = [part.get_filename() for part in mail.iter_attachments()]  # type: ignore[attr-defined]
        found[identity] = (mail["Content-Language"], body.get_content().replace("\r", ""), names)
    return found


@given(spoken=some, written=some, existing=some)
def test_mail_and_file_are_in_the_nearest_language(
    spoken: list[str], written: list[str], existing: list[str]
) -> None:
    mails = announce(told(*written, files=(translated(*existing),)), {"m": mission("m", *spoken)}, HOUSE)
    [own] = mails.series[0].notifications
    values = dict(own.values)
    assert own.language == next((code for code in spoken if code in written), written[0])
    order = [own.language, *spoken, *written, *existing]
    attached = next(code for code in order if code in existing)
    assert [file.name for file in mails.attachments[values["attachments"]]] == [f"manual-{attached}.pdf"]
    assert bool(values["elsewhere"]) == (attached != own.language)


def test_two_missions_of_one_language_get_each_its_own_file() -> None:
    missions = {key: mission(key, *codes) for key, codes in {"a": ("de", "nl"), "b": ("de", "fr")}.items()}
    mails = announce(
        told("de", files=(translated("fr", "nl"), translated("de", name="form"))), missions, HOUSE
    )
    found = sent(mails)
    assert found["a"][2] == ["manual-nl.pdf", "form-de.pdf"]
    assert found["b"][2] == ["manual-fr.pdf", "form-de.pdf"]
    assert "„Title manual de“ liegt nicht in deutscher Sprache vor." in found["a"][1]
    assert "Die beigefügte Datei ist in niederländischer Sprache verfasst." in found["a"][1]
    assert "form" not in found["a"][1]


@pytest.mark.parametrize("code", CODES)
def test_the_text_is_markdown_and_stands_between_salutation_and_closing(code: str) -> None:
    mails = announce(
        told(code, body="**Bold** and a [page](https://example.org/x)."), {"m": mission("m")}, HOUSE
    )
    language, text, files = sent(mails)["m"]
    assert (language, files) == (code, [])
    salutation, body, *_ = text.split("\n\n")
    assert salutation.endswith(",")
    assert body.startswith("Bold and a page")
    assert "https://example.org/x" in text
    assert text.rstrip().endswith(SENDER.name_in(code))


@pytest.mark.parametrize(
    "body",
    [
        "```\n![a](b)\n[^1]\n```",
        "`[a](b)`\n\n~~~~ x\n~~~\n~~~~",
        "```a`b\n\n[mail](mailto:a@x.test), <https://x.test/a>, [call](tel:+3225018111)",
    ],
)
def test_code_and_whole_addresses_may_stand_in_an_announcement(tmp_path: Path, body: str) -> None:
    path = tmp_path / "announcement.yaml"
    path.write_text(f"subject: {{fr: Objet}}\nbody:\n  fr: |\n{indent(body, '    ')}\n", encoding="utf-8")
    assert read_announcement(path, LANGUAGES).bodies == {"fr": f"{body}\n"}


def test_content_decides_whether_an_announcement_is_known() -> None:
    one = told("fr", files=(translated("fr"),))
    other = told("fr", files=(translated("fr", name="other"),))
    assert len({one.digest, other.digest, told("fr").digest, told("fr", body="Other.").digest}) == 4
    rehearsal = announce(one, {"m": mission("m", "fr")}, HOUSE, EmailAddress("me", "example.org"))
    assert rehearsal.digest != one.digest
    assert rehearsal.series[0].notifications[0].recipient.text == "me@example.org"


GOOD = """\
subject: {fr: Objet, en: Subject}
body: {fr: Texte., en: Text.}
attachments:
  - title: {fr: Manuel, en: Manual}
    files: {fr: manual.pdf}
"""


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("en: Text.", "it: Testo.", "2:20", "there is no language 'it'"),
        (", en: Text.", "", "2:7", "body lacks 'en'"),
        (", en: Manual", "", "4:12", "title lacks 'en'"),
        ("en: Subject", "en: 'a {{ b }}'", "1:26", "no words to be filled in"),
        ("Texte.", "'a ![b](https://x.test/b.png)'", "2:14", "a picture cannot stand in a mail"),
        ("Texte.", "'a [b](manual.pdf)'", "2:14", "the link 'b' cannot be followed"),
        ("Texte.", "'a [^1]'", "2:14", "a mail has no footnotes ([^1])"),
        (
            "{fr: Texte., en: Text.}",
            "\n  en: x\n  fr: |\n    a\n\n    ```py\n    ~~~\n    b",
            "7:5",
            "has no end",
        ),
        ("Text.", "' '", "2:24", "the text is empty"),
        ("Text.", '"a\\u2028b"', "2:25", "a control character"),
        ("Subject", "' '", "1:26", "the subject is empty"),
        ("Subject", '"a\\nb"', "1:26", "the subject is one line"),
        ("Subject", '"a\\u2028b"', "1:26", "the subject is one line"),
        ("Subject", '"a\\u0001b"', "1:26", "the subject holds a control character"),
        ("Manual}", '"a\\nb"}', "4:29", "the title is one line"),
        ("manual.pdf", "missing.pdf", "5:17", "cannot be read"),
        ("manual.pdf", "../manual.pdf", "5:17", "lies outside"),
        ("manual.pdf", "empty.pdf", "5:17", "is empty"),
        ("files", "file", "5:5", "Did you mean 'files'"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    (tmp_path / "manual.pdf").write_bytes(b"%PDF-")
    (tmp_path / "empty.pdf").touch()
    path = tmp_path / "announcement.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_announcement(path, LANGUAGES).files[0].files["fr"].data == b"%PDF-"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(NoteFileError) as caught:
        read_announcement(path, LANGUAGES)
    assert what in str(caught.value)
    assert f"announcement.yaml:{where}" in str(caught.value)


def test_what_an_author_wrote_is_set_as_in_a_note() -> None:
    files = (TranslatedFile({"fr": "Guide : l'essentiel"}, translated("nl").files),)
    told = Announcement("a.yaml", {"fr": "Guide ; à lire !"}, {"fr": "Oui : lisez ; merci !"}, files)
    mails = announce(told, {"m": mission("m", "fr")}, HOUSE)
    values = dict(mails.series[0].notifications[0].values)
    assert values["subject"] == "Guide\u202f; à lire\u202f!"
    assert "Guide\u00a0: l’essentiel" in values["elsewhere"]
    assert "Oui\u00a0: lisez\u00a0; merci\u00a0!" in sent(mails)["m"][1]
    european = announce(told, {"m": mission("m", "fr")}, replace(HOUSE, profile="eu"))
    assert dict(european.series[0].notifications[0].values)["subject"] == "Guide; à lire!"


@pytest.mark.parametrize(
    ("body", "beside"),
    [
        ("das **Handbuch** [hier](https://x.test) : neu.\n\nMehr.", "Das Handbuch hier: neu."),
        ("- eins\n- zwei", "Subject de"),
        (f"{'Wort ' * 40}", f"{'Wort ' * 24}".strip() + "…"),
    ],
)
def test_beside_the_subject_stands_how_the_text_begins(body: str, beside: str) -> None:
    mails = announce(told("de", body=body), {"m": mission("m", "de")}, HOUSE)
    assert f">{beside}</div>" in sent_html(mails)


@pytest.mark.parametrize("rule", ["---", "- - -", "* * *", "___"])
def test_a_rule_in_the_text_does_not_put_the_closing_in_small_print(rule: str) -> None:
    mails = announce(
        told("fr", body=f"Un\n---\n\nDeux.\n\n{rule}\n\nTrois."), {"m": mission("m", "fr")}, HOUSE
    )
    text = sent(mails)["m"][1]
    assert "Un\n\nDeux.\n\n* * *\n\nTrois.\n" in text
    assert "-----" not in text
