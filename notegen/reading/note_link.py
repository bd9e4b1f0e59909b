"""The links of a note: its registry, and the links in its bodies, none of which may be dead."""

from __future__ import annotations

import re
from collections.abc import Mapping

from notegen.domain.hyperlink import Hyperlink, hyperlinks
from notegen.domain.note import LanguageVersion
from notegen.reading.finding import Finding, nearest
from notegen.reading.note_sense import Sense

_WEB = re.compile(r"https?://[^\s/?#.]+(?:\.[^\s/?#.]+)*(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^\s@?]+@[^\s@?]+(?:\?\S*)?", re.IGNORECASE)
_UNNAMABLE = re.compile(r"[\s()<>\[\]]|^$")
_PHONE = re.compile(r"tel:\+?[\d-]+", re.IGNORECASE)


Registry = Mapping[str, Mapping[str, str]]


def check_registry(links: Registry, used: tuple[str, ...], sense: Sense) -> Registry:
    """The registry as it stands; every target that leads nowhere and every missing language is a finding."""
    for name, targets in links.items():
        if _UNNAMABLE.search(name):
            sense.find(
                f"the name {name!r} cannot stand in a link.",
                "Use letters and hyphens.",
                "links",
                name,
                key=True,
            )
        for code, target in targets.items():
            if fault := dead(target):
                sense.find(f"the link {name!r} {fault}.", _WRITE, "links", name, code)
        for code in used:
            if code not in targets:
                hint = f"Add `{code}: https://…`."
                sense.find(f"the link {name!r} has no address in {code!r}.", hint, "links", name, key=True)
    return links


def check_links(version: LanguageVersion, links: Registry, sense: Sense) -> set[str]:
    """The names of the registry that a body uses; its dead links become findings."""
    names = set()
    for link in hyperlinks(version.body):
        names.add(link.key)
        what, hint = _fault(link, links)
        if what:
            sense.findings.append(Finding(version.at(link.line, link.column), what, hint))
    return names - {""}


_WRITE = "Write a whole address: https://…, mailto:name@…, or a name of the note's links: link:name."


def _fault(link: Hyperlink, links: Registry) -> tuple[str, str]:
    if link.picture:
        return f"a picture cannot stand in a note ({link.target}).", "Send it along as an enclosure."
    if link.target.startswith("{{"):
        return "", ""
    if link.target.startswith("link:"):
        if link.key in links:
            return "", ""
        hint = (
            nearest(link.key, links)
            if links
            else "Add `links:` to the note, with this name and its addresses."
        )
        return f"the link {link.text!r} names {link.key!r}, which is not among the note's links.", hint
    fault = dead(link.target)
    return (f"the link {link.text!r} {fault}.", _WRITE) if fault else ("", "")


def dead(target: str) -> str:
    """Why nobody can follow that address; empty when it is a whole web, mail or telephone address."""
    if not target:
        return "has no address"
    if target.startswith("#"):
        return f"leads nowhere ({target})"
    if any(shape.fullmatch(target) for shape in (_WEB, _MAIL, _PHONE)):
        return ""
    return f"cannot be followed ({target})"
