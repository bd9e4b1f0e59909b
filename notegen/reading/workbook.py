"""The door to openpyxl: the blank form is drawn here, and a mission's own workbook is marked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.child import INVALID_TITLE_REGEX
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from notegen.reading.cell_text import CellFault, SheetRow, column_letters, shown
from notegen.reading.container import UnreadableError

INK = "1F2A44"
TINT = "E8ECF4"
ALARM = "F8D0CC"
CAUTION = "FBE9B7"
LONGEST_CELL = 8_000
_REASON_WIDTH = 90
_UNREADABLE = (OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError)
"""What openpyxl raises on workbooks that other programs open."""
_LINE = Side(style="thin", color="C5CBDA")


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down list, and what is said to someone who types something else."""

    values: tuple[str, ...]
    title: str
    refusal: str


@dataclass(frozen=True, slots=True)
class ColumnGuide:
    """A column of the form. `bad` are formulas for its second row that colour a cell; `{cell}` is the column,
    `{last}` the last row.
    """

    header: str
    width: int
    title: str
    help: str
    choice: Choice | None
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormSheet:
    """The form as a whole; `version` is kept in a property of the document that nobody sees."""

    title: str
    columns: Sequence[ColumnGuide]
    rows: int
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding about a cell, whole sentences; `letters` is empty where it is about the row."""

    row: int
    letters: str
    text: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What is written into a workbook that goes back: marks, and a column with `title` over the reasons.

    `header_row` is 0 where there are no headers; `advice` becomes the comment on the title.
    """

    sheet: str
    header_row: int
    title: str
    advice: str
    marks: Sequence[Mark]


def mark_workbook(source: Path, report: Report, destination: Path) -> None:
    """Put the marks into a copy of a workbook; formulas, formats and other sheets stay as they are.

    Raises UnreadableError where openpyxl cannot open it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl names what it does not know, such as extensions of Excel
        try:
            workbook = load_workbook(source, rich_text=True)
            sheet = workbook[report.sheet]
        except _UNREADABLE as fault:
            raise UnreadableError("file-broken") from fault
        _mark(sheet, report)
        workbook.save(destination)


def mark_copy(rows: Iterable[SheetRow], report: Report, destination: Path) -> None:
    """Put the marks into a new workbook with the values of the rows; every text stays a text."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101  # a new workbook has a worksheet
    sheet.title = INVALID_TITLE_REGEX.sub(" ", report.sheet)[:31] or sheet.title
    for row in rows:
        for letters, value in row.cells.items():
            cell = sheet[f"{letters}{row.number}"]
            if isinstance(value, str | CellFault):
                set_text(cell, shown(value))
            else:
                cell.value = value
    for cell in sheet[1]:
        sheet.column_dimensions[cell.column_letter].width = 28
    _mark(sheet, report)
    workbook.save(destination)


def _mark(sheet: Worksheet, report: Report) -> None:
    column = _free_column(sheet, report.header_row)
    sheet.column_dimensions[column].width = _REASON_WIDTH
    if report.header_row:
        title = sheet[f"{column}{report.header_row}"]
        beside = sheet.cell(report.header_row, max(title.column - 1, 1))
        title._style = copy(beside._style)  # openpyxl has no other way to copy a whole style
        set_text(title, report.title)
        title.comment = Comment(report.advice, "notegen", width=320, height=90)
    reasons: dict[int, list[str]] = {}
    for mark in report.marks:
        reasons.setdefault(mark.row, []).append(mark.text)
        cell = sheet[f"{mark.letters}{mark.row}"] if mark.letters else None
        if isinstance(cell, Cell):
            _mark_cell(cell, mark)
    for row, texts in reasons.items():
        cell = sheet[f"{column}{row}"]
        set_text(cell, "\n".join(texts)[:LONGEST_CELL])
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        lines = sum(1 + len(text) // _REASON_WIDTH for text in texts)
        sheet.row_dimensions[row].height = min(max(sheet.row_dimensions[row].height or 0, 15 * lines), 400)


def _mark_cell(cell: Cell, mark: Mark) -> None:
    if mark.is_error or cell.fill.fgColor.rgb != f"00{ALARM}":
        cell.fill = PatternFill("solid", fgColor=ALARM if mark.is_error else CAUTION)
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(f"{before}{mark.text}"[:LONGEST_CELL], "notegen", width=360, height=140)


def _free_column(sheet: Worksheet, header_row: int) -> str:
    """The first column right of the headers in which nothing stands."""
    # openpyxl's own ways through a sheet make every cell of its claimed extent
    filled = [place for place, cell in sheet._cells.items() if cell.value is not None]
    used = {column for _, column in filled}
    headed = [column for row, column in filled if row == header_row]
    first = max(headed or [c for c in used if c < 100] or [0]) + 1
    return column_letters(next(c for c in count(first) if c not in used) - 1)


def write_form_sheet(path: Path, form: FormSheet) -> None:
    """Draw the form and save it; an existing file is replaced."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101  # a new workbook has a worksheet
    sheet.title = form.title
    for index, column in enumerate(form.columns):
        _draw_column(sheet, column_letters(index), column, form.rows)
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    for name in (
        "formatCells",
        "formatColumns",
        "formatRows",
        "insertRows",
        "deleteRows",
        "sort",
        "autoFilter",
    ):
        setattr(sheet.protection, name, False)
    _set_up_page(sheet)
    workbook.properties.title = form.title
    workbook.properties.creator = "notegen"
    workbook.properties.language = form.language
    workbook.custom_doc_props.append(
        StringProperty(name="notegen-form", value=f"{form.version} {form.language}")
    )
    workbook.save(path)


def write_form_book(path: Path, forms: Sequence[FormSheet]) -> None:
    """Draw several sheets that are filled in together; nothing is locked, so that texts can be formatted."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for form in forms:
        sheet = workbook.create_sheet(form.title)
        for index, column in enumerate(form.columns):
            letters = column_letters(index)
            _draw_column(sheet, letters, column, form.rows)
            for row in range(2, form.rows + 2):
                sheet[f"{letters}{row}"].alignment = Alignment(wrap_text=column.width >= 40, vertical="top")
        sheet.freeze_panes = "B2"
        _set_up_page(sheet)
        workbook.properties.language = form.language
    workbook.properties.creator = "notegen"
    workbook.save(path)


def _draw_column(sheet: Worksheet, letters: str, column: ColumnGuide, rows: int) -> None:
    sheet.column_dimensions[letters].width = column.width
    header = sheet[f"{letters}1"]
    set_text(header, column.header)
    header.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
    header.fill = PatternFill("solid", fgColor=INK)
    header.alignment = Alignment(wrap_text=True, vertical="center")
    for row in range(2, rows + 2):
        cell = sheet[f"{letters}{row}"]
        cell.number_format = "@"
        cell.protection = Protection(locked=False)
        cell.border = Border(bottom=_LINE, right=_LINE)
    sheet.add_data_validation(_validation(letters, column, rows))
    alarm = PatternFill("solid", bgColor=ALARM)
    for formula in column.bad:
        filled = formula.replace("{cell}", f"${letters}").replace("{last}", str(rows + 1))
        sheet.conditional_formatting.add(
            f"{letters}2:{letters}{rows + 1}", FormulaRule(formula=[filled], fill=alarm)
        )


def _validation(letters: str, column: ColumnGuide, rows: int) -> DataValidation:
    choice = column.choice
    validation = DataValidation(
        type="list" if choice else "textLength",
        operator=None if choice else "lessThanOrEqual",
        formula1=f'"{",".join(choice.values)}"' if choice else "254",
        allow_blank=True,
        showDropDown=False,
    )
    validation.promptTitle, validation.prompt = column.title[:32], column.help[:255]
    validation.showInputMessage = True
    validation.showErrorMessage = choice is not None
    if choice:
        validation.errorTitle, validation.error = choice.title[:32], choice.refusal[:255]
    validation.add(f"{letters}2:{letters}{rows + 1}")
    return validation


def _set_up_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def set_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as a text, whatever it begins with: no formula comes of it."""
    cell.value = text
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@", "'", "\t", "\r")):
        cell.quotePrefix = True
