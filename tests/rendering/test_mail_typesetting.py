"""What an author writes in a mail is set in the habits of its language, addresses and code left alone."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from notifications import composer, planned

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.rendering.email import MailPreview

Write = Callable[..., MailPreview]


@pytest.fixture
def write(languages: Mapping[str, Language], templates_folder: Path, tmp_path: Path) -> Write:
    """The mail that this body makes in that language."""

    def mail(body: str, language: str = "fr", profile: str = "be", subject: str = "Objet") -> MailPreview:
        file = tmp_path / language / "notifications" / "profile-created.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"Subject: {subject}\n\n{body}\n", encoding="utf-8")
        make = composer(languages, tmp_path, templates_folder, profile=profile)
        return make.preview(planned(NotificationKind.PROFILE_CREATED, language))

    return mail


def seen(mail: MailPreview) -> str:
    """The first paragraph of the HTML without its markup, its hard spaces visible."""
    found = re.search(r'<p style="[^"]*">(.*?)</p>', mail.html, re.DOTALL)
    assert found
    return shown(html_module.unescape(re.sub(r"<[^>]*>", "", found[1])))


def shown(text: str) -> str:
    return text.replace("\u202f", "~").replace("\u00a0", "_")


@pytest.mark.parametrize(
    ("language", "written", "in_html"),
    [
        ("fr", "Voyez « ici » ; est-ce clair ? Oui : très !", "Voyez «_ici_»~; est-ce clair~? Oui_: très~!"),
        ("fr", "une ligne\n; puis **deux** : *trois* ; `4`: 5", "une ligne~; puis deux_: trois~; 4_: 5"),
        ("fr", "Bonjour {{ name }} : le 3 juin, {{ name }} !", "Bonjour Jane Doe_: le 3_juin, Jane Doe~!"),
        ("fr", "`a : b ; c` et <https://x.test/a;b:c?d> ; fin", "a : b ; c et https://x.test/a;b:c?d~; fin"),
        ("fr", "https://x.test/a?b=1;c:2 et o.d'a@x.test ;", "https://x.test/a?b=1;c:2 et o.d'a@x.test~;"),
        ("nl", 'zie "hier" ; de foto\'s van 3 juni', "zie “hier”; de foto’s van 3_juni"),
        ("de", 'siehe "hier" am 3. Juni : Nr. 12', "siehe „hier“ am 3._Juni: Nr._12"),
        ("en", "see 'there' - it's on 3 June", "see ‘there’ - it’s on 3_June"),
    ],
)
def test_a_mail_is_set_as_a_note_is(write: Write, language: str, written: str, in_html: str) -> None:
    mail = write(written, language)
    assert seen(mail) == in_html
    assert shown(mail.text) == in_html.replace("~", "_") + "\n"


def test_plain_text_has_no_narrow_space_that_an_address_would_run_on_into(write: Write) -> None:
    mail = write("Voir https://x.test/a ; le service {{ service }}.", subject="Oui ; non")
    assert "https://x.test/a\u00a0;" in mail.text
    assert "https://x.test/a\u202f;" in mail.html
    assert mail.subject == "Oui\u202f; non"


def test_the_profile_of_the_settings_decides(write: Write) -> None:
    assert seen(write("Oui : « non » ; si\u202f!", profile="eu")) == "Oui: «_non_»; si!"


def test_what_points_to_a_second_language_is_set_too(
    languages: Mapping[str, Language], templates_folder: Path
) -> None:
    both = composer(languages, templates_folder, second_language="fr")
    mail = both.preview(planned(NotificationKind.PROFILE_CREATED, "en"))
    assert mail.text.startswith("Français\u00a0: voir ci-dessous\n")
    assert ">Français\u00a0: voir ci-dessous</p>" in mail.html


def test_a_table_is_a_table_and_its_rows_are_lines_of_plain_text(write: Write) -> None:
    mail = write("Voici :\n\n| Mission | Nombre |\n|---|---:|\n| Irlande | **12** |\n| Japon | |\n\nFin.")
    assert shown(mail.text) == "Voici_:\n\nMission | Nombre\nIrlande | 12\nJapon |\n\nFin.\n"
    assert mail.html.count("<th ") == 2
    assert re.search(r'<td style="[^"]*text-align:right;">', mail.html)


def test_only_a_code_alone_in_its_paragraph_is_large(write: Write) -> None:
    mail = write("Tapez `x` ici.\n\n`{{ name }}`\n\n```\ny\n```")
    large = re.findall(r'<code class="boxed" style="[^"]*font-size: 26px[^"]*">(.*?)</code>', mail.html)
    assert large == ["<bdi>Jane Doe</bdi>"]
    assert mail.html.count("font-size: 26px") == 1
    assert '<pre style="' in mail.html


def test_headings_of_a_mail_begin_below_its_subject_and_skip_none(write: Write) -> None:
    mail = write("# Un\n\n#### Deux\n\n# Trois\n\nTexte.")
    assert re.findall(r"<(h\d) style", mail.html) == ["h2", "h3", "h2"]


def test_a_superior_is_raised_and_in_plain_text_it_stands_on_the_line(write: Write) -> None:
    mail = write("Le 1^er^ juin.")
    assert re.search(r"1<sup[^>]*>er</sup>\u00a0juin", mail.html)
    assert shown(mail.text) == "Le 1er_juin.\n"


def test_asterisks_part_a_text_and_hyphens_begin_its_foot(write: Write) -> None:
    mail = write("Un.\n\n* * *\n\nDeux.\n\n---\n\nTrois.")
    assert mail.text == f"Un.\n\n* * *\n\nDeux.\n\n{'-' * 40}\n\nTrois.\n"
    assert re.findall(r'<p class="foot"[^>]*>([^<]*)</p>', mail.html) == ["Trois."]
