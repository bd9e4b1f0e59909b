"""The manual that examples/announcement.yaml sends along: one page in French, one in Dutch.

python docs/making/manuals.py        writes examples/manual-*.pdf
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from notegen.rendering.document import Document, Section
from notegen.rendering.markdown import read_body
from notegen.rendering.pdf import PdfWriter

EXAMPLES = Path(__file__).parents[2] / "examples"
MANUALS = {
    "fr": """
# Manuel des profils d’utilisateur

## 1. Demander des profils

La mission remplit le formulaire du personnel, une ligne par personne, et l’envoie au Service public
fédéral. Chaque personne a sa propre adresse électronique.

## 2. Corriger

Une ligne incomplète n’est pas traitée. La mission reçoit la liste de ces lignes, avec le motif de
chaque rejet, et renvoie les lignes corrigées.

## 3. Activer

Chaque personne reçoit trois messages : la confirmation, un lien, puis un code. Elle ouvre le lien,
saisit le code et suit les indications qui s’affichent.
""",
    "nl": """
# Handleiding voor de gebruikersprofielen

## 1. Profielen aanvragen

De zending vult het personeelsformulier in, één rij per persoon, en stuurt het naar de Federale
Overheidsdienst. Elke persoon heeft een eigen e-mailadres.

## 2. Verbeteren

Een onvolledige rij wordt niet verwerkt. De zending ontvangt de lijst van die rijen, met de reden
van elke weigering, en stuurt de verbeterde rijen terug.

## 3. Activeren

Elke persoon ontvangt drie berichten: de bevestiging, een link en daarna een code. Men opent de
link, typt de code in en volgt de aanwijzingen op het scherm.
""",
}


def manual(code: str) -> Document:
    """The manual in that language."""
    text = MANUALS[code].strip()
    title = text.partition("\n")[0].removeprefix("# ")
    body = read_body(text)
    section = Section(code, f"{code}-BE", title, body.lead + body.rest)
    day = date(2026, 11, 16)
    return Document(title, "notegen", title, day, day, (section,))


if __name__ == "__main__":
    for code in MANUALS:
        (EXAMPLES / f"manual-{code}.pdf").write_bytes(PdfWriter().write(manual(code)))
