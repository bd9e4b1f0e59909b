"""A filled mail is the mail that the `email` package would have made, whatever a person is called."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Mapping
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import escape
from notifications import ACTIVATION, MEMBER, NOW, PERSONAL_KINDS, SENDER, composer, planned

from notegen.domain.email_address import EmailAddress
from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.errors import RenderingError, TemplateError
from notegen.rendering.email import EmailComposer

KINDS = PERSONAL_KINDS
LINK = NotificationKind.ACTIVATION_LINK
CODE = NotificationKind.ACTIVATION_CODE
HOSTILE = (
    '"; DROP',
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "**bold** _em_ [a](http://x.test)",
    "=?utf-8?q?fake?=",
    "a, b <c@d.test>; (e)",
    "wordslot0x",
    "&amp; &lt;",
    "👩‍👩‍👧 𝔘𝔫𝔦 𐌰",
    "محمد عبد الله",
    "é" * 300,
    "x" * 300,
    "word " * 60,
    ". \\ \\\" '",
    "two  spaces",
    "=20=\\",
    ".",
    "...",
    ".é" * 60,
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
)
REFUSED = (
    "\r\nBcc: all@example.org",
    "\n",
    "\r",
    "\0",
    "\x01",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\ud800",
)

names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=300)
locals_ = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}", fullmatch=True)


@pytest.fixture(scope="module")
def compose(languages: Mapping[str, Language], templates_folder: Path) -> EmailComposer:
    return composer(languages, templates_folder)


def bodies(content: bytes) -> tuple[str, str]:
    message = message_from_bytes(content, policy=default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in message.iter_parts())
    return text, html


def expected_bodies(
    compose: EmailComposer, kind: NotificationKind, language: str, name: str
) -> tuple[str, str]:
    """The bodies of an ordinary name, that name then replaced by plain search."""
    text, html = bodies(compose.compose(planned(kind, language, "Zyx", "Wvutsr")).content)
    # A narrow space would run on into an address in plain text.
    plain = name.replace("\u202f", "\u00a0")
    return text.replace("Zyx Wvutsr", plain), html.replace("Zyx Wvutsr", str(escape(name)))


def slow(
    kind: NotificationKind, language: str, name: str, to: str, subject: str, text: str, html: str
) -> bytes:
    """The same message as the `email` package makes it from scratch."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    row = planned(kind, language)
    message["From"] = Address(SENDER.name_in(language), addr_spec=SENDER.address.text)
    message["To"] = Address(name, addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(NOW.replace(microsecond=0))
    message["Message-ID"] = row.message_id
    message["Reply-To"] = "profiles@example.org"
    message["Content-Language"] = language
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return message.as_bytes()


def headers(content: bytes) -> dict[str, str]:
    message = message_from_bytes(content, policy=default)
    found = {name: str(value) for name, value in message.items() if name not in ("Content-Type", "To")}
    # The new parser puts a space between two encoded words of a phrase, against RFC 2047 6.2.
    phrase, address = parseaddr(message_from_bytes(content)["To"].replace("\r\n", ""))
    return {**found, "to name": str(make_header(decode_header(phrase))), "to address": address}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "nl", "en", "de"])
def test_a_mail_is_the_one_the_email_package_makes(
    compose: EmailComposer, kind: NotificationKind, language: str
) -> None:
    content = compose.compose(planned(kind, language, "Amélie", "O'Neill")).content
    text, html = bodies(content)
    subject = str(message_from_bytes(content, policy=default)["Subject"])
    by_hand = slow(kind, language, "Amélie O'Neill", "jane.doe@mission.test", subject, text, html)
    assert headers(content) == headers(by_hand)
    assert bodies(content) == bodies(by_hand)


@given(names, names, locals_, st.sampled_from(KINDS), st.sampled_from(["fr", "nl", "en", "de"]))
def test_every_name_arrives_as_it_is(
    compose: EmailComposer, first: str, last: str, local: str, kind: NotificationKind, language: str
) -> None:
    arrives(compose, first, last, local, kind, language)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_as_it_is(compose: EmailComposer, name: str, kind: NotificationKind) -> None:
    arrives(compose, name, "Doe", "o'name+tag", kind, "fr")
    arrives(compose, "Jane", name, "o'name+tag", kind, "en")


def arrives(
    compose: EmailComposer, first: str, last: str, local: str, kind: NotificationKind, language: str
) -> None:
    address = EmailAddress(local, "mission.test")
    mail = compose.compose(planned(kind, language, first, last, recipient=address))
    name = f"{first} {last}".strip()
    found = headers(mail.content)
    assert found["to name"] == name
    assert found["to address"] == address.text
    assert bodies(mail.content) == expected_bodies(compose, kind, language, name)
    assert_fit_for_smtp(mail.content)
    assert mail.goes_as_it_is
    text, html = bodies(mail.content)
    by_hand = slow(kind, language, name, address.text, found["Subject"], text, html)
    # The package folds double spaces and reads encoded words in quotes, so that its own name may be another.
    assert {**headers(by_hand), "to name": name} == found
    assert bodies(by_hand) == (text, html)


def assert_fit_for_smtp(content: bytes) -> None:
    """Lines end in CRLF and have 76 characters at most, but for a header without a place to fold; 7-bit.

    None begins with a dot, so that nothing is to be doubled on the way.
    """
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert content.replace(b"\r\n", b"").count(b"\r") == content.replace(b"\r\n", b"").count(b"\n") == 0
    assert b"\0" not in content
    assert b"\n." not in content
    head, body = content.split(b"\r\n\r\n", 1)
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert max(map(len, body.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("bad", REFUSED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_control_character_stops_the_mail(compose: EmailComposer, kind: NotificationKind, bad: str) -> None:
    for first, last in ((f"A{bad}b", "C"), ("A", f"B{bad}c")):
        with pytest.raises(RenderingError, match="control character"):
            compose.compose(planned(kind, "en", first, last))


@pytest.mark.parametrize("bad", REFUSED)
def test_a_control_character_in_a_code_or_link_stops_the_mail(compose: EmailComposer, bad: str) -> None:
    for kind, secret in ((LINK, f"https://x.test/{bad}"), (CODE, f"12{bad}34")):
        with pytest.raises(RenderingError):
            compose.compose(planned(kind, secret=secret))


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "//x.test", "https://x.test/a b", "x.test", 'https://x.test/"']
)
def test_a_link_that_is_no_web_address_stops_the_mail(compose: EmailComposer, bad: str) -> None:
    with pytest.raises(RenderingError, match="web address"):
        compose.compose(planned(LINK, secret=bad))


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=80
    )
)
@example("<b>1</b>")
def test_a_code_of_the_roster_is_shown_as_it_is(compose: EmailComposer, code: str) -> None:
    text, html = bodies(compose.compose(planned(CODE, secret=code)).content)
    assert code in text
    assert f"<bdi>{escape(code)}</bdi>" in html


def test_a_link_of_the_roster_stands_before_the_derived_one(compose: EmailComposer) -> None:
    own = "https://portal.test/a?x=1&y=2"
    text, html = bodies(compose.compose(planned(LINK, secret=own)).content)
    assert text.count(own) == 1
    assert html.count(html_module.escape(own)) == 2
    assert "profiles.example.org/activate" not in text


@pytest.mark.parametrize("language", ["fr", "nl", "en", "de"])
def test_link_and_code_never_meet_in_one_mail(compose: EmailComposer, language: str) -> None:
    mails = {kind: "".join(bodies(compose.compose(planned(kind, language)).content)) for kind in KINDS}
    token, code = ACTIVATION.token("may", MEMBER).text, ACTIVATION.code("may", MEMBER).text
    assert [kind for kind in KINDS if token in mails[kind]] == [LINK]
    assert [kind for kind in KINDS if code in mails[kind]] == [CODE]


def test_without_a_key_and_without_columns_nothing_is_made_up(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    bare = composer(languages, templates_folder, activation=None)
    for kind in (LINK, CODE):
        with pytest.raises(RenderingError, match="nothing provides"):
            bare.compose(planned(kind))
    assert bare.compose(planned(CODE, secret="1234-5678"))


def test_a_preview_is_the_mail_with_link_and_code_masked(compose: EmailComposer) -> None:
    for kind in KINDS:
        row = planned(kind)
        shown, masked = compose.preview(row, show_secrets=True), compose.preview(row)
        assert shown.content == compose.compose(row).content
        assert (shown.text, shown.html) == tuple(part.replace("\r\n", "\n") for part in bodies(shown.content))
        everything = f"{masked.content.decode()}{masked.text}{masked.html}{masked.headers}{masked!r}"
        assert ACTIVATION.token("may", MEMBER).text not in everything
        assert ACTIVATION.code("may", MEMBER).text not in everything
        assert masked.subject == shown.subject == dict(shown.headers)["Subject"]


def test_the_envelope_is_the_ledgers(compose: EmailComposer) -> None:
    row = planned()
    mail = compose.compose(row)
    assert (mail.key, mail.message_id, mail.recipient) == (
        row.key,
        row.message_id,
        row.notification.recipient,
    )
    assert mail.return_path == "bounces@profiles.example.org"
    assert (mail.needs_8bit, mail.needs_smtputf8) == (False, False)


def test_an_address_beyond_ascii_says_that_the_server_must_know_smtputf8(compose: EmailComposer) -> None:
    mail = compose.compose(planned(recipient=EmailAddress("zoé", "mission.test")))
    assert (mail.needs_8bit, mail.needs_smtputf8) == (True, True)
    assert "To: Jane Doe <zoé@mission.test>" in mail.content.decode()


@pytest.mark.parametrize("bad", ["", "x", "<x>", "<x@y>\r\nBcc: z", "<x@y> ", "<x y@z>"])
def test_a_message_id_that_is_none_stops_the_mail(compose: EmailComposer, bad: str) -> None:
    row = planned()
    broken = type(row)(row.key, row.dispatch, row.member, bad, row.notification)
    with pytest.raises(RenderingError, match="Message-ID"):
        compose.compose(broken)


def test_the_same_row_gives_the_same_bytes(languages: Mapping[str, Language], templates_folder: Path) -> None:
    one, two = (composer(languages, templates_folder).compose(planned(LINK, "de")).content for _ in range(2))
    assert one == two


def test_a_second_language_stands_below_the_first(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    both = composer(languages, templates_folder, second_language="en")
    content = both.compose(planned(LINK, "fr", "José", "Doe")).content
    found, (text, html) = headers(content), bodies(content)
    assert found["Content-Language"] == "fr, en"
    assert (
        found["Subject"]
        == "Le lien pour activer votre profil d’utilisateur / The link to activate your user profile"
    )
    assert re.findall(r'lang="(\w+)"', html) == ["fr", "fr", "en", "en"]
    assert text.startswith("English: see below\r\n\r\nBonjour José Doe,")
    assert html.index("English: see below") < html.index("Bonjour")
    assert text.index("Bonjour José Doe") < text.index("Dear José Doe")
    assert text.index("Service des profils") < text.index("User Profile Service")
    assert_fit_for_smtp(content)
    assert headers(both.compose(planned(LINK, "en")).content)["Content-Language"] == "en"


def test_a_service_whose_name_looks_like_a_template_is_shown_as_it_is(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    odd = type(SENDER)(SENDER.address, "{{ 7*7 }} <b> **x**, “é”", SENDER.contact)
    content = composer(languages, templates_folder, sender=odd).compose(planned()).content
    text, html = bodies(content)
    assert odd.name in text
    assert str(escape(odd.name)) in html
    assert message_from_bytes(content, policy=default)["From"].addresses[0].display_name == odd.name


def test_a_sender_with_a_control_character_stops_everything(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    odd = type(SENDER)(SENDER.address, "Service\r\nBcc: x@y.test", SENDER.contact)
    with pytest.raises(RenderingError):
        composer(languages, templates_folder, sender=odd).prepare([KINDS[0]], ["en"])


@pytest.mark.parametrize("days", [-1, 1])
def test_a_promise_of_one_day_is_none(days: int) -> None:
    with pytest.raises(ValueError, match="two days"):
        type(SENDER)(SENDER.address, "x", SENDER.contact, valid_days=days)


def test_nothing_is_said_about_validity_when_nothing_is_promised(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    silent = type(SENDER)(SENDER.address, "x", SENDER.contact)
    for kind in (LINK, CODE):
        text, html = bodies(
            composer(languages, templates_folder, sender=silent).compose(planned(kind)).content
        )
        assert "valid" not in text
        assert "\r\n\r\n\r\n" not in text
        assert "valid" not in html


def test_an_unknown_language_or_kind_is_named(compose: EmailComposer) -> None:
    with pytest.raises(TemplateError) as found:
        compose.compose(planned(language="it"))
    assert found.value.where == "it/notifications/profile-created.md"
    with pytest.raises(TemplateError, match="no such template"):
        compose.prepare(["unknown"], ["fr"])
