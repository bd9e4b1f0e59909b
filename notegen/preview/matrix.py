"""The pages about the templates: every text by language, and one text beside its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from notegen.checking.staleness import Revision
from notegen.checking.translations import Cell, CellState, Matrix
from notegen.checking.word_diff import Stretch
from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.domain.passage import Passage
from notegen.domain.problem import Place, Problem
from notegen.preview.visit import Remark, Values, Visit, remark


@dataclass(frozen=True, slots=True)
class State:
    """How a text stands in a language, as a link to it; `count` findings are about it."""

    name: str
    label: str
    href: str
    count: int


@dataclass(frozen=True, slots=True)
class Side:
    """A passage on one side; `anchor` is its place on the page."""

    line: int
    text: str
    is_heading: bool
    is_code: bool
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A passage of the source beside its translation, what was found, how the source changed."""

    source: Side | None
    translation: Side | None
    remarks: tuple[Remark, ...]
    changes: tuple[Stretch, ...]


def show_matrix(visit: Visit) -> Values:
    """Text by language."""
    matrix = visit.snapshot.matrix
    cells = matrix.cells.values()
    tally = [(state, sum(cell.state is state for cell in cells)) for state in CellState]
    return {
        "languages": [_language(visit, code) for code in matrix.languages],
        "texts": [
            (name, [_state(visit, matrix.cells[name, code]) for code in matrix.languages])
            for name in matrix.names
        ],
        "tally": [(_class(state), _word(visit, state), count) for state, count in tally if count],
    }


def show_text(visit: Visit, name: str, code: str) -> Values:
    """One text in one language, passage by passage; KeyError when there is no such text."""
    matrix = visit.snapshot.matrix
    cell = matrix.cells[name, code]
    rows, remarks = _rows(visit, matrix, cell)
    kind = PurePosixPath(name).stem
    is_mail = name == f"notifications/{kind}.md" and kind in list(NotificationKind)
    return {
        "name": name,
        "file": cell.path,
        "state": _state(visit, cell),
        "language": _language(visit, code),
        "source": _language(visit, cell.source),
        "is_source": cell.source == code,
        "rows": rows,
        "remarks": remarks,
        "mail": visit.href(f"mails/{kind}", show=code) if is_mail else "",
        "others": [
            (_language(visit, each), _state(visit, matrix.cells[name, each]))
            for each in matrix.languages
            if each != code
        ],
    }


def _rows(visit: Visit, matrix: Matrix, cell: Cell) -> tuple[list[Row], list[Remark]]:
    """The rows, and all remarks; those that a row holds know its anchor."""
    text = matrix.texts.get((cell.name, cell.language))
    pairs = cell.pairs or tuple((None, passage) for passage in (text.passages if text else ()))
    own = [passage for _, passage in pairs if passage is not None]
    held: dict[str, list[Remark]] = {}
    remarks: list[Remark] = []
    for number, problem in enumerate(cell.findings, 1):
        key = _holder(problem, own)
        worded = remark(visit, number, problem, _anchor(own, key))
        remarks.append(worded)
        held.setdefault(key, []).append(worded)
    changed = {revision.key: revision for revision in cell.revisions}
    rows = [
        Row(
            source=_side(source) if source else None,
            translation=_side(passage, _anchor(own, passage.key)) if passage else None,
            remarks=tuple(held.get(passage.key, ())) if passage else (),
            changes=_changes(changed.get(source.key)) if source else (),
        )
        for source, passage in pairs
    ]
    return rows, remarks


def _holder(problem: Problem, own: Sequence[Passage]) -> str:
    """The key of the passage that a finding stands in; empty for none."""
    line = problem.place.line
    before = [passage for passage in own if line is not None and passage.line <= line]
    return max(before, key=lambda passage: passage.line).key if before else ""


def _anchor(own: Sequence[Passage], key: str) -> str:
    at = next((number for number, passage in enumerate(own, 1) if passage.key == key), 0)
    return f"passage-{at}" if at else ""


def _side(passage: Passage, anchor: str = "") -> Side:
    is_heading = passage.kind.value == "heading"
    return Side(passage.line, passage.text, is_heading, passage.kind.value == "code", anchor)


def _changes(revision: Revision | None) -> tuple[Stretch, ...]:
    return revision.stretches if revision and revision.before else ()


def _state(visit: Visit, cell: Cell) -> State:
    href = visit.href(f"templates/{cell.language}/{cell.name}")
    return State(_class(cell.state), _word(visit, cell.state), href, len(cell.findings))


def _class(state: CellState) -> str:
    return state.name.lower()


def _word(visit: Visit, state: CellState) -> str:
    return visit.reader.word(Problem(state.value, Place())).what


def _language(visit: Visit, code: str) -> Language | None:
    return visit.snapshot.languages.get(code)
