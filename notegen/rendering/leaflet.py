"""A leaflet, composed: one HTML section a language, each within the pages that its kind may take."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notegen import __version__
from notegen.domain.language import Language
from notegen.domain.leaflet import Leaflet, Texts
from notegen.domain.note import LanguageVersion
from notegen.domain.outline import PAGES
from notegen.domain.sender import Sender
from notegen.domain.typography import typeset
from notegen.errors import NoteFileError
from notegen.rendering import cldr
from notegen.rendering.document import (
    FACTS,
    AttachedFile,
    Document,
    Section,
    looks_of,
    sources_of,
    told_sender,
)
from notegen.rendering.markdown import Body, read_body
from notegen.rendering.template import LAYOUT, Markup, Templates
from notegen.rendering.typesetting import typeset_html
from notegen.rendering.wording import emblem_of, letterhead_of, picture_of, target_of

_LABEL = re.compile(r"""(?<=list-style-type: ')[^'"<>\\]*(?=\\2003')""")
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A web address that the texts link to, and the words that carry it."""

    label: str
    target: str
    printed: str


@dataclass(slots=True)
class _Speaker:
    """Says the texts of a leaflet in one language, and remembers the addresses that they lead to."""

    leaflet: Leaflet
    language: Language
    addresses: dict[str, Address] = field(default_factory=dict)

    def line(self, texts: Texts) -> str:
        return texts[self.language.code].body.strip()

    def text(self, texts: Texts) -> Markup:
        """A text as HTML; empty for one that is not written."""
        body = self._body(texts) if texts else None
        return Markup((f"<p>{body.lead}</p>\n" if body.lead else "") + body.rest if body else "")

    def step(self, texts: Texts) -> Markup:
        """The same for a step, which begins with a paragraph. Raises NoteFileError for another."""
        if not self._body(texts).lead:
            where = str(texts[self.language.code].place)
            hint = "Begin with a sentence; a list may follow."
            raise NoteFileError("the step does not begin with a paragraph", where=where, hint=hint)
        return self.text(texts)

    def _body(self, texts: Texts) -> Body:
        version = texts[self.language.code]
        body = read_body(version.body + self._footnotes(version), self._target)
        if body.images:
            hint = "A leaflet shows the pictures of its kind and no others."
            where = str(version.at(body.images[0]))
            raise NoteFileError("a picture cannot stand in a leaflet", where=where, hint=hint)
        for link in body.links:
            target = self._target(link.target)
            if not target:
                what = f"dead link: {link.text!r} ({link.target or 'empty'})"
                hint = "A link leads to https://, http://, mailto: or link:KEY with KEY under links:."
                raise NoteFileError(what, where=str(version.at(link.line)), hint=hint)
            if _WEB.match(target):
                label = link.text[:1].upper() + link.text[1:]
                printed = re.sub(r"^https://|/$", "", target)
                self.addresses.setdefault(target, Address(label, target, printed))
        return body

    def _footnotes(self, version: LanguageVersion) -> str:
        """What the footnotes say that this text calls."""
        written = enumerate(self.leaflet.footnotes, 1)
        return "".join(f"\n\n[^{n}]: {self.line(note)}" for n, note in written if f"[^{n}]" in version.body)

    def _target(self, target: str) -> str:
        return target_of(self.leaflet.links, self.language.code, target)


def compose_leaflet(
    leaflet: Leaflet,
    languages: Mapping[str, Language],
    templates: Templates,
    sender: Sender,
    *,
    draft: bool,
    only: Sequence[str] = (),
    profile: str = "be",
) -> Document:
    """The leaflet as a document; `only` keeps those languages, `profile` chooses the typography.

    Raises NoteFileError (dead links, a step that is no paragraph, no language left) and TemplateError.
    """
    shown = [code for code in leaflet.languages if not only or code in only]
    if not shown:
        what = f"there is no section in {', '.join(only) or 'any language'}"
        hint = f"It is written in {', '.join(leaflet.languages)}."
        raise NoteFileError(what, where=leaflet.source_name, hint=hint)
    sections = []
    for code in shown:
        values = leaflet_values(leaflet, languages[code], languages, sender, profile)
        markup = templates.render(f"{code}/documents/{leaflet.document}.html", values)
        sections.append(_section(leaflet, languages[code], markup, draft, profile))
    return Document(
        title=sections[0].title,
        author=sender.short_name,
        subject=sections[0].title,
        created=leaflet.issued,
        modified=leaflet.dated,
        sections=tuple(sections),
        attachments=(*sources_of(leaflet), _facts(leaflet, shown, sender, draft, profile)),
        draft=draft,
        looks=looks_of(leaflet.document, templates),
    )


def _section(leaflet: Leaflet, language: Language, markup: str, draft: bool, profile: str) -> Section:
    def label(match: re.Match[str]) -> str:
        return html.escape(typeset(html.unescape(match[0]), language.code, profile))

    return Section(
        language=language.code,
        tag=language.tag,
        title=typeset(leaflet.title[language.code].body, language.code, profile),
        html=_LABEL.sub(label, typeset_html(markup, language.code, profile)),
        watermark=language.labels["draft"] if draft else "",
        hyphenation=language.hyphenation,
        pages=PAGES.get(leaflet.document, 0),
    )


def leaflet_values(
    leaflet: Leaflet, language: Language, languages: Mapping[str, Language], sender: Sender, profile: str
) -> dict[str, Any]:
    """Every word that the template of a leaflet may use; docs/adding.md lists them."""
    say = _Speaker(leaflet, language)
    fixed = sender.fixed if sender.fixed in languages and sender.fixed != language.code else ""
    title = typeset(say.line(leaflet.title), language.code, profile)
    return {
        "language": language,
        "bookmark": f"{language.name} – {title}",
        "emblem": emblem_of(sender),
        "letterhead": letterhead_of(sender, language.code, fixed=False),
        "head": letterhead_of(sender, language.code, fixed=True),
        "head_tag": languages[fixed].tag if fixed else "",
        "issued": cldr.long_date(leaflet.issued, language.locale),
        "updated": cldr.long_date(leaflet.updated, language.locale) if leaflet.updated else "",
        "title": say.line(leaflet.title),
        "card": leaflet.card,
        "intro": say.text(leaflet.intro),
        "strip": [
            {"icon": each.icon, "image": _icon(each.icon), "label": say.line(each.label)}
            for each in leaflet.strip
        ],
        "steps": [say.step(step) for step in leaflet.steps],
        "questions": _questions(leaflet, say),
        "tip": say.text(leaflet.tip),
        "statuses": [
            {"status": say.line(each.status), "meaning": say.line(each.meaning)} for each in leaflet.statuses
        ],
        "remarks": [say.text(remark) for remark in leaflet.remarks],
        "see": [{"card": each.card, "title": say.line(each.title)} for each in leaflet.see],
        "addresses": list(say.addresses.values()),
    }


def _questions(leaflet: Leaflet, say: _Speaker) -> list[dict[str, Any]]:
    """The questions, their steps numbered through the whole guide."""
    first, told = 1, []
    for each in leaflet.questions:
        steps = [{"number": first + n, "text": say.step(step)} for n, step in enumerate(each.steps)]
        told.append({"question": say.line(each.question), "text": say.text(each.text), "steps": steps})
        first += len(steps)
    return told


def _icon(name: str) -> str:
    return picture_of((LAYOUT / "icons" / f"{name}.svg").read_text(encoding="utf-8"))


def _facts(leaflet: Leaflet, shown: Sequence[str], sender: Sender, draft: bool, profile: str) -> AttachedFile:
    """With what else than its source the leaflet was printed; the same entries as a note's."""
    told = {
        "generator": f"notegen {__version__}",
        "document": leaflet.document,
        "reference": "",
        "draft": draft,
        "languages": list(shown),
        "titles": {code: leaflet.title[code].body for code in shown},
        "profile": profile,
        "addressee": {"key": "", "languages": [], "forms": {}},
        "sender": told_sender(sender, shown),
        "annex": [],
    }
    content = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return AttachedFile(FACTS, content.encode(), "application/json", "Data")
