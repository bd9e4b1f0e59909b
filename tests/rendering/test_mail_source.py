"""What translators write in a notification's file, and what they are told when it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from notifications import composer, planned

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.errors import RenderingError, TemplateError
from notegen.rendering.email import MailPreview

HEAD = "Subject: Hello\n\n"
Show = Callable[..., MailPreview]


@pytest.fixture
def show(languages: Mapping[str, Language], templates_folder: Path, tmp_path: Path) -> Show:
    """The mail that this text makes."""

    def preview(
        text: str, kind: NotificationKind = NotificationKind.PROFILE_CREATED, **row: object
    ) -> MailPreview:
        file = tmp_path / "en" / "notifications" / f"{kind}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        make = composer(languages, tmp_path, templates_folder)
        return make.preview(planned(kind, "en", **row), show_secrets=True)  # type: ignore[arg-type]

    return preview


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"{HEAD}Dear {{{{ nmae }}}},", 3, "nmae"),
        ("Subject: {{ nmae }}\n\nDear", 1, "nmae"),
        (f"{HEAD}a\n\n{{% if codes %}}\nb\n{{% endif %}}", 5, "codes"),
        (f"{HEAD}{{{{ link }}}}", 3, "link"),
        (f"{HEAD}{{{{ code }}}}", 3, "code"),
        (f"{HEAD}a\n{{{{ name", 4, "end of"),
        (f"{HEAD}a\n{{{{ name }} }}", 4, "unexpected"),
        (f"{HEAD}a\n{{% if name %}}", 4, "endif|end of"),
        (f"{HEAD}a\n\n{{{{ name | upper }}}}", 5, "another way"),
        (f"{HEAD}{{# two\nlines #}}\n{{% if name == 'x' %}}b{{% endif %}}", 5, "another way"),
        (f"{HEAD}{{{{ name.upper() }}}}", 3, "another way"),
        (f"{HEAD}{{% for c in name %}}{{% endfor %}}", 3, "another way"),
        (f"{HEAD}a\n\x01{{{{ name }}}}", 4, "control character"),
        (f"{HEAD}a\u2028b", 3, "control character"),
        ("Dear\n", 1, "head"),
        ("Subject: a\nSubject: b\n\nc", 2, "head"),
        ("Preview: a\nSubject: b\n\nc", 1, "head"),
        ("Subject:\n\nc", 1, "head"),
        ("Subject: a\nDear\n\nc", 2, "head"),
        ("", 1, "head"),
    ],
)
def test_a_text_that_cannot_be_used_is_named_with_its_line(
    show: Show, text: str, line: int, what: str
) -> None:
    with pytest.raises(TemplateError, match=what) as found:
        show(text)
    assert found.value.where == f"en/notifications/profile-created.md:{line}"
    assert found.value.hint


def test_a_text_that_is_not_utf_8_is_named(languages: Mapping[str, Language], tmp_path: Path) -> None:
    file = tmp_path / "en" / "notifications" / "profile-created.md"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"Subject: \xe9\n\nx")
    with pytest.raises(TemplateError, match="not UTF-8") as found:
        composer(languages, tmp_path).prepare(["profile-created"], ["en"])
    assert found.value.where == "en/notifications/profile-created.md"


def test_a_misspelt_word_is_answered_with_the_nearest(show: Show) -> None:
    with pytest.raises(TemplateError, match="Did you mean “name”"):
        show(f"{HEAD}Dear {{{{ nmae }}}},")
    with pytest.raises(TemplateError, match="The words here are: contact, first_names, last_name, name, "):
        show(f"{HEAD}Dear {{{{ qqq }}}},")


@pytest.mark.parametrize("markdown", ["wordslot3x", "```\nx\n```\n\n[a](javascript:x) wordslot0x"])
def test_the_inner_name_of_a_slot_is_no_word_for_a_text(show: Show, markdown: str) -> None:
    with pytest.raises(TemplateError, match="own word"):
        show(HEAD + markdown)


def test_what_a_settings_constant_does_not_restrict_may_use_all_of_jinja(show: Show) -> None:
    text = (
        f"{HEAD}{{{{ service | upper }}}} {{% if valid_days == '30' %}}x{{% else %}}y{{% endif %}} {{# a #}}z"
    )
    assert show(text).text == "USER PROFILE SERVICE x z\n"


def test_markdown_becomes_html_and_plain_text(show: Show) -> None:
    text = (
        f"{HEAD}# Big\n\nSome **bold**, *light*  \nand `code`,\na [page](https://x.test/a?b=1&c=2) "
        "and <https://y.test>.\n\n- one\n- two\n  and more\n  - deep\n- last\n\n"
        "3. three\n4. four\n\n> said\n> so\n\n```\n{{ name }}\n  *as is*\n```\n\n---\n\n"
        "Small <b>print</b> &![picture](https://z.test/p.png)\n"
    )
    mail = show(text)
    assert mail.text == (
        "Big\n\nSome bold, light\nand code, a page (https://x.test/a?b=1&c=2) and https://y.test.\n\n"
        "- one\n- two and more\n  - deep\n- last\n\n3. three\n4. four\n\n> said so\n\nJane Doe\n  *as is*\n\n"
        + "-"
        * 40
        + "\n\n"
        "Small <b>print</b> &!picture (https://z.test/p.png)\n"
    )
    assert '<ol start="3"' in mail.html
    assert "&lt;b&gt;print&lt;/b&gt;" in mail.html
    assert "<img" not in mail.html
    assert 'href="https://x.test/a?b=1&amp;c=2"' in mail.html
    assert '<p class="foot"' in mail.html


def test_markdown_in_a_name_stays_a_name(show: Show) -> None:
    mail = show(
        f"{HEAD}**{{{{ first_names }}}}** # {{{{ last_name }}}}", first_names="*a*", last_name="[b](c)"
    )
    assert mail.text == "*a* # [b](c)\n"
    assert "<bdi>*a*</bdi></strong> # <bdi>[b](c)</bdi>" in mail.html


def test_words_may_stand_in_the_subject_and_the_preview(show: Show) -> None:
    mail = show(
        "Subject: {{ name }}\nPreview: For {{ name }}\n\nx", first_names="Zoë <b>", last_name="é" * 80
    )
    name = "Zoë <b> " + "é" * 80
    assert mail.subject == name
    assert f"<title>{name.replace('<b>', '&lt;b&gt;')}</title>" in mail.html
    assert f">For {name.replace('<b>', '&lt;b&gt;')}</div>" in mail.html


def test_a_condition_on_a_line_of_its_own_leaves_no_trace(show: Show) -> None:
    text = f"{HEAD}a\n{{% if valid_days %}}\nb\n{{% else %}}\nc\n{{% endif %}}\nd"
    mail = show(text)
    assert mail.text == "a\n\nb\n\nd\n"
    assert mail.html.count("<p style") == 3


def test_a_condition_on_a_persons_word_is_a_form_of_its_own(show: Show) -> None:
    text = HEAD + "{% if first_names %}Dear {{ first_names }}{% else %}Hello {{ last_name }}{% endif %}"
    assert show(text).text == "Dear Jane\n"
    assert show(text, first_names="").text == "Hello Doe\n"


def test_a_word_without_a_value_is_never_printed_as_a_gap(show: Show) -> None:
    with pytest.raises(RenderingError, match="first_names"):
        show(f"{HEAD}Dear {{{{ first_names }}}},", first_names="")


def test_a_line_end_of_windows_is_a_line_end(show: Show) -> None:
    assert show("Subject: Hello\r\nPreview: x\r\n\r\na\r\nb\r\n\r\nc\r\n").text == "a b\n\nc\n"


def test_long_lines_and_odd_widths_stay_within_quoted_printable(show: Show) -> None:
    for length in range(60, 90):
        body = f"{'é' * (length // 3)}{'x' * length} NAME{' y' * length}\n\nNAMENAME ."
        mail = show(HEAD + body.replace("NAME", "{{ name }}"), last_name="=" * length)
        assert mail.text == body.replace("NAME", "Jane " + "=" * length) + "\n"
        assert max(map(len, mail.content.split(b"\r\n"))) <= 76


def test_a_text_of_ones_own_stands_before_the_shipped_one(show: Show) -> None:
    assert show(f"{HEAD}Mine.").text == "Mine.\n"
    assert "Mine" not in show(f"{HEAD}Mine.", NotificationKind.ACTIVATION_CODE).subject


def test_a_text_may_name_files_that_go_along(show: Show, tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    folder = tmp_path / "en" / "notifications"
    folder.mkdir(parents=True)
    (folder / "Étapes à suivre.pdf").write_bytes(data)
    mail = show("Subject: Hello\nAttachment: Étapes à suivre.pdf\n\nDear {{ name }},")
    message = message_from_bytes(mail.content, policy=default)
    assert message.get_content_type() == "multipart/mixed"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Étapes à suivre.pdf", "application/pdf")
    assert file.get_content() == data
    assert mail.text == "Dear Jane Doe,\n"
    assert mail.content.isascii()
    assert (
        [name for name, _ in mail.headers].count("MIME-Version") == mail.content.count(b"MIME-Version") == 1
    )


@pytest.mark.parametrize(
    ("name", "data", "charset"),
    [
        ("été.csv", "Zoë;1\r\n".encode(), "utf-8"),
        ("old.csv", b"Zo\xeb;1", None),
        ("mail.eml", b"From: a", None),
    ],
)
def test_a_file_arrives_byte_for_byte_and_says_its_encoding(
    show: Show, tmp_path: Path, name: str, data: bytes, charset: str | None
) -> None:
    folder = tmp_path / "en" / "notifications"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(data)
    mail = show(f"Subject: Hello\nAttachment: {name}\n\nDear {{{{ name }}}},")
    (file,) = message_from_bytes(mail.content, policy=default).iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == (name, data)
    assert file.get_param("charset") == charset


@pytest.mark.parametrize("file", ["missing.pdf", "../../en/language.toml", "."])
def test_a_file_that_is_not_beside_the_text_is_an_error(show: Show, file: str) -> None:
    with pytest.raises(TemplateError, match="attachment"):
        show(f"Subject: Hello\nAttachment: {file}\n\nDear")


def test_a_list_counts_from_its_authors_number_nought_included(show: Show) -> None:
    mail = show(f"{HEAD}0. nought\n1. one\n\nText\n\n7. seven")
    assert mail.text == "0. nought\n1. one\n\nText\n\n7. seven\n"
