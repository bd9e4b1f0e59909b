"""The preflight of a note: what it finds, where, and that it leaves a good note in peace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.checking.preflight import check_note
from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.language import Language
from notegen.domain.note import Enclosure, LanguageVersion, VerbalNote
from notegen.domain.problem import Place, Problem, Severity
from notegen.domain.reference import ReferenceRequest
from notegen.reading.note_file import read_note, starter

Languages = Mapping[str, Language]
LEADS = {
    "fr": "porter à leur connaissance un fait.",
    "nl": "om hen een feit mee te delen.",
    "en": "inform them of a fact.",
    "de": "ihnen eine Tatsache mitzuteilen.",
}


def note(**bodies: str) -> VerbalNote:
    forms = AddresseeForms("A", "à A", "À A", "à A")
    return VerbalNote(
        document="verbal-note",
        reference=ReferenceRequest("P0.0", "PRO.1", "X"),
        issued=date(2026, 6, 17),
        updated=None,
        place="brussels",
        addressee=Addressee("a", dict.fromkeys(LEADS, forms)),
        versions=tuple(
            LanguageVersion(code, "T", body, Place("n.yaml", 10 * number, "5"))
            for number, (code, body) in enumerate(bodies.items(), 1)
        ),
    )


def found(languages: Languages, **bodies: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.found) for problem in check_note(note(**bodies), languages)]


def after_lead(languages: Languages, code: str, text: str) -> list[tuple[str, str]]:
    return found(languages, **{code: f"{LEADS[code]}\n\n{text}"})


@pytest.mark.parametrize("name", ["identity-cards", "vehicles", "national-day", "staff-list"])
def test_the_examples_are_clean(root: Path, languages: Languages, name: str) -> None:
    read, _ = read_note(root / "examples" / f"{name}.yaml", languages)
    assert check_note(read, languages) == ()


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_the_note_to_begin_with_is_clean(
    tmp_path: Path, templates_folder: Path, languages: Languages, code: str
) -> None:
    path = tmp_path / "note.yaml"
    path.write_text(starter(code, [templates_folder]), encoding="utf-8")
    assert check_note(read_note(path, languages)[0], languages) == ()


@pytest.mark.parametrize(
    ("code", "body", "finding"),
    [
        ("fr", "Porter à leur connaissance.", ("note-lead-capital", "Porter")),
        ("en", "**Inform** them.", ("note-lead-capital", "Inform")),
        ("nl", "Om mee te delen.", ("note-lead-capital", "Om")),
        ("en", "# Heading", ("note-lead-missing", "# Heading")),
        ("fr", "- un point", ("note-lead-missing", "- un point")),
        ("fr", "a l'honneur de porter.", ("note-opening-repeated", "l'honneur de")),
        ("en", "has the honour to inform.", ("note-opening-repeated", "has the honour to")),
        ("nl", "en heeft de eer mee te delen.", ("note-opening-repeated", "heeft de eer")),
        ("de", "und beehrt sich mitzuteilen.", ("note-opening-repeated", "beehrt sich")),
        ("fr", "de porter un fait.", ("note-opening-repeated", "de")),
        ("fr", "d'informer.", ("note-opening-repeated", "d'")),
        ("en", "to inform them.", ("note-opening-repeated", "to")),
        (
            "fr",
            "porter un fait et saisit cette occasion.",
            ("note-closing-repeated", "saisit cette occasion"),
        ),
        (
            "en",
            "inform; it avails itself of this opportunity.",
            ("note-closing-repeated", "avails itself of this opportunity"),
        ),
    ],
)
def test_the_body_goes_on_where_the_formula_ends(
    languages: Languages, code: str, body: str, finding: tuple[str, str]
) -> None:
    assert found(languages, **{code: body}) == [finding]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("de", "Missionen und Posten mitzuteilen."),
        ("en", "EU citizens may apply."),
        ("fr", "« citer » un fait."),
    ],
)
def test_a_noun_an_abbreviation_or_a_quotation_may_begin_the_body(
    languages: Languages, code: str, body: str
) -> None:
    assert found(languages, **{code: body}) == []


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("fr", "Nous prions.", ["Nous"]),
        ("fr", "J'ai vu votre note.", ["J'", "votre"]),
        ("nl", "Wij vragen u te komen.", ["Wij", "u"]),
        ("nl", "Om 10 u begint het.", []),
        ("en", "We ask you.", ["We", "you"]),
        ("en", "The US mission; Annex I applies.", []),
        ("de", "Wir bitten, dass Sie kommen.", ["Wir", "Sie"]),
        ("de", "Die Missionen kommen. Sie bleiben.", []),
        ("fr", "Les rendez-vous à Notre-Dame, nos 3 et 4 ; garde-t-il ?", []),
        ("fr", "Veuillez-vous taire.", ["vous"]),
        ("nl", "In de Onze-Lieve-Vrouwekathedraal.", []),
        ("en", "The church of Our Lady; a mine was cleared.", []),
        ("de", "Die Ankunft Ihrer Majestäten und Ihrer Königlichen Hoheit.", []),
        ("de", "Die Ankunft Ihrer Mission.", ["Ihrer"]),
    ],
)
def test_a_note_speaks_in_the_third_person(
    languages: Languages, code: str, text: str, words: list[str]
) -> None:
    assert after_lead(languages, code, text) == [("note-person", word) for word in words]


@pytest.mark.parametrize(
    ("code", "text", "finding"),
    [
        ("fr", "Les missions: voici.", ("note-space-missing", "Les missions:")),
        ("fr", "Voici; fin.", ("note-space-missing", "Voici;")),
        ("fr", "Le **fait**: voici.", ("note-space-missing", "Le **fait**:")),
        ("fr", "Un fait , deux.", ("note-space-before", "fait ,")),
        ("en", "Update : today.", ("note-space-before", "Update :")),
        ("nl", "Een feit ; twee.", ("note-space-before", "feit ;")),
        ("en", "A fact .", ("note-space-before", "fact .")),
        ("fr", "Un **fait** . Deux.", ("note-space-before", "**fait** .")),
        ("en", "The Parties:\n(a) meet;\n(b) agree.", ("note-line-joined", "(b) agree.")),
        ("fr", "Les Parties :\n\na) se réunissent ;\nb) décident.", ("note-line-joined", "b) décident.")),
        ("de", "Eine Sache !", ("note-space-before", "Sache !")),
        ("en", "Facts:: two.", ("note-mark-twice", "::")),
        ("fr", "Faits : : deux.", ("note-mark-twice", ": :")),
        ("en", "Facts,, two.", ("note-mark-twice", ",,")),
        ("en", "Of the the mission.", ("note-word-twice", "the")),
        ("en", "Missions,posts.", ("note-words-joined", "Missions,posts")),
        ("en", "The end.The start.", ("note-words-joined", "end.The")),
        ("en", "The diplomaticMissions.", ("note-words-joined", "diplomaticMissions")),
        ("fr", "Le 17décembre.", ("note-words-joined", "17décembre")),
        (
            "fr",
            "Missions diplomatiques, missionsdiplomatiques.",
            ("note-words-joined", "missionsdiplomatiques"),
        ),
        ("fr", "Les Etats membres.", ("note-capital-unaccented", "Etats")),
        ("fr", "Un fait. A partir de demain.", ("note-capital-unaccented", "A")),
        ("fr", "La 3ème édition.", ("note-ordinal", "3ème")),
        ("en", "Organizations and organisations.", ("note-spelling-mixed", "organisations")),
        ("fr", "Voici :\n\n- un\n- deux.", ("note-list-ending", "un")),
        ("en", "Here:\n\n1. one;\n2. two", ("note-list-ending", "two")),
        ("en", "On Monday 8 September 2026.", ("note-weekday-wrong", "Monday 8 September 2026")),
        ("nl", "Op maandag 8 september 2026.", ("note-weekday-wrong", "maandag 8 september 2026")),
        ("fr", "Le 31 juin 2026.", ("note-day-impossible", "31 juin 2026")),
        ("de", "Am 29.02.2027.", ("note-day-impossible", "29.02.2027")),
        ("en", "A **bold word.\n\nAnother.", ("note-bold-open", "**bold word.")),
        ("en", "See [this](https://a.test/x now.", ("note-link-open", "[this](https://a.test/x")),
        ("fr", "Voir [ceci] (https://a.test/x).", ("note-link-open", "[ceci] (https://a.test/x)")),
        ("fr", "Voir [ceci(https://a.test/x).", ("note-link-open", "[ceci(https://a.test/x)")),
        ("nl", "Een <b>woord.", ("note-html", "<b>")),
        ("de", "Bitte\n\n-kommen.", ("note-item-mark", "-kommen.")),
        ("en", "A word[^1].", ("note-footnote-missing", "[^1]")),
        ("en", "A word.\n\n[^a]: Lost.", ("note-footnote-uncalled", "[^a]")),
        ("en", "| a | b |\n| c | d |", ("note-table-broken", "| a | b |")),
        ("en", "| a | b |\n|---|\n| c | d |", ("note-table-broken", "| a | b |")),
        ("en", "| a | b |\n|---|---|\n| c | d | e |", ("note-row-cells", "3")),
    ],
)
def test_a_slip_is_found(languages: Languages, code: str, text: str, finding: tuple[str, str]) -> None:
    assert after_lead(languages, code, text) == [finding]


@pytest.mark.parametrize(
    "text",
    [
        "A **bold** and a ***bolder*** word, 2 * 3 \\** and `**code`.",
        "* * *\n\nA [link](https://a.test/x_(y)) and [another](link:x) at <https://a.test>.",
        "A word[^1] and the word again[^1].\n\n[^1]: A footnote.",
        "| a | b |\n| :-- | --: |\n| c | d |\n\n| a \\| b |\n|---|\n| c |",
        "From -5 °C to 5 < 6.\n\n- one;\n- two.",
    ],
)
def test_markdown_that_does_what_it_is_written_for_is_left_in_peace(languages: Languages, text: str) -> None:
    slips = {"note-bold-open", "note-link-open", "note-html", "note-item-mark", "note-table-broken"}
    slips |= {"note-row-cells", "note-footnote-missing", "note-footnote-uncalled"}
    assert not slips & {code for code, _ in after_lead(languages, "en", text)}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("fr", "À 10:30, voir https://example.org/a:b;c et a@example.org : fin."),
        ("fr", "Voir P0.0/PRO.3143/17.06.2021/VACCIN/5 : « oui » ; `x: y` [^1].\n\n[^1]: Une note."),
        ("fr", "| a | b |\n|:--|--:|\n| 1 | 2 |"),
        ("fr", "Le laissez-passer A donne accès. L'État et l'Autriche, l'Église."),
        ("nl", "Zij die die nota lezen … en zo voort."),
        ("en", "Missions advise, revise and supervise organizations. Ratio 3:2 (e.g. this)."),
        ("en", "Here:\n\n- A sentence.\n- Another.\n\nAnd:\n\n- one item"),
        ("en", "Here:\n\n- one:\n  - a;\n  - b.\n- two;\n  continued;\n- three."),
        ("fr", "Sous `a`, M. l'Ambassadeur et S.E. Mme Diallo ; c.-à-d. n° 12/2026, § 2 : « Études »."),
        ("fr", "A. Dispositions : https://example.org/A:B, point 3.2, 10h30 ; plaque A de Bruxelles."),
        (
            "en",
            "H.E. Mr O'Neill (e.g. No 12/2026): 9 a.m. to 12 noon; Article 23(2); US$ 1,234.56; the Hague.",
        ),
        ("nl", "Z.E. dhr. Peeters: zo'n 's ochtends ingediende nota nr. 12/2026; 10.30 uur; bijv. morgen."),
        ("de", "Z. B. die Botschaft: § 2 Abs. 1; 10.30 Uhr; das Generalkonsulat, d. h. die Vertretung."),
        ("de", "Personalausweise für Personal; Ausweise … Personalausweise."),
        ("fr", "Le mardi 8 septembre 2026, le 1^er^ octobre, le 17/12/2026."),
        ("en", "{{ addressee.name }}: a value; [a link](link:a): text."),
        ("en", "The Parties:\n\n(a) meet;\n\n(b) agree … and (c) part."),
        ("en", "> “The Embassy presents its compliments to the Service, and has the honour to agree.”"),
        ("fr", "La note dit :\n\n« L'Ambassade présente ses compliments.\n\n« Elle saisit cette occasion. »"),
        ("de", "Es heißt: „Die Botschaft beehrt sich, mitzuteilen.“"),
    ],
)
def test_good_usage_is_left_in_peace(languages: Languages, code: str, text: str) -> None:
    codes = [finding for finding in after_lead(languages, code, text) if finding[0] != "note-link-dead"]
    assert codes == []


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("en", "The “Embassy” presents its compliments.", "presents its compliments"),
        ("de", "Die „Botschaft“ beehrt sich.", "beehrt sich"),
        ("fr", "« Un.\n\n« Deux. »\n\nElle saisit cette occasion.", "saisit cette occasion"),
    ],
)
def test_a_formula_after_a_quotation_is_repeated_all_the_same(
    languages: Languages, code: str, text: str, words: str
) -> None:
    assert words in [quoted for _, quoted in after_lead(languages, code, text)]


@pytest.mark.parametrize(
    ("fr", "en", "findings"),
    [
        ("le 5 octobre 2026", "on 6 October 2026", ["5 octobre 2026", "6 October 2026"]),
        ("le 5 octobre 2026", "on 05/10/2026", []),
        ("le 1^er^ octobre 2026", "on 1^st^ October 2026", []),
        ("le 1er octobre 2026", "on the 1st of October 2026", []),
        ("à 16 h 30", "at 4.30 p.m.", []),
        ("à 16 h 30", "at 16:30", []),
        ("à 9 h", "at 10 a.m.", ["9 h", "10 a.m."]),
        ("de 9 h à 12 h", "from 9 a.m. to 12 noon", []),
        ("de 9 h 15 à 9 h 40", "9.15 – 9.40 am", []),
        ("de 9 h 15 à 13 h 40", "from 9.15 to 1.40 pm", []),
        ("de 14 h 15 à 15 h", "from 2.15 to 3 pm", []),
        ("de 9 h 15 à 9 h 40", "9.25 – 9.40 am", ["9 h 15", "9.25"]),
        ("à midi", "at noon", []),
        ("à 12 h", "by noon", []),
        ("l'après-midi", "in the afternoon", []),
        ("à midi", "at 1 pm", ["midi", "1 pm"]),
        ("dans les 24 heures", "within 24 hours", []),
        ("à 24 h", "within 24 hours", []),
        ("le 5 octobre", "on 5 October 2026", []),
        ("le 5 octobre 2025", "on 5 October 2026", ["5 octobre 2025", "5 October 2026"]),
        ("du 5 au 9 mai 2026", "from 5 to 9 May 2026", []),
        ("1.234,56 EUR", "1,234.56 EUR", []),
        ("l'article 23, § 2", "Article 23(2)", []),
        ("au +32 2 501 81 11", "on +32 2 501 81 11", []),
        ("12 345 euros", "12,345 euros", []),
        ("1,5 mètre", "1.5 metres", []),
        ("la 2^e^ édition", "the 2^nd^ edition", []),
        ("15 jours", "14 days", ["15", "14"]),
        ("a@example.org", "b@example.org", ["a@example.org", "b@example.org"]),
    ],
)
def test_sections_state_the_same(languages: Languages, fr: str, en: str, findings: list[str]) -> None:
    assert [
        text for _, text in found(languages, fr=f"dire un fait {fr}", en=f"state a fact {en}")
    ] == findings


def test_the_odd_section_out_is_named_once(languages: Languages) -> None:
    problems = check_note(note(fr="dire 15 jours", nl="15 dagen", en="15 days", de="14 Tage"), languages)
    assert [(p.language, p.found, dict(p.values)["there"]) for p in problems] == [
        ("fr", "15", "DE"),
        ("de", "14", "FR, NL, EN"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a;\n- b.", "note-items-differ"),
        ("## T\n\nx", "note-headings-differ"),
        ("* * *\n\nx", "note-separators-differ"),
        ("| a |\n|---|\n| b |", "note-rows-differ"),
        ("x[^1]\n\n[^1]: y", "note-footnotes-differ"),
    ],
)
def test_sections_have_the_same_shape(languages: Languages, text: str, code: str) -> None:
    codes = {finding[0] for finding in found(languages, fr=f"dire\n\n{text}", en="state")}
    assert code in codes


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ("dire \u202equi\u202c suit", "U+202E", Severity.ERROR),
        ("con\u200bnaissance", "U+200B", Severity.WARNING),
        ("con\ufeffnaissance, \u2066ici\u2069", "U+2066", Severity.ERROR),
    ],
)
def test_a_character_that_nobody_sees_is_told(
    languages: Languages, text: str, code: str, severity: Severity
) -> None:
    problems = check_note(note(fr=f"{LEADS['fr']}\n\n{text}."), languages)
    (problem,) = (each for each in problems if each.code == "note-invisible-character")
    assert (problem.found, problem.severity) == (code, severity)
    assert dict(problem.values)["near"].isprintable()


def test_a_paragraph_that_a_section_lacks_is_told_where_it_would_follow(languages: Languages) -> None:
    problems = check_note(
        note(fr="dire une chose\n\nen dire deux\n\nfinir", en="say one thing\n\nend"), languages
    )
    (problem,) = (each for each in problems if each.code == "note-paragraphs-differ")
    assert (problem.language, problem.found, dict(problem.values)["count"]) == ("en", "2", "3")
    assert [other.language for other in problem.others] == ["fr"]
    same = check_note(note(fr="dire[^1]\n\n[^1]: deux", en="say[^1]\n\n[^1]: two"), languages)
    assert "note-paragraphs-differ" not in {each.code for each in same}


def test_a_dead_link_is_an_error_in_its_line(languages: Languages) -> None:
    problems = check_note(note(fr="dire\n\n[a](link:x) [b](#) [c](https://example.org)"), languages)
    assert [(p.code, p.place.line, p.place.column, p.severity) for p in problems] == [
        ("note-link-dead", 12, "5", Severity.ERROR),
        ("note-link-dead", 12, "17", Severity.ERROR),
    ]


def test_a_title_is_proof_read_where_it_stands(languages: Languages) -> None:
    good = note(fr=LEADS["fr"])
    version = replace(
        good.versions[0], title="Les Etats: le lundi 8 septembre 2026", title_place=Place("n.yaml", 6, "13")
    )
    problems = check_note(replace(good, versions=(version,)), languages)
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [
        ("note-capital-unaccented", 6, "17"),
        ("note-space-missing", 6, "22"),
        ("note-weekday-wrong", 6, "27"),
    ]


def test_a_note_lacks_words_in_a_language(languages: Languages) -> None:
    bare = replace(note(fr=" "), place="nowhere", addressee=Addressee("a", {}))
    bare = replace(bare, enclosures=(Enclosure("a.pdf", {"nl": "A"}),))
    codes = {problem.code for problem in check_note(bare, languages)}
    assert codes == {
        "note-body-missing",
        "note-place-missing",
        "note-addressee-missing",
        "note-enclosure-untitled",
    }
    unknown = {problem.code for problem in check_note(note(xx="y"), languages)}
    assert "note-language-unknown" in unknown


def test_a_genitive_that_is_not_known_is_an_error_where_it_is_used(languages: Languages) -> None:
    text = "request the list {{ addressee.of }}."
    (problem,) = check_note(note(en=text), languages)
    assert (problem.code, problem.place.column, problem.severity) == (
        "note-genitive-missing",
        "22",
        Severity.ERROR,
    )
    assert "{{ addressee.of }}" in languages["en"].word(problem).what
    forms = AddresseeForms("A", "the A", "To the A", "the A", "of the A")
    known = replace(note(en=text), addressee=Addressee("a", {"en": forms}))
    assert check_note(known, languages) == ()


def test_findings_come_by_section_and_by_line(languages: Languages) -> None:
    problems = check_note(note(fr="dire\n\nNous: vous", en="We\n\nyou"), languages)
    lines = [problem.place.line for problem in problems]
    assert lines == sorted(lines, key=lambda line: line or 0)


@pytest.mark.parametrize("code", ["fr", "nl", "en", "de"])
def test_every_finding_is_worded_in_every_language(languages: Languages, code: str) -> None:
    bad = note(
        fr="A l'honneur: nous nous, le 31 juin 2026 les Etats:: la 3ème x\n\n- a\n- b",
        en="# We\n\nyou at 4 p.m. [x](#)",
    )
    worded = [languages[code].word(problem) for problem in check_note(bad, languages)]
    assert len(worded) > 10
    assert all(message.what and message.do and "{" not in message.what for message in worded)


@pytest.mark.parametrize(
    "piece", ["`", "{{", "*", "[a](", "a@", "a.", "www.", "10:", "|-", "P0/", "x" * 50, " ", "<a:"]
)
def test_a_hostile_body_takes_no_time_that_anyone_would_notice(languages: Languages, piece: str) -> None:
    check_note(note(fr=piece * (20_000 // len(piece))), languages)


@given(body=st.text("aA1. :;,\n-*#|[](){}<>^_`éÉ«»/@\u00a0", max_size=60))
def test_any_body_is_checked_within_its_lines(languages: Languages, body: str) -> None:
    problems: tuple[Problem, ...] = check_note(note(fr=body, en=body), languages)
    last = {"fr": 10 + body.count("\n"), "en": 20 + body.count("\n")}
    assert all((problem.place.line or 0) <= last[problem.language] for problem in problems)
