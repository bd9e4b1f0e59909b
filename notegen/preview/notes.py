"""The pages about notes: the list, one note with its languages side by side, and its sheets of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notegen.domain.leaflet import Manuscript
from notegen.domain.problem import Counterpart, Place, Problem, Severity
from notegen.errors import NotegenError
from notegen.preview.alignment import Passage
from notegen.preview.manuscript import Columns, reference, side_by_side, title, titles
from notegen.preview.paper import sheets
from notegen.preview.passage import Span, holder, spans
from notegen.preview.snapshot import ReadNote
from notegen.preview.visit import Beside, Remark, Values, Visit, language_choices, place_words, remark

Where = tuple[str, int]
"""A passage on the page: its language, and its position in the column."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A passage of one language, where it stands, what was found in it, and which findings name it too."""

    tag: str
    direction: str
    language: str
    kind: str
    place: str
    anchor: str
    spans: tuple[Span, ...]
    remarks: tuple[Remark, ...]
    compared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A note in the list."""

    href: str
    file: str
    title: str
    reference: str
    languages: str
    errors: int
    warnings: int
    is_broken: bool
    is_read: bool


def list_notes(visit: Visit) -> Values:
    """Every note that the desk was given, and how it stands."""
    return {"entries": [_entry(visit, index, read) for index, read in enumerate(visit.snapshot.notes)]}


def _entry(visit: Visit, index: int, read: ReadNote) -> Entry:
    note = read.note
    known = visit.snapshot.house.languages if note else {}
    return Entry(
        href=visit.href(f"notes/{index + 1}"),
        file=str(read.path),
        title=title(visit, note) if note else read.path.name,
        reference=reference(visit, note) if note else "",
        languages=", ".join(known[c].name if c in known else c for c in note.languages) if note else "",
        errors=_count(read.findings, Severity.ERROR),
        warnings=_count(read.findings, Severity.WARNING),
        is_broken=read.error is not None,
        is_read=note is not None,
    )


def show_note(visit: Visit, index: int) -> Values:
    """One note: its languages side by side, the findings where they stand, its paper beside."""
    read = visit.snapshot.notes[index]
    values: dict[str, object] = {
        "file": str(read.path),
        "title": read.path.name,
        "reference": "",
        "reasons": visit.reasons(read.error) if read.error else (),
    }
    if read.note is None:
        return values
    note, shown = read.note, visit.shown(read.note.languages)
    rows, remarks = _rows(visit, note, shown, read.findings)
    return {
        **values,
        "title": title(visit, note),
        "reference": reference(visit, note),
        "choices": language_choices(visit, note.languages),
        "heads": [_head(visit, code, titles(note).get(code, "")) for code in shown],
        "rows": rows,
        "gaps": _gaps(rows),
        "remarks": remarks,
        "errors": _count(read.findings, Severity.ERROR),
        "warnings": _count(read.findings, Severity.WARNING),
        "paper": "" if read.error else visit.href(f"notes/{index + 1}/paper", **_wishes(visit)),
    }


def show_paper(visit: Visit, index: int) -> Values:
    """The sheets of a note in the languages that are shown, as pictures."""
    read = visit.snapshot.notes[index]
    number, stamp = index + 1, visit.snapshot.number
    try:
        content = visit.snapshot.paper(index)
    except NotegenError as error:
        return {"title": read.path.name, "reasons": visit.reasons(error), "sheets": ()}
    note = read.note
    languages = note.languages if note else ()
    shown = visit.shown(languages)
    known = visit.snapshot.house.languages
    return {
        "title": title(visit, note) if note else read.path.name,
        "pdf": f"/notes/{number}/note.pdf?{stamp}",
        "size": len(content) // 1024 + 1,
        "sheets": [
            {
                "src": f"/notes/{number}/pages/{sheet.number}.png?{stamp}",
                "language": known[languages[sheet.section]].name,
                "page": sheet.page,
                "pages": sheet.pages,
            }
            for sheet in sheets(content)
            if sheet.section < len(languages) and languages[sheet.section] in shown
        ],
    }


def _rows(
    visit: Visit, manuscript: Manuscript, shown: Sequence[str], findings: Sequence[Problem]
) -> tuple[list[list[Cell | None]], list[Remark]]:
    columns, aligned = side_by_side(manuscript, shown)
    placed = _placed(findings, columns)
    remarks: list[Remark] = []
    held: dict[Where, list[tuple[Remark, Problem]]] = {}
    named: dict[Where, list[int]] = {}
    for number, (problem, where) in enumerate(zip(findings, placed, strict=True), 1):
        beside = [_beside(problem, other, columns) for other in problem.others]
        worded = remark(visit, number, problem, _anchor(where), [_anchor(each) for each in beside])
        remarks.append(worded)
        if where:
            held.setdefault(where, []).append((worded, problem))
        for each in beside:
            if each:
                named.setdefault(each, []).append(number)
    positions = {id(passage): n for column in columns.values() for n, passage in enumerate(column)}

    def cell(code: str, passage: Passage | None) -> Cell | None:
        if passage is None:
            return None
        at = positions[id(passage)]
        shown = _cell(visit, code, at, passage, held.get((code, at), []))
        return replace(shown, compared=tuple(named.get((code, at), ())))

    rows = [[cell(code, passage) for code, passage in zip(shown, row, strict=True)] for row in aligned]
    return rows, remarks


def _gaps(rows: Sequence[Sequence[Cell | None]]) -> list[Beside]:
    """Where passages stand that a language shown beside them has no counterpart for."""
    lead = [next(cell for cell in row if cell) for row in rows if None in row]
    return [Beside(cell.language, cell.place, cell.anchor) for cell in lead]


def _anchor(where: Where | None) -> str:
    return f"{where[0]}-{where[1] + 1}" if where else ""


def _beside(problem: Problem, other: Counterpart, columns: Columns) -> Where | None:
    """Where the counterpart of a finding stands, if that language is shown."""
    if other.place is None or other.language not in columns:
        return None
    at = holder(replace(problem, place=other.place, found=other.text), columns[other.language])
    return None if at is None else (other.language, at)


def _placed(findings: Sequence[Problem], columns: Columns) -> list[Where | None]:
    """For each finding the passage that it stands in, if that language is shown."""
    placed: list[Where | None] = []
    for problem in findings:
        candidates = [problem.language] if problem.language else list(columns)
        held = [(code, holder(problem, columns[code])) for code in candidates if code in columns]
        placed.append(next(((code, at) for code, at in held if at is not None), None))
    return placed


def _cell(
    visit: Visit, code: str, at: int, passage: Passage, found: Sequence[tuple[Remark, Problem]]
) -> Cell:
    language = visit.snapshot.house.languages[code]
    return Cell(
        tag=language.tag,
        direction=language.direction,
        language=language.name,
        kind=passage.kind,
        place=place_words(visit, Place(line=passage.first, column=passage.letters)),
        anchor=f"{code}-{at + 1}",
        spans=spans(passage, [(worded.number, problem) for worded, problem in found]),
        remarks=tuple(worded for worded, _ in found),
    )


def _head(visit: Visit, code: str, heading: str) -> dict[str, str]:
    language = visit.snapshot.house.languages[code]
    return {
        "name": language.name,
        "tag": language.tag,
        "direction": language.direction,
        "title": heading,
    }


def _wishes(visit: Visit) -> dict[str, str]:
    return {key: value for key, value in visit.query.items() if key == "show"}


def _count(findings: Sequence[Problem], severity: Severity) -> int:
    return sum(1 for problem in findings if problem.severity is severity)
