"""The anatomy of a verbal note, item by item, in four languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from verbal_notes import (
    LANGUAGES,
    REFERENCE,
    SENDER,
    addressee,
    composed,
    enclosure,
    note,
    texts,
)

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.language import Letterhead
from notegen.domain.member import Member
from notegen.domain.outline import VERBAL_NOTE, Part
from notegen.domain.reference import ReferenceRequest
from notegen.domain.sender import Sender
from notegen.errors import NoteFileError, TemplateError

ALL = ("fr", "nl", "en", "de")
MEMBER = Member(
    7,
    IdentificationNumber("85073003328"),
    EmailAddress("a", "example.org"),
    "fr",
    "Anne Marie",
    "O'Neill",
    "P-1",
)
MARKS = {
    Part.LETTERHEAD: 'class="letterhead"',
    Part.REFERENCE: 'class="reference"',
    Part.POINTER: 'class="pointer"',
    Part.UPDATE: 'class="update"',
    Part.COURTESY: 'class="courtesy"',
    Part.OPENING: 'class="opening"',
    Part.CLOSING: 'class="closing"',
    Part.DONE_AT: 'class="done-at"',
    Part.ENCLOSURES: 'class="enclosures"',
}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("fr", ["Royaume de Belgique", "Service public fédéral", "Affaires étrangères,"]),
        ("nl", ["Koninkrijk België", "Federale Overheidsdienst", "Buitenlandse Zaken,"]),
        ("en", ["Kingdom of Belgium", "Federal Public Service", "Foreign Affairs,"]),
        ("de", ["Königreich Belgien", "Föderaler Öffentlicher Dienst", "Auswärtige Angelegenheiten,"]),
    ],
)
def test_the_letterhead_is_in_the_language_of_the_section(code: str, lines: list[str]) -> None:
    (text,) = texts(composed(note(code)))
    assert [line for line in text.splitlines() if line][:3] == lines


def test_a_fixed_letterhead_heads_every_section_and_the_sentences_keep_their_own_language() -> None:
    document = composed(note("fr", "en"), sender=replace(SENDER, fixed="fr"))
    second = texts(document)[1]
    assert "Royaume de Belgique" in second
    assert "The Federal Public Service Foreign Affairs" in second
    assert 'lang="fr-BE"' in document.sections[1].html


def test_another_sender_needs_nothing_but_its_letterheads() -> None:
    letterhead = Letterhead(("Embassy of Ruritania",), 0, "The Embassy of Ruritania", "The Embassy", {})
    (text,) = texts(composed(note("en"), sender=Sender({"en": letterhead}, "Embassy")))
    assert "The Embassy of Ruritania presents its compliments to" in text
    assert "Belgium · " not in text
    assert "The Embassy avails itself" in text


def test_a_sender_without_a_letterhead_in_a_language_is_an_error_that_names_the_file() -> None:
    with pytest.raises(TemplateError, match=re.escape("de/language.toml")):
        composed(note("de"), sender=Sender({"fr": SENDER.letterheads["fr"]}, "x"))


def test_dutch_and_german_say_his_or_her_after_the_gender_of_the_sender() -> None:
    nl = Letterhead(("Ambassade",), 0, "De Ambassade van Ruritanië", "De Ambassade", {"possessive": "haar"})
    de = Letterhead(
        ("Botschaft",), 0, "Die Botschaft Ruritaniens", "Die Botschaft",
        {"possessive": "ihre", "possessive_genitive": "ihrer"},
    )  # fmt: skip
    dutch, german = texts(composed(note("nl", "de"), sender=Sender({"nl": nl, "de": de}, "x")))
    assert "haar complimenten aan" in dutch
    assert "van haar bijzondere hoogachting" in dutch
    assert "ihre Hochachtung und beehrt sich, ihnen" in german
    assert "erneut ihrer ausgezeichneten Hochachtung" in german


@pytest.mark.parametrize(
    ("code", "label"),
    [("fr", "nos références"), ("nl", "onze referentie"), ("en", "our reference"), ("de", "unser Zeichen")],
)
def test_the_reference_stands_under_its_label(code: str, label: str) -> None:
    (text,) = texts(composed(note(code)))
    assert f"{label}\n\n{REFERENCE}" in text or f"{label}\n{REFERENCE}" in text


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("fr", "Mise à jour : 1er décembre 2021"),
        ("nl", "Bijgewerkt: 1 december 2021"),
        ("en", "Update: 1 December 2021"),
        ("de", "Aktualisiert: 1. Dezember 2021"),
    ],
)
def test_a_reissued_note_says_when_and_keeps_its_reference(code: str, line: str) -> None:
    (text,) = texts(composed(note(code, updated=date(2021, 12, 1))))
    assert line in text
    assert str(REFERENCE) in text


def test_a_first_issue_has_no_update_line() -> None:
    assert "Mise à jour" not in texts(composed(note("fr")))[0]


def test_every_section_but_the_last_points_to_those_still_to_come_each_in_its_own_language() -> None:
    first, second, third = texts(composed(note("fr", "en", "nl")))
    assert "(English: see below | Nederlands: zie onderaan)" in first
    assert "(Nederlands: zie onderaan)" in second
    assert "zie onderaan" not in third
    html = composed(note("fr", "en", "nl")).sections[0].html
    assert '<a href="#section-en" lang="en-GB">English: see below</a>' in html


def test_only_some_languages_point_to_each_other_alone() -> None:
    document = composed(note("fr", "en", "nl"), only=["fr", "nl"])
    assert [section.language for section in document.sections] == ["fr", "nl"]
    assert "(Nederlands: zie onderaan)" in texts(document)[0]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "fr",
            "présente ses compliments aux missions diplomatiques, postes consulaires et organisations internationales établis en Belgique et a l’honneur de leur communiquer",  # noqa: E501
        ),
        (
            "nl",
            "biedt de diplomatieke zendingen, consulaire posten en internationale organisaties gevestigd in België zijn complimenten aan en heeft de eer hun de nieuwe bepalingen",  # noqa: E501
        ),
        (
            "en",
            "presents its compliments to the diplomatic missions, consular posts and international organizations established in Belgium and has the honour to communicate to them",  # noqa: E501
        ),
        (
            "de",
            "entbietet den in Belgien niedergelassenen diplomatischen Missionen, konsularischen Vertretungen und internationalen Organisationen seine Hochachtung und beehrt sich, ihnen die neuen",  # noqa: E501
        ),
    ],
)
def test_the_opening_and_the_first_paragraph_are_one_sentence(code: str, sentence: str) -> None:
    (text,) = texts(composed(note(code)))
    assert sentence in text


@pytest.mark.parametrize(
    ("beginning", "joined"),
    [
        ("informer les missions", "a l’honneur d’informer"),
        ("…adresser la liste", "a l’honneur d’adresser"),
        ("honorer la mémoire", "a l’honneur d’honorer"),
        ("y joindre la liste", "a l’honneur d’y joindre"),
        ("*envoyer* la liste", "a l’honneur d’envoyer"),
        ("hausser le plafond", "a l’honneur de hausser"),
        ("... transmettre", "a l’honneur de transmettre"),
        ("yodler", "a l’honneur de yodler"),
    ],
)
def test_french_de_elides_before_a_vowel_and_a_mute_h(beginning: str, joined: str) -> None:
    (text,) = texts(composed(note("fr", body=beginning)))
    assert joined in text


def test_a_body_that_begins_with_a_heading_cannot_end_the_opening_sentence() -> None:
    with pytest.raises(NoteFileError, match="opening sentence") as caught:
        composed(note("fr", body="# Titre\n\nTexte"))
    assert caught.value.where == "note.yaml:21:5"


def test_the_addressee_block_stands_once_in_each_section() -> None:
    for section in composed(note(*ALL)).sections:
        assert section.html.count('class="addressee-block"') == 1
    assert "To the diplomatic missions, consular posts" in texts(composed(note("en")))[0]


def test_an_addressee_without_forms_in_a_language_is_an_error_that_says_what_to_add() -> None:
    forms = AddresseeForms("x", "à x", "À x", "à x")
    with pytest.raises(NoteFileError, match="no forms in Nederlands"):
        composed(note("fr", "nl", addressee=Addressee("embassy", {"fr": forms})))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("fr", "saisit cette occasion pour renouveler aux missions diplomatiques, postes consulaires et organisations internationales les assurances de sa très haute considération."),  # noqa: E501
        ("nl", "maakt van deze gelegenheid gebruik om de diplomatieke zendingen, consulaire posten en internationale organisaties de verzekering van zijn bijzondere hoogachting te hernieuwen."),  # noqa: E501
        ("en", "avails itself of this opportunity to renew to the diplomatic missions, consular posts and international organizations the assurances of its highest consideration."),  # noqa: E501
        ("de", "benutzt diesen Anlass, die diplomatischen Missionen, konsularischen Vertretungen und internationalen Organisationen erneut seiner ausgezeichneten Hochachtung zu versichern."),  # noqa: E501
    ],
)  # fmt: skip
def test_the_closing_renews_the_assurances(code: str, sentence: str) -> None:
    assert sentence in texts(composed(note(code)))[0]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("fr", "Fait à Bruxelles le 1er juin 2021"),
        ("nl", "Gedaan te Brussel op 1 juni 2021"),
        ("en", "Done in Brussels on 1 June 2021"),
        ("de", "Geschehen zu Brüssel am 1. Juni 2021"),
    ],
)
def test_the_done_at_line_has_its_place_and_its_date_in_the_language(code: str, line: str) -> None:
    (text,) = texts(composed(note(code, issued=date(2021, 6, 1))))
    assert line in text


def test_the_done_at_line_of_an_update_bears_the_date_of_the_update() -> None:
    assert "Fait à Bruxelles le 17 décembre 2021" in texts(composed(note(updated=date(2021, 12, 17))))[0]


def test_an_unknown_place_names_those_that_are_known() -> None:
    with pytest.raises(NoteFileError, match="antwerp"):
        composed(note(place="atlantis"))


@pytest.mark.parametrize(
    ("code", "one", "two"),
    [
        ("fr", "Annexe : 1", "Annexes : 2"),
        ("nl", "Bijlage: 1", "Bijlagen: 2"),
        ("en", "Enclosure: 1", "Enclosures: 2"),
        ("de", "Anlage: 1", "Anlagen: 2"),
    ],
)
def test_enclosures_are_counted_at_the_end(code: str, one: str, two: str) -> None:
    form = enclosure(dict.fromkeys(ALL, "Formular"))
    assert one in texts(composed(note(code, enclosures=(form,))))[0]
    text = texts(composed(note(code, enclosures=(form, form))))[0]
    assert text.index("2021") < text.index(two)


def test_an_enclosure_that_exists_in_fewer_languages_says_so() -> None:
    form = enclosure({"fr": "Formulaire", "nl": "Formulier"}, ["fr", "nl"])
    french, english, german = texts(composed(note("fr", "en", "de", enclosures=(form,))))
    assert "Formulaire (uniquement en français et en néerlandais)" in french
    assert "Formulaire (in French and Dutch only)" in english
    assert "Formulaire (nur in französischer und in niederländischer Sprache)" in german
    assert '<cite lang="fr-BE">Formulaire</cite>' in composed(note("en", enclosures=(form,))).sections[0].html


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "only the French and Dutch texts are authoritative"),
        ("de", "maßgeblich sind allein die Texte in französischer und in niederländischer Sprache"),
    ],
)
def test_a_courtesy_version_names_the_authoritative_ones(code: str, sentence: str) -> None:
    assert sentence in texts(composed(note(code, authoritative=("fr", "nl"))))[0]


def test_a_courtesy_version_of_one_authoritative_text_speaks_in_the_singular() -> None:
    french = texts(composed(note("fr", authoritative=("nl",))))[0]
    dutch = texts(composed(note("nl", authoritative=("fr",))))[0]
    assert "seul le texte établi en néerlandais fait foi." in french
    assert "alleen de tekst in het Frans is authentiek." in dutch


def test_authoritative_versions_print_no_courtesy_line() -> None:
    assert 'class="courtesy"' not in composed(note("fr", authoritative=("fr", "nl"))).sections[0].html
    assert 'class="courtesy"' not in composed(note("de")).sections[0].html


def test_a_draft_has_a_watermark_and_a_placeholder_instead_of_its_number() -> None:
    document = composed(note("fr", "de"), draft=True)
    assert [section.watermark for section in document.sections] == ["PROJET", "ENTWURF"]
    assert "P0.0/PRO.3143/17.06.2021/VACCIN/[à attribuer]" in texts(document)[0]
    assert document.draft


def test_a_note_without_a_number_is_always_a_draft() -> None:
    document = composed(note(reference=ReferenceRequest("P0.0", "PRO.3143", "VACCIN")))
    assert document.draft
    assert str(REFERENCE) not in texts(document)[0]


def test_the_parts_stand_in_the_order_of_the_outline() -> None:
    full = note(
        "en", "fr", updated=date(2021, 12, 17), authoritative=("fr",), enclosures=(enclosure({"en": "F"}),)
    )
    html = composed(full).sections[0].html
    marks = [MARKS[each.part] for each in VERBAL_NOTE if each.part in MARKS]
    places = [html.index(mark) for mark in marks]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("fr", "Annexe : membres du personnel"),
        ("nl", "Bijlage: personeelsleden"),
        ("en", "Annex: members of the staff"),
        ("de", "Anlage: Mitglieder des Personals"),
    ],
)
def test_the_annex_lists_the_members_with_their_identification_numbers(code: str, title: str) -> None:
    (text,) = texts(composed(note(code, annex=(MEMBER,))))
    assert text.index("2021") < text.index(title)
    assert text.split()[-6:] == ["1", "O’Neill", "Anne", "Marie", "85.07.30-033.28", "P-1"]


def test_links_come_from_the_registry_in_the_language_of_the_section() -> None:
    document = composed(note("fr", "nl", body="voir [ici](link:plates)"))
    assert [re.findall(r'href="(https[^"]+)"', section.html) for section in document.sections] == [
        ["https://example.org/fr/plates"],
        ["https://example.org/nl/plates"],
    ]


@pytest.mark.parametrize(
    "target", ["", "#", "#top", "link:nowhere", "page.html", "https://", "ftp://example.org"]
)
def test_a_dead_link_never_issues_and_its_line_is_named(target: str) -> None:
    with pytest.raises(NoteFileError, match="dead link") as caught:
        composed(note(body=f"voir\n\nencore [ici]({target})"))
    assert caught.value.where == "note.yaml:23:5"


def test_a_script_is_no_link() -> None:
    html = composed(note(body="voir [ici](javascript:alert)")).sections[0].html
    assert "<a" not in html.partition('class="opening"')[2]


def test_raw_html_is_shown_as_text() -> None:
    html = composed(note(body="voir <b onclick=x>ceci</b>\n\n<script>alert(1)</script>")).sections[0].html
    assert "&lt;b onclick=x&gt;" in html
    assert "<script" not in html


def test_a_picture_in_the_body_is_refused() -> None:
    with pytest.raises(NoteFileError, match="no pictures"):
        composed(note(body="voir ![photo](https://example.org/a.png)"))


def test_the_body_may_name_the_addressee_and_the_dates() -> None:
    body = "communicate to {{ addressee.opening }} the note {{ reference }} of {{ issued }}"
    (text,) = texts(composed(note("en", body=body)))
    assert f"the note {REFERENCE} of 17 June 2021" in text


def test_a_value_of_the_body_is_never_read_as_markdown() -> None:
    forms = AddresseeForms("A *bold* [x](y)", "the A", "To A", "the A")
    (text,) = texts(
        composed(note("en", addressee=Addressee("a", {"en": forms}), body="tell {{ addressee.name }}"))
    )
    assert "tell A *bold* [x](y)" in text


@pytest.mark.parametrize(
    "body", ["tell {{ nothing }}", "tell {{ addressee.__class__ }}", "tell {{ open", "{{ 1/0 }}"]
)
def test_an_unknown_or_unsafe_word_in_the_body_is_an_error_with_a_place(body: str) -> None:
    with pytest.raises(NoteFileError) as caught:
        composed(note("en", body=f"tell\n\n{body}"))
    first = caught.value.where.split(":")
    assert first[0] == "note.yaml"
    assert len(first) == 3


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 10**9 }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'a'.center(10**9) }}",
        "{{ 'a'|center(1000000000) }}",
        "{{ '%1000000000d'|format(1) }}",
        "{% set a = 9**9**9 %}",
        "{% macro a() %}{{ a() }}{% endmacro %}",
        "{% include 'en/language.toml' %}",
    ],
)
def test_a_body_that_would_do_more_than_name_values_is_refused_before_it_does(body: str) -> None:
    with pytest.raises(NoteFileError, match="does more than name a value"):
        composed(note("en", body=f"tell\n\n{body}"))


def test_a_body_may_ask_a_condition_and_put_a_value_in_capitals() -> None:
    asked = "{% if updated and place != 'x' %}u{% else %}{{ addressee.name | upper }}{% endif %}"
    assert "tell " in composed(note("en", body=f"tell {asked}")).sections[0].html


def test_a_language_without_templates_is_an_error() -> None:
    with pytest.raises(NoteFileError, match="'it'"):
        composed(replace(note(), versions=(replace(note().versions[0], language="it"),)))


def test_asking_for_a_language_that_the_note_does_not_have_is_an_error() -> None:
    with pytest.raises(NoteFileError, match="no section in de"):
        composed(note("fr"), only=["de"])


def test_the_document_knows_its_title_author_and_dates_and_nothing_of_today() -> None:
    document = composed(note("fr", "en", updated=date(2021, 12, 17)))
    assert (document.title, document.author, document.subject) == ("Titre fr", "Ministère", str(REFERENCE))
    assert (document.created, document.modified) == (date(2021, 6, 17), date(2021, 12, 17))


def test_source_and_body_files_are_attached() -> None:
    document = composed(note(companions=(("body.fr.md", b"texte"),)))
    assert [(file.name, file.media_type, file.relationship) for file in document.attachments] == [
        ("note.yaml", "application/yaml", "Source"),
        ("body.fr.md", "text/markdown", "Supplement"),
        ("notegen.json", "application/json", "Data"),
    ]


def test_the_body_is_set_in_the_habits_of_its_language() -> None:
    french, english = composed(note("fr", "en", body='say "yes": the 1er juin; 17th')).sections
    assert "say «\u00a0yes\u00a0»\u00a0: the 1<sup>er</sup>\u00a0juin\u202f; 17th" in french.html
    assert "say “yes”: the 1er juin; 17<sup>th</sup>" in english.html


def test_the_european_profile_sets_no_space_before_the_high_marks() -> None:
    (section,) = composed(note("fr", body="dire : oui ; non"), profile="eu").sections
    assert "dire: oui; non" in section.html


def test_every_addressee_of_every_language_makes_a_whole_sentence() -> None:
    for key in LANGUAGES["fr"].addressees:
        for text in texts(composed(note(*ALL, addressee=addressee(key)))):
            assert "  " not in text.replace("\n", "")
            assert not re.search(r" [,.]", text)
