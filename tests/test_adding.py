"""docs/adding.md, followed step by step: what it says to do is done here, in a folder of its own."""

from __future__ import annotations

import ast
import asyncio
import re
import shutil
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import pytest
from notifications import composer, planned
from outbox import ListOutbox, a_mail

from notegen.checking.preflight import check_note
from notegen.domain.mail import Mail, Outbox
from notegen.domain.notification import OWN_WORDS, NotificationKind
from notegen.domain.receipt import Outcome, Receipt
from notegen.domain.sender import Sender
from notegen.errors import TemplateError
from notegen.flows.house import House
from notegen.reading.language_folder import read_languages
from notegen.reading.note_file import read_note
from notegen.rendering.document import Document, compose
from notegen.rendering.email import PERSONAL
from notegen.rendering.mail_form import CONSTANTS
from notegen.rendering.template import Templates

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
DATED = """\
document: verbal-note
reference: {{unit: P0.0, file: PRO.1, topic: X}}
issued: 2026-11-02
place: brussels
addressee: missions
languages: [it, en]
title: {{it: Orario, en: Opening hours}}
body:
  it: informarle che gli uffici saranno chiusi {day}.
  en: inform them that the offices will be closed on Wednesday 2 December 2026.
"""
NOTE = """
document: {kind}
reference: P0.0/PRO.3143/17.06.2021/VACCIN/5
issued: 2021-06-17
place: brussels
addressee: missions
languages: [{language}]
title: {{{language}: Opening hours}}
body:
  {language}: |
    inform them of the **opening hours** of its desk.
"""


def snippet(section: str, language: str) -> str:
    """The first block of code in that language under a heading of the page, without its indentation."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.search(rf"^( *)```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


def words_told(section: str) -> set[str]:
    """The words in the first column of a section's table."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\|([^|]*`[^|]*)\|", text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([a-z_]+)`", cell)}


def composed(folders: list[Path], tmp_path: Path, kind: str, language: str) -> Document:
    note = tmp_path / "hours.yaml"
    note.write_text(NOTE.format(kind=kind, language=language), encoding="utf-8")
    languages = read_languages(folders)
    letterheads = {code: words.letterheads["belgium"] for code, words in languages.items()}
    read, _ = read_note(note, languages)
    return compose(read, languages, Templates(folders), Sender(letterheads, "FPS"), draft=False)


@pytest.fixture
def italian(tmp_path: Path, templates_folder: Path) -> Path:
    """A folder with one more language: English, copied, with the entries of step 2 changed."""
    folder = tmp_path / "own"
    shutil.copytree(templates_folder / "en", folder / "it")
    file = folder / "it" / "language.toml"
    own = {"code": "it", "locale": "it_IT", "tag": "it-IT", "name": "Italiano", "pointer": "Italiano: sotto"}
    text = file.read_text(encoding="utf-8")
    for key, value in own.items():
        text = re.sub(rf"^{key} = .*$", f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
    file.write_text(text.replace('"English"', '"Italiano"', 1), encoding="utf-8")
    return folder


def test_a_folder_is_a_language_for_notes(italian: Path, templates_folder: Path, tmp_path: Path) -> None:
    document = composed([italian, templates_folder], tmp_path, "verbal-note", "it")
    assert [(section.language, section.tag) for section in document.sections] == [("it", "it-IT")]
    assert "17\N{NO-BREAK SPACE}giugno 2021" in document.sections[0].html


def test_a_date_in_a_language_of_a_folder_is_held_against_the_others(
    italian: Path, templates_folder: Path, tmp_path: Path
) -> None:
    folders = [italian, templates_folder]
    languages = read_languages(folders)
    house = House(languages, Templates(folders), Sender({}, "FPS"), date(2026, 11, 1))
    found = []
    for day in ("mercoledì 2 dicembre 2026", "martedì 2 dicembre 2026"):
        note = tmp_path / "hours.yaml"
        note.write_text(DATED.format(day=day), encoding="utf-8")
        read, _ = read_note(note, languages)
        found.append([problem.code for problem in check_note(read, house.versed(read.languages))])
    assert found == [[], ["note-weekday-wrong"]]


def test_a_folder_is_a_language_for_mails(italian: Path, templates_folder: Path) -> None:
    folders = [italian, templates_folder]
    mails = composer(read_languages(folders), *folders)
    mails.prepare(NotificationKind, ["it"])
    assert message_of(mails.compose(planned(language="it")))["Content-Language"] == "it"


def message_of(mail: Mail) -> EmailMessage:
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_language_that_lacks_a_file_is_told_by_its_name(italian: Path, templates_folder: Path) -> None:
    (italian / "it" / "notifications" / "activation-code.md").unlink()
    folders = [italian, templates_folder]
    with pytest.raises(TemplateError, match=r"it/notifications/activation-code\.md"):
        composer(read_languages(folders), *folders).prepare(NotificationKind, ["it"])


def test_a_template_is_a_document_kind(templates_folder: Path, tmp_path: Path) -> None:
    kind = tmp_path / "own" / "en" / "documents" / "word.html"
    kind.parent.mkdir(parents=True)
    kind.write_text(snippet("A document kind", "html"), encoding="utf-8")
    html = composed([tmp_path / "own", templates_folder], tmp_path, "word", "en").sections[0].html
    assert "sends word to" in html
    assert "thanks the diplomatic missions" in html


def test_the_looks_of_a_kind_lie_beside_the_languages(templates_folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(templates_folder / "en" / "documents", own / "en" / "documents")
    (own / "en" / "documents" / "verbal-note.html").rename(own / "en" / "documents" / "word.html")
    looks = own / "layout" / "word.css"
    looks.parent.mkdir()
    looks.write_text(snippet("A document kind", "css"), encoding="utf-8")
    folders = [own, templates_folder]
    assert composed(folders, tmp_path, "word", "en").looks == looks.read_text(encoding="utf-8")
    assert composed(folders, tmp_path, "verbal-note", "en").looks == ""


def words_given(module: str, function: str) -> set[object]:
    """The keys of the mapping that a function of rendering gives to templates."""
    source = (ROOT / "notegen" / "rendering" / module).read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    values = next(each for each in functions if each.name == function)
    given = next(node.value for node in values.body if isinstance(node, ast.Return))
    assert isinstance(given, ast.Dict)
    return {key.value for key in given.keys if isinstance(key, ast.Constant)}


def test_the_page_tells_every_word_of_a_document() -> None:
    of_notes = words_given("wording.py", "section_values")
    of_leaflets = words_given("leaflet.py", "leaflet_values")
    assert words_told("A document kind") == of_notes | of_leaflets


def test_a_markdown_file_is_a_notification_kind(templates_folder: Path, tmp_path: Path) -> None:
    kind = tmp_path / "own" / "en" / "notifications" / "number-assigned.md"
    kind.parent.mkdir(parents=True)
    kind.write_text(snippet("A notification kind", "markdown"), encoding="utf-8")
    languages = read_languages([templates_folder])
    row = planned()
    # A kind that NotificationKind does not know yet, as it is before step 2.
    row = replace(row, notification=replace(row.notification, kind="number-assigned"))
    message = message_of(composer(languages, tmp_path / "own", templates_folder).compose(row))
    assert message["Subject"] == "Your number"
    assert "Dear Jane Doe," in message.get_body(["plain"]).get_content()


def test_the_page_tells_every_word_of_a_mail() -> None:
    assert words_told("A notification kind") == {*PERSONAL, *CONSTANTS}
    own = {kind: words for kind, words in OWN_WORDS.items() if words}
    for kind, words in own.items():
        assert all(re.search(rf"`{kind}`[^.]*`{word}`", PAGE) for word in words)


def test_a_class_that_keeps_the_promise_is_a_delivery() -> None:
    names = {"Outbox": Outbox, "Receipt": Receipt, "Outcome": Outcome, "PaperSettings": SimpleNamespace}
    exec(snippet("A delivery backend", "python"), names)
    tray: list[bytes] = []
    outbox = ListOutbox([a_mail(1), a_mail(2)])
    asyncio.run(names["PaperDelivery"](SimpleNamespace(tray=tray)).deliver(outbox))  # type: ignore[operator]
    assert outbox.begun == ["mail-1", "mail-2"]
    assert outbox.outcomes == [Outcome.ACCEPTED] * 2
    assert len(tray) == 2
