"""What the pages say, asked for without a browser."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import LEAFLETS, PAGES, Markup, Opened, rewrite

from notegen.__main__ import commands
from notegen.preview.people import sample_people

Change = Callable[..., Opened]
NOTE = "examples/identity-cards.yaml"


@pytest.mark.parametrize(
    ("accepted", "page"),
    [("nl-BE", "/nl/notes"), ("fr", "/fr/notes"), ("it", "/en/notes"), ("de", "/de/notes")],
)
def test_the_desk_opens_in_the_reader_s_language(desk: Opened, accepted: str, page: str) -> None:
    answer = desk.get("/", Accept_Language=accepted)
    assert (answer.status, answer.headers["location"], answer.headers["vary"]) == (
        303,
        page,
        "Accept-Language",
    )


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", ["de", "fr", "nl"])
def test_every_page_is_in_the_reader_s_language_and_leads_to_the_others(
    desk: Opened, path: str, code: str
) -> None:
    answer = desk.get(path.replace("/en", f"/{code}"))
    assert answer.headers["content-language"] == f"{code}-BE"
    elements = Markup(answer.text).elements
    assert elements[0] == ("html", {"lang": f"{code}-BE", "data-snapshot": "1"})
    assert {a["hreflang"] for _, a in elements if "hreflang" in a} == {"de-BE", "en-GB", "fr-BE", "nl-BE"}


def test_a_note_shows_its_languages_side_by_side_with_their_lines(desk: Opened) -> None:
    page = Markup(desk.get("/en/notes/1").text)
    assert "Renewal of special identity cards" in page.text
    assert "P1.1/PRO.2207/07.09.2026/CARTES/3" in page.text
    for words in (
        "line 30 porter à leur connaissance",
        "line 65 om hun mee te delen",
        "line 135 ihnen mitzuteilen",
    ):
        assert words in page.text
    assert {a["lang"] for tag, a in page.elements if tag == "p" and "text" in a.get("class", "")} == {
        *("fr-BE", "nl-BE", "en-GB", "de-BE"),
    }


def awaited(desk: Opened, page: str, words: str) -> Markup:
    """The page as soon as it says so."""
    with desk.listening() as number:
        while words not in (text := Markup(desk.get(page).text)).text:
            number()
        return text


def test_a_change_of_the_settings_shows_and_broken_ones_say_where(own_desk: Opened) -> None:
    good = '[activation]\nservice = "Our own service"\n'
    assert "Our own service" not in own_desk.get("/en/mails/profile-created").text
    rewrite(own_desk.config, "", good)
    awaited(own_desk, "/en/mails/profile-created", "Our own service")
    rewrite(own_desk.config, good, good + 'servise = "x"\n')
    for page in ("notes", "notes/1", "mails", "roster", "templates"):
        broken = awaited(own_desk, f"/en/{page}", "no such key; did you mean")
        assert "notegen.toml:3" in broken.text
    rewrite(own_desk.config, good + 'servise = "x"\n', "")
    awaited(own_desk, "/en/notes/1", "Renewal of special identity cards")


def test_the_emblem_that_the_settings_name_is_followed_too(own_desk: Opened) -> None:
    emblem = own_desk.config.parent / "emblem" / "own.svg"
    emblem.parent.mkdir()
    emblem.write_bytes(b"\xff no text")
    assert own_desk.get("/en/notes/1").status == 200
    rewrite(own_desk.config, "", f'[sender]\nemblem = "{emblem}"\n')
    awaited(own_desk, "/en/notes/1", "own.svg")
    drawn = emblem.with_name(".drawn.svg")
    drawn.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', encoding="utf-8")
    drawn.replace(emblem)
    awaited(own_desk, "/en/notes/1", "Nothing was found.")


def test_a_settings_file_that_holds_a_secret_is_refused_without_showing_it(own_desk: Opened) -> None:
    assert own_desk.get("/en/notes/1").status == 200
    rewrite(own_desk.config, "", '[smtp]\npassword = "geheim-wort"\n')
    page = awaited(own_desk, "/en/notes", "a password does not stand in the settings file")
    assert "geheim-wort" not in page.text


@pytest.mark.parametrize("name", ["lists/missions.yaml", "texts/fr.md"])
def test_what_a_note_names_in_a_folder_below_is_followed_though_the_note_is_broken(
    changed_desk: Change, name: str
) -> None:
    named = f"addressees: {name}" if name.startswith("lists") else f"# {name}"
    desk = changed_desk({NOTE: ("document: verbal-note\n", f"{named}\nnonsense: 1\n")})
    (desk.examples / name).parent.mkdir()
    with desk.listening() as number:
        number()
        assert "nonsense" in desk.get("/en/notes/1").text
        (desk.examples / "vehicles.yaml").touch()
        before = number()
        (desk.examples / name).write_text("a: 1\n", encoding="utf-8")
        assert number() > before


def test_only_the_languages_that_are_wanted_are_shown(desk: Opened) -> None:
    page = Markup(desk.get("/en/notes/1?show=fr,de").text)
    assert "porter à leur connaissance" in page.text
    assert "om hun mee te delen" not in page.text
    assert "om hun mee te delen" in Markup(desk.get("/en/notes/1?show=xx").text).text


def test_a_finding_stands_in_its_paragraph_in_the_reader_s_language(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("5 octobre 2026.\n", "6 octobre 2026.\n")})
    page = Markup(desk.get("/nl/notes/1").text)
    assert "De datum “6 octobre 2026”" in page.text
    cell = desk.get("/nl/notes/1").text.partition('id="fr-1"')[2].partition("</ul>")[0]
    assert "<mark>6 octobre 2026</mark>" in cell
    assert 'href="#remark-' in cell


def test_a_difference_leads_to_both_passages_and_both_lead_back(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("5 octobre 2026.\n", "6 octobre 2026.\n")})
    text = desk.get("/en/notes/1").text
    remark = text.partition('id="remark-1"')[2].partition("</li>")[0]
    assert re.findall(r'href="#([a-z]+-\d+)"', remark) == ["fr-1", "nl-1", "en-1", "de-1"]
    assert re.search(r">Nederlands, line \d+</a>", remark)
    for code in ("nl", "en", "de"):
        cell = text.partition(f'id="{code}-1"')[2].partition("</div>")[0]
        assert "Findings that name this passage too:" in cell
        assert 'href="#remark-1"' in cell
    assert "#nl-1" not in desk.get("/en/notes/1?show=fr").text


def test_at_the_desk_a_link_stands_for_the_line_of_the_other_version(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("5 octobre 2026.\n", "6 octobre 2026.\n")})
    assert "corresponding passage" not in Markup(desk.get("/en/notes/1").text).text
    alone = Markup(desk.get("/en/notes/1?show=fr").text).text
    assert "The corresponding passage of the NL version is on line 65." in alone


def test_a_paragraph_that_one_language_lacks_is_counted_and_leads_to_its_row(changed_desk: Change) -> None:
    left_out = "    Family members apply at the same time as the principal holder.\n\n"
    text = changed_desk({NOTE: (left_out, "")}).get("/en/notes/1").text
    page = Markup(text)
    assert "Passages without counterpart: 1 Français, line 42" in page.text
    assert "English No counterpart" in page.text
    assert text.count('<div class="cell gap">') == 1
    anchor = re.findall(r'class="gaps">.*?href="#(fr-\d+)"', text)[0]
    assert "Les membres de la famille" in text.partition(f'id="{anchor}"')[2].partition("</div>")[0]


def test_each_note_of_a_register_has_its_page_and_its_paper(register_desk: Opened) -> None:
    assert register_desk.get("/").headers["location"] == "/en/notes"
    listed = re.findall(r'<h2><a href="(/en/notes/\d)">', register_desk.get("/en/notes").text)
    assert len(listed) > 1
    for href in listed:
        page = register_desk.get(href).text
        assert page.count('<li class="beside">') > 0
        assert re.search(r'<span class="no">[A-Z]+\d+</span>', page)
        assert "line " not in Markup(page).text
        assert "alarm" not in page
    assert register_desk.get("/notes/2/note.pdf").content.startswith(b"%PDF")


def test_leaflets_stand_side_by_side_too_text_by_text(leaflet_desk: Opened) -> None:
    page = Markup(leaflet_desk.get("/en/notes/1").text)
    assert "Obtaining a BIS number" in page.text
    assert "reference still to be allotted" not in page.text
    rows = leaflet_desk.get("/en/notes/1").text.split('<li class="beside">')[1:]
    assert len(rows) > 10
    assert [row for row in rows if "cell gap" in row] == []
    pictures = [
        a for tag, a in Markup(leaflet_desk.get("/en/notes/1/paper?show=de").text).elements if tag == "img"
    ]
    assert [a["alt"] for a in pictures] == ["Deutsch, page 1 of 1"]


def test_a_finding_in_a_leaflet_stands_in_its_passage(changed_desk: Change) -> None:
    step = "examples/bis-card.yaml"
    desk = changed_desk(
        {step: ("Vraag het identiteitsdocument", "Vraag het het identiteitsdocument")}, LEAFLETS
    )
    page = desk.get("/en/notes/1").text
    cell = page.partition("Vraag")[2].partition("</div>")[0]
    assert "stands twice in a row" in html.unescape(cell)


def test_the_paper_is_what_note_render_prints(desk: Opened, tmp_path: Path) -> None:
    out = tmp_path / "out"
    commands()(
        ["note", "render", str(desk.examples / "identity-cards.yaml"), "-o", str(out)], standalone_mode=False
    )
    answer = desk.get("/notes/1/note.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == next(out.glob("*.pdf")).read_bytes()


def test_the_sheets_of_the_languages_that_are_shown_are_pictures(desk: Opened) -> None:
    page = Markup(desk.get("/en/notes/1/paper?show=nl").text)
    pictures = [a for tag, a in page.elements if tag == "img"]
    assert [a["alt"] for a in pictures] == ["Nederlands, page 1 of 2", "Nederlands, page 2 of 2"]
    for each in pictures:
        answer = desk.get(each["src"])
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")


def test_a_note_that_cannot_be_read_is_shown_with_line_and_what_to_do(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("place: brussels", "place: atlantis")})
    page = desk.get("/en/notes/1")
    assert page.status == 200
    text = Markup(page.text).text
    assert re.search(r"identity-cards\.yaml:6:\d+", text)
    assert re.search(r"<mark><span class=\"no\">6</span>place: atlantis</mark>", page.text)
    assert "This note cannot be printed as it is" in text
    assert "This note cannot be printed as it is" in Markup(desk.get("/en/notes").text).text
    assert desk.get("/notes/1/note.pdf").status == 404
    assert "atlantis" in Markup(desk.get("/en/notes/1/paper").text).text


def test_a_note_that_cannot_be_read_has_no_count_of_findings(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("languages: [fr,", "languages: [[fr,")})
    listed = Markup(desk.get("/en/notes").text).text
    assert listed.count("This note cannot be printed as it is") == 1
    assert listed.count("Errors: 0") == 1


def test_a_note_that_is_no_yaml_or_gone_is_no_crash(changed_desk: Change) -> None:
    desk = changed_desk({NOTE: ("title:", "title: ["), "examples/national-day.yaml": None})
    assert re.search(r"identity-cards\.yaml:\d+", Markup(desk.get("/fr/notes/1").text).text)
    assert "national-day.yaml" in Markup(desk.get("/fr/notes/2").text).text
    assert desk.get("/fr/notes").status == 200


def test_a_broken_template_is_shown_with_its_line(changed_desk: Change) -> None:
    path = "templates/fr/notifications/profile-created.md"
    desk = changed_desk({path: ("{{ name }}", "{{ nmae }}")})
    page = Markup(desk.get("/en/mails/profile-created").text).text
    assert "fr/notifications/profile-created.md:" in page
    assert "nmae" in page
    assert "Anne-Sophie" in desk.get("/en/mails/profile-created/en/frame").text
    assert desk.get("/en/mails/profile-created/fr/frame").status == 404


def test_a_broken_language_stops_the_pages_and_says_why(changed_desk: Change) -> None:
    desk = changed_desk({"templates/nl/language.toml": ('code = "nl"', 'code = "nl')})
    for path in ("/en/notes", "/fr/mails", "/en/roster", "/de/templates"):
        answer = desk.get(path)
        assert answer.status == 200
        assert "language.toml" in answer.text


def test_the_desk_still_speaks_when_its_own_words_are_broken(changed_desk: Change) -> None:
    desk = changed_desk({"templates/nl/messages/note.toml": ("[note-letter-o]", "[note-letter-o")})
    assert "note.toml" in desk.get("/nl/notes/1").text


@pytest.mark.parametrize("kind", ["profile-created", "activation-link", "activation-code"])
def test_a_mail_is_shown_in_every_language_as_html_text_and_headers(desk: Opened, kind: str) -> None:
    page = Markup(desk.get(f"/en/mails/{kind}").text)
    for words in (
        "Auto-Submitted auto-generated",
        "Content-Language",
        "multipart/alternative",
        "Geachte",
        "Bonjour",
    ):
        assert words in page.text
    assert len([tag for tag, _ in page.elements if tag == "iframe"]) == 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mail_shows_the_colours_that_are_wanted(desk: Opened, theme: str) -> None:
    frame = desk.get(f"/en/mails/profile-created/fr/frame?theme={theme}").text
    assert "prefers-color-scheme" not in frame
    assert ("@media all" in frame) == (theme == "dark")
    assert f'content="{theme}"' in frame


def test_awkward_names_stay_names(desk: Opened) -> None:
    for person in sample_people():
        page = desk.get(f"/en/mails/profile-created?person={person.row}")
        frame = desk.get(f"/en/mails/profile-created/fr/frame?person={person.row}").text
        assert page.status == 200
        assert person.last_name in html.unescape(frame)
        assert "<b>Ångström" not in frame + page.text
        assert f"To {person.name} <" in " ".join(Markup(page.text).text.replace('"', "").split())


def test_a_row_of_the_roster_gets_its_own_mails_and_its_language_is_named(desk: Opened) -> None:
    page = Markup(desk.get("/en/mails/profile-created?row=6").text).text
    assert "Hélène Françoise Dubois" in page
    assert page.count("This person gets the message in this language.") == 1


@pytest.mark.parametrize("row", ["11", "99", "0", "x", "٣"])
def test_a_row_without_mails_is_told(desk: Opened, row: str) -> None:
    from urllib.parse import quote

    page = Markup(desk.get(f"/en/mails/profile-created?row={quote(row)}").text).text
    assert f"Row {row} of the list holds nobody who gets messages." in page


def test_link_and_code_are_never_shown(desk: Opened) -> None:
    for row in ("", "&row=6"):
        for kind in ("activation-link", "activation-code"):
            seen = "".join(
                desk.get(f"/en/mails/{kind}{part}?person=1{row}").text
                for part in ("", "/fr/frame", "/fr/message.eml")
            )
            assert "token=" not in seen
            assert not re.search(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", seen)
    assert "hidden.invalid" in desk.get("/en/mails/activation-link/fr/frame").text


def test_the_roster_tells_what_is_wrong_in_the_reader_s_language(desk: Opened) -> None:
    page = Markup(desk.get("/fr/roster").text).text
    assert "Rejetée (5)" in page
    assert "Ligne 13" in page
    assert "✓" not in page
    only = Markup(desk.get("/fr/roster?status=accepted").text).text
    assert "Hélène Françoise Dubois" in only
    assert "Ligne 13" not in only


@pytest.mark.parametrize(
    ("code", "words"),
    [("en", "cannot be used as it is"), ("fr", "Excel"), ("nl", "rekenblad"), ("de", "Tabellen")],
)
def test_a_roster_that_cannot_be_used_is_told_in_the_reader_s_language(
    bad_roster_desk: Opened, code: str, words: str
) -> None:
    page = bad_roster_desk.get(f"/{code}/roster").text
    assert "members.xlsx" in page
    assert words in Markup(page).text
    told = f'<span lang="{"en-GB" if code == "en" else f"{code}-BE"}">'
    assert told in page
    assert told in bad_roster_desk.get(f"/{code}/mails?row=3").text
    assert "profile-created" in bad_roster_desk.get(f"/{code}/mails").text


def test_the_matrix_tells_how_every_text_stands(changed_desk: Change) -> None:
    slip, gone = (
        "templates/nl/notifications/activation-link.md",
        "templates/de/notifications/activation-code.md",
    )
    desk = changed_desk({slip: ("{{ link }}", "{{ lnk }}"), gone: None})
    page = desk.get("/en/templates").text
    by_text = {
        text: state for state, text in re.findall(r'class="state (\w+)" href="/en/templates/([^"]+)"', page)
    }
    assert by_text["de/notifications/activation-code.md"] == "missing"
    assert by_text["nl/notifications/activation-link.md"] == "faulty"
    assert by_text["en/notifications/activation-link.md"] == "source"
    assert "lnk" in Markup(desk.get("/en/templates/nl/notifications/activation-link.md").text).text


def test_a_change_of_the_source_is_shown_beside_the_translation_word_by_word(changed_desk: Change) -> None:
    path = "templates/en/notifications/profile-created.md"
    desk = changed_desk({path: ("profile", "account")})
    page = desk.get("/fr/templates/nl/notifications/profile-created.md").text
    assert "La source a changé depuis la traduction" in page
    assert re.search(r"<ins>\s*account", page)


@pytest.mark.parametrize("text", ["xx/desk.toml", "fr/nothing.md", "fr/", "fr/../../pyproject.toml"])
def test_a_text_that_is_not_there_is_not_found(desk: Opened, text: str) -> None:
    assert desk.get(f"/en/templates/{text}").status == 404
