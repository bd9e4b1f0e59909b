"""Status notifications as people write them: forms of any language, rows that contradict, hostile cells."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from missions import TODAY, codes, save
from openpyxl import load_workbook

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.domain.roster import RejectedRow, RowStatus
from notegen.domain.status import FIELDS, OWN_FIELDS, StatusEvent, StatusList
from notegen.errors import RosterFileError
from notegen.reading.announcement_file import announcement_schema
from notegen.reading.cell_text import CellFault, SheetRow
from notegen.reading.roster_header import Columns
from notegen.reading.status_columns import KINDS, headers_of, write_status_form
from notegen.reading.status_file import notification_schema, read_status, read_statuses
from notegen.reading.status_row import StatusRowReader

NUMBER = "85.07.30-033.28"
GOOD = {
    "kind": "number-assigned",
    "email": "alice@mission.example.org",
    "language": "FR",
    "first_names": "Alice",
    "last_name": "Hâ",
    "request": "R-1",
    "identification_number": NUMBER,
}


def written(folder: Path, *rows: Mapping[str, object], headers: Sequence[str] = FIELDS) -> Path:
    table = [[row.get(field, "") for field in FIELDS] for row in rows]
    return save(folder, table, headers, name="events.xlsx")


def read(path: Path, languages: Mapping[str, Language]) -> StatusList:
    return read_statuses(path, languages, today=TODAY)


def reasons(found: StatusList) -> dict[int, list[str]]:
    return {row.row: codes(row.problems) for row in found.rejected}


@pytest.mark.parametrize("code", ["de", "en", "fr", "nl"])
@pytest.mark.parametrize("kind", OWN_FIELDS)
def test_the_form_of_each_language_is_read_back(
    tmp_path: Path, languages: Mapping[str, Language], code: str, kind: NotificationKind
) -> None:
    language = languages[code]
    write_status_form(tmp_path / "form.xlsx", language)
    workbook = load_workbook(tmp_path / "form.xlsx")
    event = {**GOOD, "kind": language.messages[KINDS[kind]].what, "official_name": "A", "document": "B"}
    for column, field in enumerate(FIELDS, 1):
        workbook.active.cell(2, column).value = event.get(field)  # type: ignore[union-attr]
    workbook.save(tmp_path / "form.xlsx")
    found = read(tmp_path / "form.xlsx", languages)
    assert [event.kind for event in found.events] == [kind]
    assert found.language == code


def test_columns_stand_in_any_order_and_dates_are_dates_or_texts(
    tmp_path: Path, languages: Mapping[str, Language]
) -> None:
    order = list(FIELDS)
    random.Random(7).shuffle(order)
    event = {**GOOD, "kind": "document-required", "document": "A", "deadline": "15/01/2027"}
    headers = dict(zip(FIELDS, headers_of(languages["nl"]), strict=True))
    rows = [[event.get(field, "") for field in order]]
    path = save(tmp_path, rows, [headers[field] for field in order])
    [found] = read(path, languages).events
    assert str(found.deadline) == "2027-01-15"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "number assignd"}, "status-kind-unknown"),
        ({"kind": ""}, "incomplete"),
        ({"identification_number": ""}, "incomplete"),
        ({"identification_number": "85.07.30-033.29"}, "number-check"),
        ({"kind": "identified-as"}, "incomplete"),
        ({"kind": "document-required"}, "incomplete"),
        ({"kind": "request-in-progress", "received": "soon"}, "status-date"),
        ({"language": "IT"}, "language-unknown"),
        ({"email": "alice"}, "email-at"),
        ({"last_name": "x" * 201}, "text-long"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(
    tmp_path: Path, languages: Mapping[str, Language], change: Mapping[str, str], code: str
) -> None:
    found = read(written(tmp_path, {**GOOD, **change}), languages)
    assert reasons(found) == {2: [code]}
    for language in languages.values():
        assert language.word(found.rejected[0].problems[0]).do


@pytest.mark.parametrize(
    ("cell", "asked"),
    [
        ("Passport\nBirth certificate", "Passport; Birth certificate"),
        ("- passport,\r\n• photo.\n\n– card\n", "passport, photo. card"),
        ("  Passport -\tcopy ", "Passport - copy"),
    ],
)
def test_documents_on_lines_of_their_own_are_kept_apart(
    tmp_path: Path, languages: Mapping[str, Language], cell: str, asked: str
) -> None:
    event = {**GOOD, "kind": "document-required", "identification_number": "", "document": cell}
    [found] = read(written(tmp_path, event), languages).events
    assert found.document == asked


def test_what_a_kind_does_not_say_is_warned_of(tmp_path: Path, languages: Mapping[str, Language]) -> None:
    [event] = read(written(tmp_path, {**GOOD, "document": "A passport"}), languages).events
    assert codes(event.warnings) == ["status-not-said"]


def test_the_same_event_is_skipped_and_contradicting_ones_are_held(
    tmp_path: Path, languages: Mapping[str, Language]
) -> None:
    other = {**GOOD, "identification_number": "82.48.17-084.09"}
    found = read(written(tmp_path, GOOD, {**GOOD, "email": "ALICE@mission.example.org"}), languages)
    assert [row.status for row in found.rejected] == [RowStatus.SKIPPED]
    assert len(found.events) == 1
    found = read(written(tmp_path, GOOD, other, {**GOOD, "request": "R-2"}), languages)
    assert {row.row: row.status for row in found.rejected} == {2: RowStatus.HELD, 3: RowStatus.HELD}
    assert [event.row for event in found.events] == [4]


def test_content_counts_and_not_the_order_of_rows(tmp_path: Path, languages: Mapping[str, Language]) -> None:
    other = {**GOOD, "request": "R-2"}
    one = read(written(tmp_path, GOOD, other), languages).digest
    assert read(written(tmp_path, other, GOOD), languages).digest == one
    assert read(written(tmp_path, GOOD), languages).digest != one


@pytest.mark.parametrize(
    ("rows", "headers", "code"),
    [
        ([GOOD], ["kind", "email"], "status-headers-missing"),
        ([], FIELDS, "status-empty"),
    ],
)
def test_a_file_that_is_no_form_is_refused(
    tmp_path: Path,
    languages: Mapping[str, Language],
    rows: Sequence[Mapping[str, object]],
    headers: Sequence[str],
    code: str,
) -> None:
    with pytest.raises(RosterFileError) as caught:
        read(written(tmp_path, *rows, headers=headers), languages)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "name", ["number-assigned", "identified-as", "document-required", "request-in-progress"]
)
def test_every_example_is_an_event(root: Path, languages: Mapping[str, Language], name: str) -> None:
    kind = NotificationKind(name)
    found = read_status(root / "examples" / f"{name}.yaml", kind, languages, today=TODAY, language="en")
    assert [event.kind for event in found.events] == [kind]
    assert found.events[0].warnings == ()


@pytest.mark.parametrize(
    ("name", "schema"), [("notification", notification_schema), ("announcement", announcement_schema)]
)
def test_the_schemas_beside_the_examples_are_those_of_today(
    root: Path, name: str, schema: Callable[[], dict[str, Any]]
) -> None:
    shipped = json.loads((root / "examples" / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(schema()))


CELLS = st.one_of(
    st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.dates(),
    st.builds(CellFault, st.text()),
    st.sampled_from([*OWN_FIELDS, "FR", "a@b.example.org", NUMBER, "15/01/2027"]),
)  # fmt: skip


@given(cells=st.dictionaries(st.sampled_from(FIELDS), CELLS))
def test_whatever_a_row_holds_it_is_an_event_or_has_a_reason(
    languages: Mapping[str, Language], cells: dict[str, Any]
) -> None:
    columns = Columns(1, {field: field for field in FIELDS}, {}, "en")
    result = StatusRowReader("events.xlsx", columns, languages, TODAY).read(SheetRow(2, cells))
    if isinstance(result, RejectedRow):
        assert result.problems
        assert all(languages["fr"].word(problem).what for problem in result.problems)
    elif isinstance(result, StatusEvent):
        assert all(cells.get(field) for field in OWN_FIELDS[result.kind])
        assert NUMBER not in repr(result)
