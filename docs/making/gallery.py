"""The gallery: pictures of every document and mail in every language, made of the examples by notegen itself.

    python docs/making/gallery.py        writes docs/gallery/*.webp (`make gallery`)

Documents are printed by `notegen note render`; mails are sent into a folder by `notegen dispatch run` and
the like, and photographed in Chromium. Without Chromium, only the documents are made.
"""

from __future__ import annotations

import contextlib
import email
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

from PIL import Image

from notegen.__main__ import main as notegen
from notegen.preview.paper import picture, sheets

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "gallery"
LANGUAGES = {"fr": "Français", "nl": "Nederlands", "en": "English", "de": "Deutsch"}
DOCUMENTS = {
    "identity-cards": "Circular in four languages",
    "vehicles": "Note with an update and courtesy versions",
    "national-day": "Note in one language",
    "staff-list": "Note for a mail merge",
    "numbers": "Note with an annex of its own for each mission",
    "mission": "Note of an embassy, with its own letterhead",
    "bis-card": "Reference card",
    "employer-guide": "Step guide",
}
MAILS = {
    "profile-created": "The profile was created",
    "activation-link": "The link",
    "activation-code": "The code",
    "request-in-progress": "The request is being processed",
    "document-required": "A document is required",
    "identified-as": "Identified under the official name",
    "number-assigned": "The number was assigned",
    "verbal-note": "A note by e-mail",
    "announcement": "An announcement",
}
_SETTINGS = """
[smtp]
from = "noreply@profiles.example.org"
[activation]
url = "https://profiles.example.org/activate?token={token}"
contact = "helpdesk@profiles.example.org"
valid_days = 14
[dispatch]
delivery = "folder"
"""
_PEOPLE = {
    "fr": ("Élodie", "Lambert", "85.07.30-033.28", "Une copie du passeport."),
    "nl": ("Hâle", "Yılmaz", "82.48.17-084.09", "Een kopie van het paspoort."),
    "en": ("Maeve", "O’Shea", "85.07.30-033.28", "A copy of the passport."),
    "de": ("Jürgen", "Weiß", "82.48.17-084.09", "Eine Kopie des Reisepasses."),
}


def gallery_page() -> str:
    """The page with the pictures that have been made."""
    parts = ["# Gallery\n\nPictures of what notegen makes of its examples, made by `make gallery`.\n"]
    if not any(PICTURES.glob("*.webp")):
        return parts[0] + "\nThey have not been made yet: run `make gallery`, and `make docs` again.\n"
    for title, prefix, kinds in (("Documents", "note", DOCUMENTS), ("E-mails", "mail", MAILS)):
        parts.append(f"## {title}\n")
        for kind, name in kinds.items():
            shelf = [
                _figure(f"{prefix}-{kind}-{code}.webp", f"{name}: {code}", of)
                for code, of in LANGUAGES.items()
            ]
            if any(shelf):
                parts.append(f'### {name}\n\n<div class="shelf" markdown>\n{"".join(shelf)}</div>\n')
    return "\n".join(parts)


def _figure(file: str, described: str, caption: str) -> str:
    if not (PICTURES / file).exists():
        return ""
    picture_link = f'<a href="gallery/{file}"><img src="gallery/{file}" alt="{described}" loading="lazy"></a>'
    return f"<figure>{picture_link}<figcaption>{caption}</figcaption></figure>\n"


def make() -> None:
    """Make every picture again."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(ROOT / "examples", "examples")
        Path("notegen.toml").write_text(_SETTINGS, encoding="utf-8")
        _photograph_documents()
        letters = dict(_letters())
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            print("Chromium is not on this machine: the pictures of the mails are left out.", file=sys.stderr)
        else:
            _photograph_mails(letters, chromium)


def _run(*arguments: str) -> None:
    """One command, as a person types it; what it says is shown only when it fails."""
    said = io.StringIO()
    sys.argv = ["notegen", *arguments]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            notegen()
    except SystemExit as end:
        if end.code:
            raise RuntimeError(
                f"notegen {' '.join(arguments)} ended with {end.code}:\n{said.getvalue()}"
            ) from end


def _photograph_documents() -> None:
    """The first page of every section."""
    for kind in DOCUMENTS:
        note = "examples/mission/note.yaml" if kind == "mission" else f"examples/{kind}.yaml"
        own = ("--config", "examples/mission/notegen.toml") if kind == "mission" else ()
        for code in LANGUAGES:
            with contextlib.suppress(RuntimeError):
                _run("note", "render", note, "--only", code, "-o", f"{kind}-{code}", *own)
                pdf = next(Path(f"{kind}-{code}").glob("*.pdf")).read_bytes()
                _keep(f"note-{kind}-{code}", picture(pdf, sheets(pdf)[0].number), 620)


def _letters() -> Iterator[tuple[tuple[str, str], str]]:
    """Kind and language of every mail, and its HTML."""
    people = [
        f'- {{identification_number: "{number}", email: {code}@mission.example.org, language: {code}, '
        f"first_names: {first}, last_name: {last}, protocol_card: P{at}234}}\n"
        for at, (code, (first, last, number, _)) in enumerate(_PEOPLE.items(), 1)
    ]
    kinds = list(MAILS)
    for code, person in zip(_PEOPLE, people, strict=True):
        Path(f"{code}.yaml").write_text(f"members:\n{person}", encoding="utf-8")
        yield from _sent(kinds[:3], "dispatch", "run", f"{code}.yaml")
    for kind in kinds[3:7]:
        for code in LANGUAGES:
            yield from _sent([kind], "notify", kind, _event(kind, code))
    _run("note", "issue", "examples/identity-cards.yaml", "-o", "issued")
    issued = str(next(Path("issued").glob("*.pdf")))
    yield from _sent(kinds[7:8], "note", "send", issued, "--addressees", _missions())
    announced = "examples/announcement.yaml"
    yield from _sent(kinds[8:], "notify", "announcement", announced, "--addressees", _missions())


def _sent(kinds: list[str], *arguments: str) -> Iterator[tuple[tuple[str, str], str]]:
    """What a command sends into the folder; several kinds are one person's mails, in order."""
    shutil.rmtree("outbox", ignore_errors=True)
    _run(*arguments)
    for at, file in enumerate(sorted(Path("outbox").rglob("*.eml"))):
        message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101  # what policy.default makes
        body = message.get_body(["html"])
        if body is not None:
            yield (kinds[at % len(kinds)], str(message["Content-Language"])), body.get_content()


def _missions() -> str:
    """A list with one mission a language."""
    names = """
  fr: {name: Ambassade d'Irlande, article: l', gender: f}
  nl: {name: Ambassade van Ierland, article: de}
  en: {name: Embassy of Ireland}
  de: {name: Botschaft von Irland, gender: f}
"""
    rows = [
        f"- key: mission-{c}\n  languages: [{c}]\n  email: {c}@mission.example.org{names}" for c in LANGUAGES
    ]
    Path("missions.yaml").write_text("".join(rows), encoding="utf-8")
    return "missions.yaml"


def _event(kind: str, code: str) -> str:
    first, last, number, document = _PEOPLE[code]
    own = {
        "number-assigned": f'identification_number: "{number}"',
        "identified-as": f'identification_number: "{number}"\nofficial_name: {first} Marie {last}',
        "document-required": f"document: {document}\ndeadline: 2027-01-15",
        "request-in-progress": "received: 2026-11-16",
    }
    Path("event.yaml").write_text(
        f"email: {code}@delegation.example.org\nlanguage: {code}\nfirst_names: {first}\nlast_name: {last}\n"
        f"request: NUM/2026/00412\n{own[kind]}\n",
        encoding="utf-8",
    )
    return "event.yaml"


def _photograph_mails(letters: dict[tuple[str, str], str], chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 640, "height": 400})
        for (kind, code), html in letters.items():
            page.set_content(html)
            _keep(f"mail-{kind}-{code}", page.screenshot(full_page=True), 560)
        browser.close()


def _keep(name: str, png: bytes, width: int) -> None:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    image.save(PICTURES / f"{name}.webp", quality=70, method=6)


if __name__ == "__main__":
    os.environ["LANG"] = "C.UTF-8"
    make()
