"""Lists of addressees: the phrases of each language, and what a language has to be told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import refusals

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.language import Language
from notegen.reading.addressee_file import addressees_schema, read_addressees

Languages = Mapping[str, Language]


def read(folder: Path, languages: Languages, text: str) -> dict[str, Addressee]:
    path = folder / "addressees.yaml"
    path.write_text(text, encoding="utf-8")
    return read_addressees(path, languages)


def forms(folder: Path, languages: Languages, code: str, entry: str) -> AddresseeForms:
    return read(folder, languages, f"- {{key: a, {code}: {{{entry}}}}}")["a"].forms[code]


def refusal(folder: Path, languages: Languages, text: str) -> str:
    return refusals.refusal(folder, lambda: read(folder, languages, text))


@pytest.mark.parametrize(
    ("entry", "opening", "block", "of"),
    [
        ("name: Ambassade de France, article: l'", "à l’Ambassade", "À l’Ambassade", "de l’Ambassade"),
        ("name: Ambassade de France, article: l’", "à l’Ambassade", "À l’Ambassade", "de l’Ambassade"),
        ("name: Hôtel de la Monnaie, article: l'", "à l’Hôtel", "À l’Hôtel", "de l’Hôtel"),
        (
            "name: Nonciature apostolique, article: la",
            "à la Nonciature",
            "À la Nonciature",
            "de la Nonciature",
        ),
        ("name: Consulat général du Pérou, article: le", "au Consulat", "Au Consulat", "du Consulat"),
        ("name: Haut-Commissariat, article: le", "au Haut-Commissariat", "Au Haut-Com", "du Haut-Com"),
        ("name: Nations unies, article: les", "aux Nations unies", "Aux Nations unies", "des Nations unies"),
    ],
)
def test_french_joins_preposition_and_article(
    tmp_path: Path, languages: Languages, entry: str, opening: str, block: str, of: str
) -> None:
    made = forms(tmp_path, languages, "fr", entry)
    assert made.opening.startswith(opening)
    assert made.closing.startswith(opening)
    assert made.block.startswith(block)
    assert made.of.startswith(of)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            "name: Ambassade de France",
            "the article of 'Ambassade de France' is missing. Add `article:` with one of: l'",
        ),
        ("name: Ambassade de France, gender: f", "the article of 'Ambassade de France' is missing"),
        (
            "name: Ambassade de France, article: la",
            "'la' cannot stand before 'Ambassade de France'. Write `article: l'`",
        ),
        ("name: Nonciature, article: l'", "cannot stand before 'Nonciature'"),
        ("name: Haut-Commissariat, article: l'", "cannot stand before 'Haut-Commissariat'"),
        ("name: Ambassade, article: de", "the article 'de' is not known. One of: l', la, le, les."),
    ],
)
def test_french_is_told_what_is_missing_and_never_guesses(
    tmp_path: Path, languages: Languages, entry: str, words: str
) -> None:
    assert words in refusal(tmp_path, languages, f"- {{key: a, fr: {{{entry}}}}}")


def test_dutch_takes_de_or_het(tmp_path: Path, languages: Languages) -> None:
    assert forms(tmp_path, languages, "nl", "name: Ambassade, article: de") == AddresseeForms(
        "Ambassade", "de Ambassade", "Aan de Ambassade", "de Ambassade", "van de Ambassade"
    )
    assert forms(tmp_path, languages, "nl", "name: Consulaat-generaal, article: het") == AddresseeForms(
        "Consulaat-generaal",
        "het Consulaat-generaal",
        "Aan het Consulaat-generaal",
        "het Consulaat-generaal",
        "van het Consulaat-generaal",
    )
    assert "the article of 'Ambassade' is missing" in refusal(
        tmp_path, languages, "- {key: a, nl: {name: Ambassade}}"
    )


def test_english_needs_the_name_alone(tmp_path: Path, languages: Languages) -> None:
    assert forms(tmp_path, languages, "en", "name: Embassy of Japan") == AddresseeForms(
        "Embassy of Japan",
        "the Embassy of Japan",
        "To the Embassy of Japan",
        "the Embassy of Japan",
        "of the Embassy of Japan",
    )


@pytest.mark.parametrize(
    ("entry", "opening", "block", "of"),
    [
        (
            "name: Botschaft von Irland, gender: f",
            "der Botschaft",
            "An die Botschaft",
            "der Botschaft von Irland",
        ),
        ("name: Generalkonsulat, gender: n", "dem Generalkonsulat", "An das Generalkonsulat", ""),
        ("name: Malteserorden, gender: m", "dem Malteserorden", "An den Malteserorden", ""),
        (
            "name: Ständige Vertretung, gender: f, dative: Ständigen Vertretung",
            "der Ständigen Vertretung",
            "An die Ständige Vertretung",
            "der Ständigen Vertretung",
        ),
        (
            "name: Heiliger Stuhl, gender: m, dative: H Stuhl, accusative: H Stuhl, of: des Stuhls",
            "dem H Stuhl",
            "An den H Stuhl",
            "des Stuhls",
        ),
        (
            "name: Große Städte, number: plural, dative: D Städten, accusative: A Städte, genitive: G Städte",
            "den D Städten",
            "An die A Städte",
            "der G Städte",
        ),
    ],
)
def test_german_declines_by_gender_and_number(
    tmp_path: Path, languages: Languages, entry: str, opening: str, block: str, of: str
) -> None:
    made = forms(tmp_path, languages, "de", entry)
    assert made.opening.startswith(opening)
    assert made.block.startswith(block)
    assert made.of == of


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            "name: Botschaft von Irland",
            "the gender of 'Botschaft von Irland' is missing. Add `gender:` with one of: f",
        ),
        (
            "name: Ständige Vertretung, gender: f",
            "the dative of 'Ständige Vertretung' is missing. Add `dative:`",
        ),
        (
            "name: Ständiges Büro, gender: n, dative: Ständigen Büro",
            "the accusative of 'Ständiges Büro' is missing",
        ),
        ("name: Botschaft, gender: x", "'gender'"),
    ],
)
def test_german_is_told_what_is_missing_and_never_guesses(
    tmp_path: Path, languages: Languages, entry: str, words: str
) -> None:
    assert words in refusal(tmp_path, languages, f"- {{key: a, de: {{{entry}}}}}")


def test_whole_phrases_come_before_the_rules(tmp_path: Path, languages: Languages) -> None:
    made = forms(
        tmp_path, languages, "fr", "name: OTAN, opening: à l'OTAN, block: À l'OTAN, closing: à l'Organisation"
    )
    assert (made.opening, made.block, made.closing, made.of) == (
        "à l'OTAN",
        "À l'OTAN",
        "à l'Organisation",
        "",
    )
    shorter = forms(tmp_path, languages, "nl", "name: Ambassade van Peru, article: de, closing: de Ambassade")
    assert (shorter.opening, shorter.closing) == ("de Ambassade van Peru", "de Ambassade")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("- {key: a, emial: x, en: {name: A}}", "1:12", "unknown key 'emial'. Did you mean 'email'?"),
        ("- {key: a, en: {nam: A}}", "1:17", "unknown key 'nam'. Did you mean 'name'?"),
        ("- {key: a, it: {name: A}}", "1:12", "unknown key 'it'"),
        ("- {en: {name: A}}", "1:3", "the key 'key' is missing"),
        ("- {key: a, en: A}", "1:16", "must hold entries"),
        ("- {key: a}", "1:3", "has no name in any language"),
        ("- {key: a, languages: [en, fr], en: {name: A}}", "1:28", "has no name in 'fr'"),
        ("- {key: a, en: {name: A}}\n- {key: a, en: {name: B}}", "2:9", "a second time"),
        ("- {key: a, email: a b@c, en: {name: A}}", "1:19", "is no e-mail address"),
        ("- {key: A/B, en: {name: A}}", "1:9", "may hold small letters"),
        ("key: a", "1:1", "the file must be a list. Begin each entry with a hyphen: `- key: value`."),
        ("- a", "1:3", "Compare with `notegen schema addressees`."),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, languages: Languages, text: str, place: str, words: str
) -> None:
    lines = refusal(tmp_path, languages, text).splitlines()
    assert [line for line in lines if line.startswith(f"addressees.yaml:{place}: ") and words in line]


def test_an_address_is_read_and_kept_out_of_logs(tmp_path: Path, languages: Languages) -> None:
    addressee = read(tmp_path, languages, "- {key: a, email: Protocol@Example.ORG, en: {name: A}}")["a"]
    assert addressee.email is not None
    assert addressee.email.text == "Protocol@example.org"
    assert "Protocol@" not in repr(addressee)


def test_the_example_list_has_every_mission_in_every_language(root: Path, languages: Languages) -> None:
    addressees = read_addressees(root / "examples" / "addressees.yaml", languages)
    assert len(addressees) >= 12
    assert all(set(addressee.forms) == set(languages) for addressee in addressees.values())
    assert all(form.of for addressee in addressees.values() for form in addressee.forms.values())
    assert {
        form.opening.split()[0].split("’")[0] for a in addressees.values() for form in [a.forms["fr"]]
    } == {
        "à",
        "au",
        "aux",
    }


def test_the_schema_explains_every_key() -> None:
    schema = addressees_schema()
    properties = [key for model in schema["$defs"].values() for key in model["properties"].values()]
    assert schema["type"] == "array"
    assert all(key.get("description") for key in properties)


def test_a_name_is_one_line_so_that_it_can_stand_in_a_mails_header(
    tmp_path: Path, languages: Languages
) -> None:
    assert forms(tmp_path, languages, "en", r'name: " Embassy\tof Ireland "').name == "Embassy of Ireland"
    for sign in (r"\n", r"\u2028"):
        text = f'- {{key: a, en: {{name: "Embassy{sign}of Ireland"}}}}'
        assert "several lines" in refusal(tmp_path, languages, text)
