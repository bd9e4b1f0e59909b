"""Translations: what is missing, to be reviewed or inconsistent is found in its line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.checking.staleness import reviewed_origin, revisions
from notegen.checking.translations import CellState, Matrix, check_templates
from notegen.checking.word_diff import Change, marked, word_diff
from notegen.domain.alignment import translated_pairs
from notegen.domain.language import Language
from notegen.domain.markdown_passages import markdown_passages
from notegen.domain.passage import Origin, Origins, TemplateText
from notegen.domain.problem import Problem
from notegen.flows.translation import check_template_folders, mark_reviewed

LINK = "notifications/activation-link.md"
CODE = "notifications/activation-code.md"
CREATED = "notifications/profile-created.md"
NOTE = "documents/verbal-note.html"


@dataclass(frozen=True)
class Defect:
    """A slip of the pen in a copy of the templates: in `file`, `right` becomes `wrong`.

    It is found in the line of what is wrong, or of the first words `at`; `found` is told of it.
    """

    file: str
    right: str
    wrong: str
    code: str
    found: str = ""
    at: str = ""

    def line(self, spoiled: str) -> int:
        at = self.at or self.wrong.rpartition("\n")[2] or self.wrong.strip()
        assert at in spoiled
        return spoiled.count("\n", 0, spoiled.index(at)) + 1


DEFECTS: Mapping[str, Defect] = {
    "a sentence left in English": Defect(
        f"nl/{CREATED}",
        "Wij vragen u nooit om een wachtwoord, niet per e-mail en niet per telefoon.",
        "We will never ask you for a password by e-mail or by telephone.",
        "translation-leftover",
        "never ask you",
    ),
    "a sentence in English among Dutch ones, worded otherwise than the source": Defect(
        f"nl/{CODE}",
        "Daarna is uw profiel actief.",
        "The profile will then be ready for you.",
        "translation-leftover",
        "The profile will then be ready for you.",
    ),
    "a heading left in English": Defect(
        f"de/{CREATED}", "Zu Ihrer Sicherheit", "For your security", "translation-leftover", "For your"
    ),
    "a paragraph that is missing": Defect(
        f"fr/{CREATED}",
        "Nous ne vous demanderons jamais de mot de passe, ni par courriel ni par téléphone.\n\n",
        "",
        "translation-missing",
        "We will never ask you",
        at="## Pour votre sécurité",
    ),
    "a step too many": Defect(
        f"fr/{CREATED}",
        "3. Vous pourrez alors",
        "3. Patientez.\n4. Vous pourrez alors",
        "translation-extra",
        "Patientez.",
        at="Patientez.",
    ),
    "a variable that is missing": Defect(
        f"de/{CODE}",
        "bleibt {{ valid_days }} Tage",
        "bleibt einige Tage",
        "translation-word-missing",
        "valid_days",
    ),
    "a variable that is mistyped": Defect(
        f"fr/{LINK}", "Bonjour {{ name }},", "Bonjour {{ nmae }},", "translation-word-unknown", "nmae"
    ),
    "a variable where the source has none": Defect(
        f"nl/{LINK}",
        "Met vriendelijke groet,",
        "Met vriendelijke groet van {{ contact }},",
        "translation-word-extra",
        "{{ contact }}",
    ),
    "the link itself left out": Defect(
        f"de/{LINK}", "<{{ link }}>", "<https://example.org>", "translation-word-unused", "link", at="Subject"
    ),
    "an address that nobody can write to": Defect(
        f"fr/{CREATED}",
        "écrivez à [{{ contact }}](mailto:{{ contact }}).\n\n##",
        "écrivez à {{ contact }}.\n\n##",
        "translation-link-missing",
        "mailto:{{ contact }}",
        at="Vous n’avez rien à faire",
    ),
    "a link that leads elsewhere": Defect(
        f"nl/{CREATED}",
        "Meld het dan via [{{ contact }}](mailto:{{ contact }})",
        "Meld het dan via [{{ contact }}](mailto:info@example.org?{{ contact }})",
        "translation-link-missing",
        "mailto:{{ contact }}",
    ),
    "bold lost": Defect(f"de/{LINK}", "**{{ service }}**", "{{ service }}", "translation-bold-differs", "0"),
    "code no longer marked as code": Defect(
        f"fr/{CODE}", "`{{ code }}`", "{{ code }}", "translation-kind-differs"
    ),
    "a heading turned into a paragraph": Defect(
        f"nl/{LINK}", "## Voor uw veiligheid", "Voor uw veiligheid", "translation-kind-differs", "Voor uw"
    ),
    "a heading of another level": Defect(
        f"fr/{LINK}", "## Pour votre sécurité", "### Pour votre sécurité", "translation-kind-differs"
    ),
    "numbered steps turned into bullets": Defect(
        f"de/{LINK}", "1. Warten Sie", "- Warten Sie", "translation-kind-differs", "Warten Sie"
    ),
    "a condition left out": Defect(
        f"nl/{LINK}",
        "{% if valid_days %}\nDe link blijft {{ valid_days }} dagen geldig.",
        "De link blijft {{ valid_days }} dagen geldig.",
        "translation-broken",
        "endif",
        at="{% endif %}",
    ),
    "a condition of the document left out": Defect(
        f"de/{NOTE}",
        "{% if authoritative_count == 1 %}"
        "maßgeblich ist allein der Text {{ authoritative }} Sprache{% else %}"
        "maßgeblich sind allein die Texte {{ authoritative }} Sprache{% endif %}",
        "maßgeblich ist allein der Text {{ authoritative }} Sprache",
        "translation-condition-missing",
        "authoritative_count",
    ),
    "a block of the document left out": Defect(
        f"fr/{NOTE}",
        "{% block update %}Mise à jour : {{ updated }}{% endblock %}\n",
        "",
        "translation-missing",
        "update",
        at="{% extends",
    ),
    "a tag of the document left out": Defect(
        f"nl/{NOTE}", "<th>Naam</th>", "Naam", "translation-code-missing", "<th>"
    ),
    "an open brace": Defect(f"de/{CODE}", "{{ name }}", "{{ name }", "translation-broken"),
    "a head that begins wrongly": Defect(f"fr/{LINK}", "Subject:", "Sujet:", "translation-broken", "head"),
    "a file that goes along and does not exist": Defect(
        f"nl/{CREATED}",
        "Preview:",
        "Attachment: gids.pdf\nPreview:",
        "translation-broken",
        "attachment",
        at="Attachment: gids.pdf",
    ),
    "an entry that is missing": Defect(
        "fr/messages/note.toml",
        'do = "Ajoutez le titre."\n',
        "",
        "translation-missing",
        "note-enclosure-untitled.do",
        at="L’annexe «",
    ),
    "an entry that is empty": Defect(
        "de/language.toml", 'draft = "ENTWURF"', 'draft = ""', "translation-empty", "labels.draft"
    ),
    "an entry that no other language knows": Defect(
        "nl/language.toml",
        'ghent = "te Gent"',
        'ghent = "te Gent"\nmons = "te Bergen"',
        "translation-extra",
        "mons",
    ),
    "a slot that is mistyped": Defect(
        "nl/messages/note.toml",
        "De weekdag klopt niet met de datum in “{found}”",
        "De weekdag klopt niet met de datum in “{fonud}”",
        "translation-word-extra",
        "{fonud}",
    ),
    "a text that is no TOML": Defect(
        "fr/messages/note.toml", 'do = "Ajoutez le titre."', 'do = "Ajoutez le titre.', "translation-broken"
    ),
    "a translation that says far more": Defect(
        f"de/{CODE}",
        "dies ist der Aktivierungscode für Ihr Benutzerprofil:",
        "dies ist der Aktivierungscode für Ihr Benutzerprofil, "
        + "den wir gern noch einmal erläutern, " * 4
        + ":",
        "translation-long",
    ),
    "a translation that says far less": Defect(
        f"nl/{CREATED}",
        "Er volgen nog twee berichten: een link en daarna een code. Daarmee activeert u uw profiel.",
        "Er volgt nog iets.",
        "translation-short",
    ),
    "a sentence cut off": Defect(
        f"fr/{CODE}",
        "que ce soit par courriel ou par téléphone.",
        "que ce soit par courriel",
        "translation-ending-missing",
    ),
    "a comment of the first note left out": Defect(
        "nl/starter/note.yaml",
        "# De plaats: een sleutel van [places] in language.toml.\n",
        "",
        "translation-missing",
        "comment place",
        at="# updated:",
    ),
    "a key of the first note left out": Defect(
        "de/starter/note.yaml", "place: brussels\n", "", "translation-missing", "key place", at="# updated:"
    ),
}


@pytest.fixture
def copy(tmp_path: Path, templates_folder: Path) -> Path:
    """The templates as shipped, to be spoiled."""
    return Path(shutil.copytree(templates_folder, tmp_path / "templates"))


@pytest.fixture(scope="module")
def shipped(templates_folder: Path) -> Matrix:
    return check_template_folders([templates_folder])


def change(file: Path, right: str, wrong: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert right in text, right
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def told(folder: Path, path: str) -> tuple[Problem, ...]:
    """The findings about one file of a folder."""
    language, _, name = path.partition("/")
    return check_template_folders([folder]).cells[name, language].findings


def test_nothing_is_found_in_the_shipped_templates(shipped: Matrix) -> None:
    """After a change of the English texts: compare the others, then `notegen templates reviewed LANG`."""
    assert [(problem.code, str(problem.place), problem.found) for problem in shipped.findings] == []


def test_at_least_twenty_kinds_of_defects_are_planted() -> None:
    assert len({defect.code for defect in DEFECTS.values()}) >= 17
    assert len(DEFECTS) >= 20


@pytest.mark.parametrize("name", DEFECTS)
def test_each_planted_defect_is_found_in_its_file_and_line(
    copy: Path, languages: Mapping[str, Language], name: str
) -> None:
    defect = DEFECTS[name]
    change(copy / defect.file, defect.right, defect.wrong)
    language, _, text = defect.file.partition("/")
    matrix = check_template_folders([copy])
    found = [problem for problem in matrix.findings if problem.code == defect.code]
    assert [str(copy / defect.file)] == sorted({problem.place.file for problem in matrix.findings})
    assert matrix.cells[text, language].state in (CellState.FAULTY, CellState.INCOMPLETE)
    spoiled = (copy / defect.file).read_text(encoding="utf-8")
    assert defect.line(spoiled) in {problem.place.line for problem in found}
    assert any(defect.found in problem.found for problem in found)
    for problem in found:
        for words in languages.values():
            assert not re.search(r"(?<!\{)\{\w", words.word(problem).what.replace(problem.found, ""))


def test_a_file_that_does_not_exist_is_missing_in_that_language(copy: Path) -> None:
    (copy / "nl" / LINK).unlink()
    cell = check_template_folders([copy]).cells[LINK, "nl"]
    assert cell.state is CellState.MISSING
    assert [problem.code for problem in cell.findings] == ["translation-file-missing"]


def test_a_changed_source_marks_the_others_to_review_with_the_words_that_changed(copy: Path) -> None:
    change(copy / "en" / CREATED, "contain a link to a web page", "contain one link to a secure web page")
    matrix = check_template_folders([copy])
    for code in ("fr", "nl", "de"):
        cell = matrix.cells[CREATED, code]
        assert cell.state is CellState.STALE
        [problem] = cell.findings
        assert (problem.code, problem.place.line) == ("translation-stale", 10)
        assert problem.found == "A second message will contain [-a-] {+one+} link to a {+secure+} web page."
        [revision] = cell.revisions
        assert revision.key == "step 1"
        assert revision.translation in (copy / code / CREATED).read_text(encoding="utf-8")
    assert matrix.cells[CREATED, "en"].state is CellState.SOURCE


def test_a_changed_entry_of_the_source_marks_its_translations(copy: Path) -> None:
    change(copy / "en/language.toml", '"to be allotted"', '"to be given out"')
    assert [problem.code for problem in told(copy, "de/language.toml")] == ["translation-stale"]


def test_a_paragraph_inserted_in_the_source_makes_no_other_one_stale(copy: Path) -> None:
    change(copy / "en" / LINK, "## For your", "Links are short and safe to open.\n\n## For your")
    [problem] = told(copy, f"fr/{LINK}")
    assert (problem.code, problem.place.line) == ("translation-missing", 18)


def test_paragraphs_that_change_places_are_noticed(copy: Path) -> None:
    file = copy / "en" / CREATED
    change(file, "1. A second message will contain a link to a web page.\n", "")
    change(file, "3. You can", "2. A second message will contain a link to a web page.\n3. You can")
    assert told(copy, f"nl/{CREATED}")


def test_how_lines_are_broken_is_no_change(copy: Path) -> None:
    change(copy / "en" / CREATED, "We will never ask you", "We will never\nask you")
    assert told(copy, f"nl/{CREATED}") == ()


def test_a_translation_may_be_reworded_without_a_review(copy: Path) -> None:
    change(copy / "nl" / CREATED, "## Wat nu volgt", "## Wat volgt er nu")
    assert told(copy, f"nl/{CREATED}") == ()


def test_one_command_marks_as_reviewed_and_no_other_text_with_it(copy: Path) -> None:
    change(copy / "en" / CREATED, "a link to a web page", "one link to a web page")
    change(copy / "en" / LINK, "Yours sincerely", "Yours truly")
    assert [str(path) for path in mark_reviewed([copy], "nl", ["profile-created"])] == [
        str(copy / "nl" / "origins.toml")
    ]
    matrix = check_template_folders([copy])
    assert matrix.cells[CREATED, "nl"].state is CellState.COMPLETE
    assert matrix.cells[LINK, "nl"].state is CellState.STALE
    assert matrix.cells[CREATED, "fr"].state is CellState.STALE


def test_marking_as_reviewed_again_changes_nothing(copy: Path) -> None:
    before = (copy / "de" / "origins.toml").read_bytes()
    assert list(mark_reviewed([copy], "de"))
    assert (copy / "de" / "origins.toml").read_bytes() == before


def test_a_text_can_be_translated_from_another_language_than_english(copy: Path) -> None:
    list(mark_reviewed([copy], "nl", ["profile-created"], source="fr"))
    change(copy / "fr" / CREATED, "Un deuxième message contiendra", "Un second message contiendra")
    matrix = check_template_folders([copy])
    assert matrix.cells[CREATED, "nl"].source == "fr"
    assert [problem.found for problem in matrix.cells[CREATED, "nl"].findings] == [
        "Un [-deuxième-] {+second+} message contiendra un lien vers une page…"
    ]
    assert matrix.cells[CREATED, "de"].findings == ()


def test_a_language_that_was_copied_is_full_of_leftovers_and_never_reviewed(copy: Path) -> None:
    shutil.copytree(copy / "en", copy / "it")
    matrix = check_template_folders([copy])
    codes = {problem.code for problem in matrix.cells[CREATED, "it"].findings}
    assert codes == {"translation-leftover", "translation-unreviewed"}
    assert "it" in matrix.languages


def test_an_origins_file_that_was_tampered_with_is_told(copy: Path) -> None:
    change(copy / "nl/origins.toml", '"How to use it"', '"How to use them"')
    assert ("translation-broken", str(copy / "nl/origins.toml")) in {
        (problem.code, problem.place.file) for problem in check_template_folders([copy]).findings
    }


def test_an_own_folder_is_searched_first_and_keeps_its_own_origins(
    tmp_path: Path, templates_folder: Path
) -> None:
    own = tmp_path / "own"
    (own / "nl/notifications").mkdir(parents=True)
    text = (templates_folder / "nl" / CREATED).read_text(encoding="utf-8")
    (own / "nl" / CREATED).write_text(
        text.replace("Geachte {{ name }}", "Beste {{ name }}"), encoding="utf-8"
    )
    folders = [own, templates_folder]
    assert check_template_folders(folders).findings == ()
    assert list(mark_reviewed(folders, "nl", ["profile-created"])) == [own / "nl" / "origins.toml"]
    assert "language.toml" not in (own / "nl" / "origins.toml").read_text(encoding="utf-8")
    assert check_template_folders(folders).findings == ()


WORDS = st.lists(st.sampled_from(["one", "two", "three", "{{ name }}", "four,", "five."]), max_size=12).map(
    " ".join
)


@given(WORDS, WORDS)
def test_a_word_diff_keeps_both_texts(before: str, now: str) -> None:
    stretches = word_diff(before, now)
    new = "".join(s.text for s in stretches if s.change is not Change.REMOVED)
    assert new.split() == now.split()
    removed = [word for s in stretches if s.change is Change.REMOVED for word in s.text.split()]
    assert all(word in before for word in removed)
    assert before != now or "[-" not in marked(stretches)


def text(language: str, content: str) -> TemplateText:
    return TemplateText(language, "a.md", f"{language}/a.md", content, markdown_passages(content))


PARAGRAPH = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6).map(" ".join)


@given(st.lists(PARAGRAPH, min_size=1, max_size=6, unique=True), st.data())
def test_a_text_just_reviewed_is_never_stale_and_one_changed_paragraph_always_is(
    paragraphs: list[str], data: st.DataObject
) -> None:
    source = text("en", "\n\n".join(paragraphs))
    translation = text("nl", "\n\n".join(part.upper() for part in paragraphs))
    origin = reviewed_origin(source.passages, "en")
    pairs = translated_pairs(source.passages, translation.passages)
    assert list(revisions(pairs, origin)) == []
    changed = data.draw(st.integers(0, len(paragraphs) - 1))
    now = text("en", "\n\n".join(p + " z" * (n == changed) for n, p in enumerate(paragraphs)))
    pairs = translated_pairs(now.passages, translation.passages)
    assert [revision.key for revision in revisions(pairs, origin)] == [f"paragraph {changed + 1}"]


def test_a_matrix_is_made_of_values_alone() -> None:
    texts = [text("en", "A list:\n\n- **one**\n- two\n"), text("nl", "Een lijst:\n\n- een\n- twee\n")]
    origin = Origin("en", texts[0].passages)
    matrix = check_templates(texts, {"nl": Origins("nl", "", {"a.md": origin})}, {})
    assert [(p.code, p.place.line) for p in matrix.findings] == [("translation-bold-differs", 3)]


def test_a_table_keeps_its_cells() -> None:
    texts = [text("en", "| a | b |\n|---|---|\n| c | d |\n"), text("nl", "| a | b |\n|---|---|\n| c d |\n")]
    origin = Origin("en", texts[0].passages)
    matrix = check_templates(texts, {"nl": Origins("nl", "", {"a.md": origin})}, {})
    assert [(p.code, p.place.line) for p in matrix.findings] == [("translation-cells-differ", 3)]
