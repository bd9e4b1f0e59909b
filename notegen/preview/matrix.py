"""The page about the templates: every kind of text by language, and whether it is there and whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from notegen.domain.notification import NotificationKind
from notegen.errors import NotegenError
from notegen.preview.trouble import Reason
from notegen.preview.visit import Values, Visit

COMPLETE, MISSING, BROKEN = "complete", "missing", "broken"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language: its state, where it can be looked at, and what is wrong with it."""

    language: str
    state: str
    href: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A text by its path within a language's folder, in every language."""

    path: str
    texts: tuple[Text, ...]


def show_matrix(visit: Visit) -> Values:
    """Kind by language."""
    house = visit.snapshot.house
    kinds = [
        Kind(path, tuple(_text(visit, path, code) for code in house.languages))
        for path in _paths(visit.snapshot.commission.folders, tuple(house.languages))
    ]
    texts = [text for kind in kinds for text in kind.texts]
    counts = {state: sum(text.state == state for text in texts) for state in (COMPLETE, MISSING, BROKEN)}
    return {"languages": list(house.languages.values()), "kinds": kinds, "counts": counts}


def _paths(folders: tuple[Path, ...], languages: tuple[str, ...]) -> list[str]:
    """The texts that some language has."""
    found = {
        path.relative_to(folder / code).as_posix()
        for folder in folders
        for code in languages
        for path in (folder / code).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return sorted(found, key=lambda path: ("/" in path, path))


def _text(visit: Visit, path: str, code: str) -> Text:
    templates = visit.snapshot.house.templates
    name = f"{code}/{path}"
    if not templates.has(name):
        return Text(code, MISSING)
    kind = path.removeprefix("notifications/").removesuffix(".md")
    is_mail = path == f"notifications/{kind}.md" and kind in list(NotificationKind)
    href = visit.href(f"mails/{kind}", show=code) if is_mail else ""
    try:
        if is_mail:
            visit.snapshot.composer.prepare([kind], [code])
        elif path.startswith("documents/"):
            templates.words(name)
    except NotegenError as error:
        return Text(code, BROKEN, href, visit.reasons(error))
    return Text(code, COMPLETE, href)
