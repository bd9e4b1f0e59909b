"""Which paragraph stands beside which, and what is marked in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from notegen.domain.language import Language
from notegen.domain.note import LanguageVersion
from notegen.domain.problem import Place, Problem
from notegen.preview.alignment import Passage, align
from notegen.preview.passage import holder, passages, spans
from notegen.reading.note_file import read_note

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXT = """\
leur faire savoir que les **plaques** expirent le 3 mai 2027.

## Délais

- premier point ;
- second point[^1].

| Catégorie | Nombre |
|---|--:|
| Agents | 12 |

[^1]: Une note.

* * *

Fin.
"""

kinds = st.sampled_from(["paragraph", "heading", "item", "row"])
passage = st.builds(Passage, kinds, st.text(max_size=40), st.just(1), st.just(1))
columns = st.lists(st.lists(passage, max_size=8), min_size=1, max_size=4)


def version(body: str = TEXT) -> LanguageVersion:
    return LanguageVersion("fr", "Plaques", body, Place("note.yaml", 31, "5"))


@given(columns)
def test_every_passage_stands_in_one_row_in_its_own_order(texts: list[list[Passage]]) -> None:
    rows = align(texts)
    assert {len(row) for row in rows} <= {len(texts)}
    for number, text in enumerate(texts):
        assert [id(row[number]) for row in rows if row[number] is not None] == [id(each) for each in text]


@given(st.lists(passage, max_size=8))
def test_a_text_stands_beside_itself_without_a_gap(text: list[Passage]) -> None:
    assert align([text, list(text)]) == tuple((each, each) for each in text)


def test_the_languages_of_the_example_stand_side_by_side_without_a_gap(
    languages: Mapping[str, Language],
) -> None:
    note, _ = read_note(EXAMPLES / "identity-cards.yaml", languages)
    rows = align([passages(each) for each in note.versions])
    assert [[cell.kind if cell else "" for cell in row] for row in rows] == [
        [row[0].kind if row[0] else ""] * 4 for row in rows
    ]


def test_a_paragraph_that_one_language_lacks_leaves_a_gap_and_moves_nothing_else() -> None:
    whole = passages(version())
    shorter = [each for each in whole if not each.text.startswith("- second")]
    rows = align([whole, shorter])
    assert [left and left.text for left, right in rows if right is None] == ["- second point[^1]."]
    assert all(left == right for left, right in rows if right is not None)


def test_a_paragraph_that_only_the_second_language_has_gets_a_row_of_its_own() -> None:
    whole = passages(version())
    rows = align([whole[1:], whole])
    assert rows[0] == (None, whole[0])


def test_a_passage_knows_the_lines_of_the_author_s_file() -> None:
    lines = TEXT.splitlines()
    for each in passages(version()):
        assert lines[each.first - 31 : each.last - 30] == each.text.split("\n")
        assert each.column == 5


def test_a_body_is_cut_into_paragraphs_headings_items_and_rows() -> None:
    assert [each.kind for each in passages(version())] == [
        *("paragraph", "heading", "item", "item", "row", "row", "paragraph", "separator", "paragraph"),
    ]


@given(st.text(alphabet="ab*[]()^|#- \n1.", max_size=60))
def test_cut_up_or_not_a_passage_says_the_same(text: str) -> None:
    whole = Passage("paragraph", text, 1, 1 + text.count("\n"))
    assert "".join(span.text for span in spans(whole, [])) == text


def test_what_a_finding_quotes_is_marked_where_it_stands() -> None:
    body = "un mot, un mot, un autre.\n\nDeux  mots."
    problem = Problem("note-word-twice", Place("note.yaml", 31, "13"), "un mot")
    own = passages(version(body))
    assert holder(problem, own) == 0
    cut = spans(own[0], [(7, problem)])
    assert [(span.text, span.finding) for span in cut] == [("un mot, ", 0), ("un mot", 7), (", un autre.", 0)]


def test_a_finding_between_two_paragraphs_belongs_to_the_one_before() -> None:
    own = passages(version())
    assert (
        own[holder(Problem("note-list-ending", Place("note.yaml", 37)), own) or 0].text
        == "- second point[^1]."
    )
    assert holder(Problem("note-title-missing", Place("note.yaml", 3)), own) is None
    assert holder(Problem("note-title-missing", Place("note.yaml")), own) is None


def test_signs_of_markdown_are_told_from_words() -> None:
    signs = {
        each.text: [span.text for span in spans(each, []) if span.is_sign] for each in passages(version())
    }
    assert signs["## Délais"] == ["## "]
    assert signs["- premier point ;"] == ["- "]
    assert signs["| Agents | 12 |"] == ["|", "|", "|"]
    bold = [span.text for span in spans(passages(version())[0], []) if span.is_bold and not span.is_sign]
    assert bold == ["plaques"]
