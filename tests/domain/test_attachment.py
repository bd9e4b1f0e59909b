"""What a file that goes along with a mail is said to be."""

from __future__ import annotations

import pytest

from notegen.domain.attachment import UNKNOWN, media_type

OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Résumé – été 日本.pdf", "application/pdf"),
        ("Übersicht.XLSX", f"{OFFICE}.spreadsheetml.sheet"),
        ("lettre.docx", f"{OFFICE}.wordprocessingml.document"),
        ("lijst.ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("a.csv", "text/csv"),
        ("a.pdf.gz", UNKNOWN),
        ("a.eml", UNKNOWN),
        ("a", UNKNOWN),
        ("pdf", UNKNOWN),
    ],
)
def test_a_file_is_known_by_its_ending(name: str, expected: str) -> None:
    assert media_type(name) == expected
