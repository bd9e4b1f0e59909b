"""The texts of the notifications as shipped: complete, careful, and alike in four languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from notifications import ACTIVATION, MEMBER, PERSONAL_KINDS, SENDER, composer, planned

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.rendering.email import EmailComposer, MailPreview

LANGUAGES = ("de", "en", "fr", "nl")
PROMISES = {  # how each language says that nobody is ever asked for a password
    "de": ("niemals", "Passwort"),
    "en": ("never ask", "password"),
    "fr": ("jamais", "mot de passe"),
    "nl": ("nooit", "wachtwoord"),
}
every_mail = pytest.mark.parametrize(
    ("language", "kind"), [(language, kind) for language in LANGUAGES for kind in PERSONAL_KINDS]
)


class Page(HTMLParser):
    """What a reader sees of an HTML mail, and what a machine reads: shown words, links, elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag in ("head", "div"):
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("head", "div"):
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.shown.append(data)


@pytest.fixture(scope="module")
def compose(languages: Mapping[str, Language], templates_folder: Path) -> EmailComposer:
    return composer(languages, templates_folder)


def shown(compose: EmailComposer, language: str, kind: NotificationKind) -> MailPreview:
    return compose.preview(planned(kind, language, "Alice", "Hâ"), show_secrets=True)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@every_mail
def test_html_and_text_say_the_same(compose: EmailComposer, language: str, kind: NotificationKind) -> None:
    mail = shown(compose, language, kind)
    page = Page(mail.html)
    service = words(SENDER.name_in(language))
    numbers = re.compile(r"^\d\. ", re.MULTILINE)
    assert words(" ".join(page.shown)) == service + words(numbers.sub("", mail.text))


@every_mail
def test_a_link_reads_as_the_address_that_it_leads_to(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    mail = shown(compose, language, kind)
    own = [link for link in Page(mail.html).links if not link.startswith("mailto:")]
    expected = ACTIVATION.link("may", MEMBER).text
    assert own == ([expected] if kind == NotificationKind.ACTIVATION_LINK else [])
    assert all(link in (f"mailto:{SENDER.contact.text}", expected) for link in Page(mail.html).links)


@every_mail
def test_a_mail_fetches_nothing_and_runs_nothing(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    html = shown(compose, language, kind).html
    tags = {tag for tag, _ in Page(html).elements}
    assert tags.isdisjoint({"img", "script", "link", "iframe", "form", "object", "video", "base"})
    assert not re.search(r"url\(|@import|src=|background=|\son\w+=", html)


@every_mail
def test_a_mail_names_its_language_and_holds_in_the_dark(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    html = shown(compose, language, kind).html
    elements = Page(html).elements
    assert elements[0] == ("html", {"lang": language, "dir": "ltr"})
    assert all(attrs.get("role") == "presentation" for tag, attrs in elements if tag == "table")
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


@every_mail
def test_the_preview_line_is_hidden_and_holds_no_secret(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    mail = shown(compose, language, kind)
    found = re.search(r'<div style="display: none;[^"]*">([^<]{40,110})</div>', mail.html)
    assert found
    assert found[1] not in mail.text
    assert ACTIVATION.code("may", MEMBER).text not in found[1] + mail.subject


@every_mail
def test_a_mail_names_the_person_says_whom_to_write_to_and_never_asks_for_a_password(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    text = shown(compose, language, kind).text
    assert "Alice Hâ," in text.splitlines()[0]
    assert text.count("Alice Hâ") == 1
    assert text.count(SENDER.contact.text) >= 2
    assert all(word in text for word in PROMISES[language])
    assert SENDER.name_in(language) in text
    assert text.endswith("\n")
    assert not re.search(r"\n{3}|[ \t]\n|\{|\}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_third_mail_quotes_the_subject_of_the_second(compose: EmailComposer, language: str) -> None:
    subject = shown(compose, language, NotificationKind.ACTIVATION_LINK).subject
    assert subject in shown(compose, language, NotificationKind.ACTIVATION_CODE).text


@pytest.mark.parametrize("kind", PERSONAL_KINDS)
def test_the_four_languages_have_the_same_outline(compose: EmailComposer, kind: NotificationKind) -> None:
    outlines = {
        tuple(tag for tag, _ in Page(shown(compose, language, kind).html).elements) for language in LANGUAGES
    }
    assert len(outlines) == 1


@every_mail
def test_every_mail_fits_a_phones_subject_line(
    compose: EmailComposer, language: str, kind: NotificationKind
) -> None:
    assert len(shown(compose, language, kind).subject) <= 60


@pytest.mark.parametrize("kind", PERSONAL_KINDS)
def test_french_binds_its_double_punctuation(compose: EmailComposer, kind: NotificationKind) -> None:
    mail = shown(compose, "fr", kind)
    seen = "".join(Page(mail.html).shown)
    for text, narrow in ((mail.text, "\u00a0"), (seen, "\u202f")):
        text = re.sub(r"https?://\S+", "", text)
        assert not re.search(rf"(?<!{narrow})[;!?]|(?<!\u00a0):|«(?!\u00a0)|(?<!\u00a0)»", text)
