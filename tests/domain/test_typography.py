"""The typographic habits of four languages, as a table of examples and as laws."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.typography import MARK, PROFILES, raised, typeset

NB, NNB = "\u00a0", "\u202f"
CODES = ("fr", "nl", "en", "de")


def shown(text: str) -> str:
    """No-break spaces made visible: `_` for U+00A0, `~` for U+202F."""
    return text.replace(NB, "_").replace(NNB, "~")


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("fr", "Attention: oui; non! Et?", "Attention_: oui~; non~! Et~?"),
        ("fr", "Attention : oui ; non ! Et ?", "Attention_: oui~; non~! Et~?"),
        ("fr", "Quoi ?! Non !!!", "Quoi~?! Non~!!!"),
        (
            "fr",
            'le tableau (ci-après: annexe) et «tel» ou "tel"',
            "le tableau (ci-après_: annexe) et «_tel_» ou «_tel_»",
        ),  # noqa: E501, RUF100
        ("fr", "l'État, aujourd'hui, jusqu'au 1er juin", "l’État, aujourd’hui, jusqu’au 1er_juin"),
        ("fr", "le 17 décembre 2021 et le 3 août", "le 17_décembre 2021 et le 3_août"),
        ("fr", "la 3ème fois, les 2èmes, la 1ère et le XXIème", "la 3e fois, les 2es, la 1re et le XXIe"),
        ("fr", "n° 5, art. 8, § 2, annexe 3", "n°_5, art._8, §_2, annexe_3"),
        ("fr", "M. Dupont, Mme Peeters et MM. Janssens", "M._Dupont, Mme_Peeters et MM._Janssens"),
        ("fr", "12 345 personnes, 1 234 567 et 10 %", "12~345 personnes, 1~234~567 et 10_%"),
        ("fr", "au +32 2 501 81 11", "au +32 2 501 81 11"),
        ("fr", "le lieu – même éloigné – compte – oui", "le lieu –_même éloigné_– compte_– oui"),
        ("fr", "etc... fin", "etc… fin"),
        ("nl", "Let op : ja ; nee !", "Let op: ja; nee!"),
        ("nl", "het \"woord\" en foto's, 's avonds", "het “woord” en foto’s, ’s avonds"),
        ("nl", "op 17 december 2021, nr. 5, dhr. Peeters", "op 17_december 2021, nr._5, dhr._Peeters"),
        ("en", "Update : yes ; no !", "Update: yes; no!"),
        ("en", "the \"word\" and the 'other' one's", "the “word” and the ‘other’ one’s"),
        ("en", "the missions' staff", "the missions’ staff"),
        ("en", "on 17 December 2021, No. 5, Mr Smith", "on 17_December 2021, No._5, Mr_Smith"),
        ("de", "Achtung : ja ; nein !", "Achtung: ja; nein!"),
        ("de", 'das "Wort" am 3. Mai', "das „Wort“ am 3._Mai"),
        ("de", "Nr. 5, Art. 8 Abs. 2, Herr Müller", "Nr._5, Art._8 Abs._2, Herr_Müller"),
        ("xx", "left : as it is", "left : as it is"),
    ],
)
def test_each_language_has_its_habits(language: str, written: str, expected: str) -> None:
    assert shown(typeset(written, language)) == expected


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(
    "kept",
    [
        "https://example.org/a:b;c?d=1!e",
        "http://example.org/l'été",
        "www.example.org/a;b",
        "anne.o'neill@example.org",
        "P0.0/PRO.3143/17.06.2021/VACCIN/5",
        "17:30",
        "17:30:05",
        "9 h 15",
        "`a : b ; c ! 'd'`",
    ],
)
def test_addresses_references_times_and_code_stay_as_they_are(language: str, kept: str) -> None:
    for text in (kept, f"Voir {kept} : oui", f"({kept})", f"{kept} ; {kept}"):
        for profile in PROFILES:
            assert kept in typeset(text, language, profile)


def test_the_european_profile_sets_french_without_space_before_the_high_marks() -> None:
    assert shown(typeset("Oui : non ; si ! Et ?", "fr", "eu")) == "Oui: non; si! Et?"
    assert shown(typeset("« oui »", "fr", "eu")) == "«_oui_»"


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(ValueError, match="be, eu"):
        typeset("x", "fr", "us")


def test_markup_inside_a_text_does_not_hide_its_two_sides() -> None:
    assert shown(typeset(f"le {MARK}mot{MARK}: oui", "fr")) == f"le {MARK}mot{MARK}_: oui"
    assert shown(typeset(f'le "{MARK}mot{MARK}" oui', "fr")) == f"le «_{MARK}mot{MARK}_» oui"
    assert shown(typeset(f"1{MARK}er{MARK} juin", "fr")) == f"1{MARK}er{MARK}_juin"
    assert typeset(f"d'{MARK}été{MARK}", "fr") == f"d’{MARK}été{MARK}"


@pytest.mark.parametrize(
    ("language", "text", "superiors"),
    [
        ("fr", "le 1er, la 1re, les 2es, le 3e, XXe, Ier", ["er", "re", "es", "e", "e", "er"]),
        ("fr", "Ces, Les, Me, De, 3eur, 1er/2", []),
        ("en", "1st 2nd 3rd 4th 11th 12th 13th 21st", ["st", "nd", "rd", "th", "th", "th", "th", "st"]),
        ("en", "4 th, Nth, a1st", []),
        ("nl", "de 3e keer", []),
        ("de", "der 3. Mai", []),
    ],
)
def test_the_endings_of_ordinals_are_superiors_in_french_and_english(
    language: str, text: str, superiors: list[str]
) -> None:
    runs = raised(text, language)
    assert "".join(run for run, _ in runs) == text
    assert [run for run, high in runs if high] == superiors


pieces = st.one_of(
    st.sampled_from(
        [*" :;!?'\"«»“”„‘’()–-…./,§%€`@", NB, NNB, MARK, "\n", "...", " – ", "1er", "3ème", "17", "345", "n°"]
    ),
    st.sampled_from(
        ["juin", "December", "mei", "März", "M.", "Mr", "Dupont", "l'", "mot", "9 h 15", "17:30"]
    ),
    st.text(max_size=6),
)
texts = st.lists(pieces, max_size=24).map("".join)
urls = st.from_regex(r"https?://[a-z]{1,8}\.example\.org(/[a-z0-9:;!?='.\-]{0,12}[a-z0-9])?", fullmatch=True)
mails = st.from_regex(r"[a-z0-9.'+\-]{0,8}[a-z0-9]@[a-z]{1,8}\.example\.org", fullmatch=True)
references = st.from_regex(
    r"P[0-9]\.[0-9]/PRO\.[0-9]{4}/[0-9]{2}\.[0-9]{2}\.20[0-9]{2}/[A-Z\-]{1,9}/[1-9][0-9]?", fullmatch=True
)  # noqa: E501, RUF100
times = st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True)
words = st.sampled_from(
    ["mot", "(", ")", ":", ";", "!", "?", '"', "'", "«", "»", "–", "1er", "juin", "12 345", "..."]
)


@given(texts, st.sampled_from(CODES), st.sampled_from(PROFILES))
def test_setting_a_text_twice_changes_nothing_more(text: str, language: str, profile: str) -> None:
    once = typeset(text, language, profile)
    assert typeset(once, language, profile) == once


@given(texts, st.sampled_from(CODES), st.sampled_from(PROFILES))
def test_no_letter_or_figure_is_lost_and_no_mark_of_markup(text: str, language: str, profile: str) -> None:
    def letters(given_text: str) -> str:
        # All but those in which "3ème" differs from "3e", and "1ère" from "1re".
        return re.sub(r"[\W_eèmr]", "", given_text)

    done = typeset(text, language, profile)
    assert letters(done) == letters(text)
    assert done.count(MARK) == text.count(MARK)


@given(
    st.lists(words, max_size=6),
    st.one_of(urls, mails, references, times),
    st.lists(words, max_size=6),
    st.sampled_from(CODES),
    st.sampled_from(PROFILES),
)
def test_an_address_a_reference_or_a_time_is_never_changed(
    before: list[str], kept: str, after: list[str], language: str, profile: str
) -> None:
    text = " ".join([*before, kept, *after])
    assert kept in typeset(text, language, profile)


@pytest.mark.parametrize("run", ["a" * 200_000, "“" * 100_000, "P0.0/PRO." + "1." * 100_000, "a@" * 50_000])
def test_a_run_without_end_is_typeset_as_any_other_text(run: str) -> None:
    assert typeset(run, "fr").replace("\u202f", "") == run
