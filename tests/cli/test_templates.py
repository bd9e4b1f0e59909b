"""`notegen templates …`: the matrix at the terminal, and what translators get and give back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Notegen

from notegen.flows.translation import mark_reviewed

LINK = "notifications/activation-link.md"
CREATED = "notifications/profile-created.md"
STATES = ("needs-review-translation", "translated")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory, templates_folder: Path) -> Path:
    """The templates, every language of them reviewed."""
    folder = Path(shutil.copytree(templates_folder, tmp_path_factory.mktemp("reviewed") / "templates"))
    for code in ("de", "fr", "nl"):
        assert list(mark_reviewed([folder], code)) == [folder / code / "origins.toml"]
    return folder


@pytest.fixture
def copy(tmp_path: Path, reviewed: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(reviewed, tmp_path / "own"))


@pytest.fixture
def templates(notegen: Notegen, copy: Path) -> Notegen:
    """Runs `notegen templates …` on the copy."""
    return lambda command, *arguments: notegen("templates", command, *arguments, "--templates", copy)


def change(file: Path, right: str, wrong: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert right in text, right
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def state_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def exported(templates: Notegen, tmp_path: Path) -> Callable[[str], Path]:
    """The XLIFF of a language, as it is now."""

    def export(code: str) -> Path:
        path = tmp_path / f"{code}.xliff"
        assert templates("export", code, "-o", path).code == 0
        return path

    return export


def test_the_shipped_templates_are_complete_in_four_languages(notegen: Notegen) -> None:
    """After a change of the English texts: compare the others, then `notegen templates reviewed LANG`."""
    checked = notegen("templates", "check", "--json")
    document = json.loads(checked.out)
    assert document["languages"] == ["de", "en", "fr", "nl"]
    cells = [cell for text in document["texts"] for cell in text["languages"].values()]
    assert [finding["message"] for cell in cells for finding in cell["findings"]] == []
    assert {cell["state"] for cell in cells} == {"source", "complete"}
    assert checked.code == 0


def test_a_change_of_the_source_ends_the_check_with_1_and_is_shown(templates: Notegen, copy: Path) -> None:
    assert templates("check").code == 0
    change(copy / "en" / CREATED, "a link to a web page", "one link to a web page")
    checked = templates("check", "--language", "fr")
    assert checked.code == 1
    assert "à revoir (1)" in checked.out
    assert "[-a-] {+one+} link" in checked.out
    assert "notegen templates reviewed nl" in " ".join(checked.out.split())
    [text] = [t for t in json.loads(templates("check", "--json").out)["texts"] if t["name"] == CREATED]
    cell = text["languages"]["nl"]
    assert (cell["state"], cell["source"]) == ("stale", "en")
    [revision] = cell["to_review"]
    assert ["removed", " a"] in revision["diff"]
    assert (revision["passage"], revision["line"]) == ("step 1", 10)
    for code in ("de", "fr", "nl"):
        assert templates("reviewed", code, "profile-created").out == f"{copy / code / 'origins.toml'}\n"
    assert templates("check").code == 0


def test_the_list_shows_states_and_ends_with_0(templates: Notegen, copy: Path) -> None:
    (copy / "en" / "documents" / "card.html").write_text("<h1>Card</h1>", encoding="utf-8")
    listed = templates("list", "--language", "de")
    assert listed.code == 0
    assert "fehlt (1)" in listed.out


def test_a_broken_language_file_is_a_finding_and_not_the_end(templates: Notegen, copy: Path) -> None:
    change(copy / "nl" / "language.toml", "[labels]", "[labels")
    checked = templates("check")
    assert checked.code == 1
    assert "Traceback" not in checked.err
    assert "nl/language.toml" in checked.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reviewed", "xx"), "no such language: 'xx'"),
        (("reviewed", "nl", "birthday-card"), "no such text: 'birthday-card'"),
        (("reviewed", "nl", "--from", "xx"), "no such language: 'xx'"),
        (("export", "xx", "-o", "xx.xliff"), "no such language: 'xx'"),
        (("export", "en", "-o", "en.xliff"), "nothing is translated into 'en'"),
        (("import", "none.xliff"), "none.xliff"),
    ],
)
def test_what_does_not_exist_is_told(templates: Notegen, arguments: tuple[str, ...], said: str) -> None:
    refused = templates(*arguments)
    assert refused.code == 2
    assert said in refused.err


@pytest.mark.parametrize("code", ["de", "fr", "nl"])
def test_what_comes_back_untouched_changes_no_byte(
    templates: Notegen, exported: Callable[[str], Path], copy: Path, code: str
) -> None:
    change(copy / "en" / CREATED, "a link to a web page", "one link to a web page")
    before = state_of(copy)
    path = exported(code)
    imported = templates("import", path)
    assert (imported.code, imported.out, imported.err) == (0, "", "")
    assert state_of(copy) == before


def test_an_export_never_takes_the_place_of_a_file(
    templates: Notegen, exported: Callable[[str], Path]
) -> None:
    refused = templates("export", "nl", "-o", exported("nl"))
    assert refused.code == 2
    assert "exists already" in refused.err


def test_a_translator_s_wording_is_put_in_its_place_and_nowhere_else(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    before = state_of(copy)
    path = exported("nl")
    change(path, "Met vriendelijke groet,", "Hoogachtend &amp; met groet,")
    change(path, "te Gent", "te &quot;Gent&quot;")
    assert templates("import", path).code == 0
    after = state_of(copy)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {str(copy / "nl/language.toml"), str(copy / "nl/notifications/activation-code.md")}
    assert 'ghent = "te \\"Gent\\""' in (copy / "nl/language.toml").read_text(encoding="utf-8")
    assert "\nHoogachtend & met groet,\n" in (copy / "nl/notifications/activation-code.md").read_text("utf-8")


def test_a_stale_passage_is_reviewed_by_its_translator(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    change(copy / "en" / CREATED, "a link to a web page", "one link to a web page")
    path = exported("nl")
    assert path.read_text(encoding="utf-8").count(f'state="{STATES[0]}"') == 1
    assert "[-a-] {+one+}" in path.read_text(encoding="utf-8")
    change(path, f'state="{STATES[0]}"', f'state="{STATES[1]}"')
    assert templates("import", path).out == f"{copy / 'nl/origins.toml'}\n"
    document = json.loads(templates("check", "--json").out)
    [text] = [text for text in document["texts"] if text["name"] == CREATED]
    assert text["languages"]["nl"]["state"] == "complete"
    assert text["languages"]["de"]["state"] == "stale"


def test_a_translation_of_an_older_source_stays_to_review(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    path = exported("nl")
    change(path, "Met vriendelijke groet,", "Hoogachtend,")
    change(copy / "en/notifications/activation-code.md", "Yours sincerely,", "Yours truly,")
    assert templates("import", path).code == 0
    [text] = [
        t for t in json.loads(templates("list", "--json").out)["texts"] if "activation-code" in t["name"]
    ]
    assert text["languages"]["nl"]["state"] == "stale"


DAMAGE = {
    "a variable that was deleted": ('<ph id="1" ctype="x-word">{{ name }}</ph>,\n', "", "{{ name }}"),
    "a variable that was translated": (
        "{{ valid_days }}</ph> Tage",
        "{{ tage }}</ph> Tage",
        "{{ valid_days }}",
    ),
    "a variable that was typed as text": (
        '<ph id="1" ctype="x-word">{{ valid_days }}</ph> Tage',
        "{{ valid_dayz }} Tage",
        "{{ valid_dayz }}",
    ),
    "the end of a link that was deleted": (
        '<ept id="1" ctype="x-target">](mailto:{{ contact }})</ept>. Ein nicht',
        ". Ein nicht",
        "](mailto:{{ contact }})",
    ),
    "a slot that was damaged": ("{row}</ph>, Spalte", "{zeile}</ph>, Spalte", "{zeile}"),
    "a variable that stands twice": (
        "Guten Tag <ph",
        'Guten Tag <ph id="1" ctype="x-word">{{ name }}</ph> <ph',
        "{{ name }}",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_variable_is_refused_with_its_place_and_nothing_is_written(
    templates: Notegen, exported: Callable[[str], Path], copy: Path, name: str
) -> None:
    right, wrong, said = DAMAGE[name]
    path = exported("de")
    if name == "a variable that was deleted":
        right, wrong = 'Guten Tag <ph id="1" ctype="x-word">{{ name }}</ph>', "Guten Tag"
    change(path, right, wrong)
    change(path, "zu Gent", "zu Ghent")
    before = state_of(copy)
    refused = templates("import", path, "--language", "fr")
    assert refused.code == 1
    assert state_of(copy) == before
    text = path.read_text(encoding="utf-8")
    line = text.count("\n", 0, text.index(wrong)) + 1
    shown = " ".join(refused.out.split())
    assert said in shown
    assert f"✗ {line} " in shown


def test_words_that_break_a_paragraph_in_two_are_refused(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    path = exported("fr")
    change(path, "Avec nos salutations distinguées,", "Avec nos salutations\n\ndistinguées,")
    before = state_of(copy)
    assert templates("import", path).code == 1
    assert state_of(copy) == before


def test_a_passage_that_was_missing_is_added_where_the_source_has_it(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    change(copy / "en" / CREATED, "3. You can", "3. Wait for {{ contact }}.\n4. You can")
    change(copy / "en" / CREATED, "## For your security", "Have a good day.\n\n## For your security")
    change(copy / "en/language.toml", 'ghent = "in Ghent"', 'ghent = "in Ghent"\nmons = "in Mons"')
    (copy / "en/messages/fair.toml").write_text('[fair-weather]\nwhat = "It is fair."\ndo = "Go out."\n')
    path = exported("nl")
    text = path.read_text(encoding="utf-8")
    for source, target in (
        ('Wait for <ph id="1" ctype="x-word">{{ contact }}</ph>.', None),
        ("Have a good day.", "Een fijne dag."),
        ("in Mons", "te Bergen"),
        ("It is fair.", "Het is mooi."),
        ("Go out.", "Ga naar buiten."),
    ):
        words = target or source.replace("Wait for", "Wacht op")
        text = text.replace(
            f"<source>{source}</source>", f"<source>{source}</source><target>{words}</target>", 1
        )
    path.write_text(text, encoding="utf-8")
    assert templates("import", path).code == 0
    translated = (copy / "nl" / CREATED).read_text(encoding="utf-8")
    assert "\n3. Wacht op {{ contact }}.\n3. Daarna opent" in translated
    assert "\n\nEen fijne dag.\n\n## Voor uw veiligheid" in translated
    assert '"te Gent"' in (copy / "nl/language.toml").read_text(encoding="utf-8")
    assert 'mons = "te Bergen"\n' in (copy / "nl/language.toml").read_text(encoding="utf-8")
    assert (copy / "nl/messages/fair.toml").read_text("utf-8") == (
        '[fair-weather]\nwhat = "Het is mooi."\ndo = "Ga naar buiten."\n'
    )
    document = json.loads(templates("check", "--json").out)
    own = [text["languages"]["nl"] for text in document["texts"]]
    assert [finding for cell in own for finding in cell["findings"]] == []


def test_an_entry_without_a_table_gets_one(
    templates: Notegen, exported: Callable[[str], Path], copy: Path
) -> None:
    english = copy / "en/messages/note.toml"
    english.write_text(english.read_text("utf-8") + '\n[note-fair]\nwhat = "It is fair."\ndo = "Go out."\n')
    path = exported("nl")
    text = path.read_text(encoding="utf-8")
    for source, target in (("It is fair.", "Het is mooi."), ("Go out.", "Ga naar buiten.")):
        text = text.replace(
            f"<source>{source}</source>", f"<source>{source}</source><target>{target}</target>"
        )
    path.write_text(text, encoding="utf-8")
    assert templates("import", path).code == 0
    own = (copy / "nl/messages/note.toml").read_text("utf-8")
    assert own.endswith('\n\n[note-fair]\nwhat = "Het is mooi."\ndo = "Ga naar buiten."\n')


@pytest.mark.parametrize(
    ("name", "code"),
    [("identity-cards", "nl"), ("vehicles", "en"), ("staff-list", "de")],
)
def test_a_note_that_comes_back_untouched_changes_no_byte(
    notegen: Notegen, examples: Path, tmp_path: Path, name: str, code: str
) -> None:
    folder = Path(shutil.copytree(examples, tmp_path / "notes"))
    before = state_of(folder)
    note = folder / f"{name}.yaml"
    exported = notegen("templates", "export", code, "-o", "a.xliff", "--note", note)
    assert exported.code == 0, exported.err
    imported = notegen("templates", "import", "a.xliff", "--note", note)
    assert (imported.code, imported.out) == (0, "")
    assert state_of(folder) == before


def test_a_translator_s_title_and_body_are_put_into_the_note(
    notegen: Notegen, examples: Path, tmp_path: Path
) -> None:
    note = tmp_path / "vehicles.yaml"
    text = (examples / "vehicles.yaml").read_text(encoding="utf-8")
    note.write_text(text, encoding="utf-8")
    assert notegen("templates", "export", "nl", "-o", "nl.xliff", "--note", note, "--from", "fr").code == 0
    path = tmp_path / "nl.xliff"
    title = path.read_text("utf-8").partition("<target")[2].partition(">")[2].partition("<")[0]
    change(path, f">{title}</target>", ">Nieuwe titel: het vervolg</target>")
    change(path, "36 maanden", "36 volle maanden")
    imported = notegen("templates", "import", "nl.xliff", "--note", note)
    assert (imported.code, imported.out) == (0, f"{note}\n"), imported.err
    after = note.read_text("utf-8")
    assert (
        after.replace("36 volle maanden", "36 maanden").replace('"Nieuwe titel: het vervolg"', title) == text
    )


def test_a_damaged_link_of_a_note_is_refused(notegen: Notegen, examples: Path, tmp_path: Path) -> None:
    note = tmp_path / "vehicles.yaml"
    shutil.copy(examples / "vehicles.yaml", note)
    before = note.read_bytes()
    notegen("templates", "export", "nl", "-o", "nl.xliff", "--note", note)
    path = tmp_path / "nl.xliff"
    head, _, target = path.read_text("utf-8").partition("link:vehicles")
    path.write_text(
        head + "link:vehicles" + target.replace("link:vehicles", "link:wagens", 1), encoding="utf-8"
    )
    refused = notegen("templates", "import", "nl.xliff", "--note", note)
    assert refused.code == 1
    assert "link:wagens" in refused.out
    assert note.read_bytes() == before


def test_a_note_without_that_language_says_how_to_begin(notegen: Notegen, examples: Path) -> None:
    refused = notegen("templates", "export", "de", "-o", "x", "--note", examples / "vehicles.yaml")
    assert refused.code == 2
    assert "under `languages`" in refused.err


def test_an_exchange_about_another_note_is_refused(notegen: Notegen, examples: Path) -> None:
    notegen("templates", "export", "nl", "-o", "nl.xliff", "--note", examples / "vehicles.yaml")
    refused = notegen("templates", "import", "nl.xliff", "--note", examples / "national-day.yaml")
    assert refused.code == 2
    assert "vehicles.yaml" in refused.err


def test_a_body_in_a_file_of_its_own_is_changed_there(notegen: Notegen, tmp_path: Path) -> None:
    note = tmp_path / "note.yaml"
    assert notegen("note", "new", "-o", note, "--language", "fr").code == 0
    head, _, body = note.read_text("utf-8").partition("  nl: |\n")
    own = tmp_path / "body.nl.md"
    own.write_text("".join(line.removeprefix("    ") for line in body.splitlines(True)), encoding="utf-8")
    note.write_text(f"{head}  nl: {{file: body.nl.md}}\n", encoding="utf-8")
    before, told = note.read_bytes(), own.read_text("utf-8")
    assert notegen("templates", "export", "nl", "-o", "nl.xliff", "--note", note).code == 0
    change(tmp_path / "nl.xliff", "het e-mailadres van die persoon", "het adres van die persoon")
    imported = notegen("templates", "import", "nl.xliff", "--note", note)
    assert (imported.code, imported.out) == (0, f"{own}\n"), imported.err
    assert note.read_bytes() == before
    assert own.read_text("utf-8") == told.replace("e-mailadres", "adres")
