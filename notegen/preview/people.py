"""People who do not exist, with the names that break careless mails."""

from __future__ import annotations

from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member

_NAMES = (
    ("Anne-Sophie", "D’Hondt-Van den Broeck"),
    ("Jean-Baptiste Charles Emmanuel Marie", "de la Kethulle de Ryhove-Vandenabeele van Outryve d’Ydewalle"),
    ("Łucja Małgorzata", "Święcicka-Żółć"),
    ("Nguyễn Thị Mỹ", "Hạnh"),
    ("Αικατερίνη", "Παπαδοπούλου"),
    ("ليلى", "الحدّاد"),
    ("Seán", "O'Neill"),
    ("U", "Ng"),
    ("Zoë & Co.", "<b>Ångström</b>"),
    ("{{ name }}", "**Østergård**"),
)


def sample_people() -> tuple[Member, ...]:
    """Ten of them; rows count from 1, languages are left open."""
    return tuple(
        Member(
            row=number,
            number=IdentificationNumber("00000000097"),
            email=EmailAddress(f"person{number}", "mission.example.org"),
            language="",
            first_names=first_names,
            last_name=last_name,
            protocol_card="",
        )
        for number, (first_names, last_name) in enumerate(_NAMES, 1)
    )
