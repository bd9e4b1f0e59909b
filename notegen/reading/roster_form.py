"""The blank form: six columns that a mission fills in, hard to fill in wrongly."""

from __future__ import annotations

from pathlib import Path

from notegen.domain.language import Language
from notegen.domain.roster import FIELDS
from notegen.reading.workbook import Choice, ColumnGuide, FormSheet, write_form_sheet

VERSION = "1"
ROWS = 500
"""Rows that are prepared; more can be pasted below."""
_WIDTHS = {"identification_number": 26, "email": 38, "language": 16, "protocol_card": 24}
_GUIDES = {
    "identification_number": "form-identification_number",
    "email": "form-email",
    "language": "form-language",
    "first_names": "form-first_names",
    "last_name": "form-last_name",
    "protocol_card": "form-protocol_card",
}
_DIGITS = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE($A2,".",""),"-","")," ",""),"/","")'
_NINE, _CHECK = f"VALUE(LEFT({_DIGITS},9))", f"VALUE(RIGHT({_DIGITS},2))"
_REMAINDERS = f"AND(97-MOD({_NINE},97)<>{_CHECK},97-MOD({_NINE}+2000000000,97)<>{_CHECK})"
_BAD_NUMBER = f'AND($A2<>"",IFERROR(OR(LEN({_DIGITS})<>11,{_REMAINDERS}),TRUE))'
_BAD_CELLS = {
    "identification_number": f'OR({_BAD_NUMBER},AND($A2<>"",COUNTIF($A$2:$A${{last}},$A2)>1))',
    "email": 'AND($B2<>"",OR(ISERROR(FIND("@",$B2)),LEN($B2)-LEN(SUBSTITUTE($B2,"@",""))<>1,'
    'ISNUMBER(FIND(" ",TRIM($B2))),ISNUMBER(FIND(";",$B2)),ISNUMBER(FIND(",",$B2))))',
}
_LACKING = 'AND(COUNTA($A2:$F2)>0,TRIM({cell}2)="")'


def write_form(path: Path, language: Language) -> None:
    """Write the form of a language: headers that cannot be changed, texts kept as texts, a list of languages,
    a word of help on every cell, and colour on what is missing or cannot be right.
    """
    words = language.messages
    refused = words["form-language-refused"]
    codes = tuple(language.headers[FIELDS.index("language")].partition(":")[2].strip().split("/"))
    guides = tuple(
        ColumnGuide(
            header=header,
            width=_WIDTHS.get(field, 28),
            title=words[_GUIDES[field]].what,
            help=words[_GUIDES[field]].do,
            choice=Choice(codes, refused.what, refused.do) if field == "language" else None,
            bad=(_LACKING, *((_BAD_CELLS[field],) if field in _BAD_CELLS else ())),
        )
        for field, header in zip(FIELDS, language.headers, strict=True)
    )
    sheet = FormSheet(words["form-sheet"].what, guides, ROWS, language.code, VERSION)
    write_form_sheet(path, sheet)
