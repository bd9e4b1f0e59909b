"""The lxml door: texts for translators as XLIFF 1.2 (OASIS, 1 February 2008), and what they give back.

A unit is a passage. What must not be translated (variables, addresses, code, bold marks) stands in inline
elements: `ph`, or `bpt` and `ept` around words. On the way back every one of them must still be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from notegen.domain.passage import Protected, protected
from notegen.errors import InputError

LARGEST = 16 * 2**20
"""How many bytes a file may have."""
DONE = frozenset({"translated", "final", "signed-off"})
"""The states of a translation that its translator answers for."""
_SPACE = "urn:oasis:names:tc:xliff:document:1.2"
_NAME = f"{{{_SPACE}}}"
_KEEP = "{http://www.w3.org/XML/1998/namespace}space"
_INLINE = frozenset({"ph", "bpt", "ept", "it", "x", "bx", "ex"})
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ExchangeUnit:
    """A passage on its way: `key` and `kind` as in its file, `target` empty while it is not translated.

    `state` is one of XLIFF's; `note` is for the translator; `line` is where a unit stands that was read.
    """

    key: str
    kind: str
    source: str
    target: str = ""
    state: str = "new"
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExchangeFile:
    """The units of one file; `name` is its path in the folder of a language, or a note's file name."""

    name: str
    source_language: str
    target_language: str
    units: tuple[ExchangeUnit, ...]


def write_xliff(files: Sequence[ExchangeFile]) -> bytes:
    """The files as one XLIFF document; the same files give the same bytes."""
    root = etree.Element(f"{_NAME}xliff", {"version": "1.2"}, nsmap={None: _SPACE})
    for file in files:
        attributes = {
            "original": file.name,
            "datatype": "plaintext",
            "source-language": file.source_language,
            "target-language": file.target_language,
        }
        body = _child(_child(root, "file", **attributes), "body")
        for unit in file.units:
            if illegal := _ILLEGAL.search(unit.source + unit.target):
                what = f"the control character U+{ord(illegal[0]):04X} cannot stand in XML."
                raise InputError(what, where=f"{file.name} ({unit.key})", hint="Delete it.")
            _write_unit(body, unit)
    _indent(root, 0)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _child(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{_NAME}{name}", attributes)


def _write_unit(body: Any, unit: ExchangeUnit) -> None:
    element = _child(body, "trans-unit", id=unit.key, restype=f"x-{unit.kind}")
    element.set(_KEEP, "preserve")
    names = _names(unit.source)
    _write_text(_child(element, "source"), unit.source, [name for name, _ in names])
    if unit.target:
        target = _child(element, "target", state=unit.state)
        _write_text(target, unit.target, _matching(unit.target, names))
    if unit.note:
        _child(element, "note").text = unit.note


def _names(text: str) -> list[tuple[str, Protected]]:
    """A name for each protected stretch: `ph1`, and `bpt2` with `ept2` where two belong together."""
    named: list[tuple[str, Protected]] = []
    opened: dict[str, list[int]] = {"bold": [], "open": []}
    for number, part in enumerate(protected(text), 1):
        sort = "open" if part.sort == "target" else part.sort
        if sort in opened and opened[sort] and part.sort != "open":
            first = opened[sort].pop()
            named[first - 1] = (f"bpt{first}", named[first - 1][1])
            named.append((f"ept{first}", part))
            continue
        if sort in opened and part.sort != "target":
            opened[sort].append(number)
        named.append((f"ph{number}", part))
    return named


def _matching(text: str, names: Sequence[tuple[str, Protected]]) -> list[str]:
    """The source's names for the stretches of a translation; one that the source does not have is `ph901`…"""
    left = list(names)
    found: list[str] = []
    for number, part in enumerate(protected(text), 901):
        same = next((entry for entry in left if entry[1].plain == part.plain), None)
        if same:
            left.remove(same)
        found.append(same[0] if same else f"ph{number}")
    return found


def _write_text(element: Any, text: str, names: Sequence[str]) -> None:
    last, end = None, 0
    for part, name in zip(protected(text), names, strict=True):
        _add_text(element, last, text[end : part.start])
        kind = name.rstrip("0123456789")
        last = _child(element, kind, id=name[len(kind) :], ctype=f"x-{part.sort}")
        last.text = part.text
        end = part.end
    _add_text(element, last, text[end:])


def _add_text(element: Any, last: Any, text: str) -> None:
    if last is None:
        element.text = text
    else:
        last.tail = text


def _indent(element: Any, depth: int) -> None:
    """Line breaks between elements, down to the units' parts; never inside a text."""
    if depth > 3 or not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    element[-1].tail = "\n" + "  " * depth


def read_xliff(path: Path) -> tuple[ExchangeFile, ...]:
    """The files of an XLIFF 1.2 document; InputError says why it cannot be used, and where.

    Refused: more than LARGEST bytes, other encodings than UTF-8 and UTF-16, document types and entities.
    """
    root = _parsed(_decoded(path), path)
    if root.tag != f"{_NAME}xliff":
        hint = "Have it saved as XLIFF 1.2, which is what `notegen templates export` writes."
        raise InputError("this is no XLIFF 1.2.", where=str(path), hint=hint)
    return tuple(_file(element, path) for element in root.iter(f"{_NAME}file"))


def _decoded(path: Path) -> str:
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
        if len(source) > LARGEST:
            what = f"the file has more than {LARGEST // 2**20} MB."
            raise InputError(what, where=str(path), hint="Have it divided by language.")
        text = source.decode("utf-16" if source[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except OSError as error:
        hint = "Check the name and the folder."
        raise InputError(error.strerror or str(error), where=str(path), hint=hint) from error
    except UnicodeDecodeError as error:
        raise InputError("this is not UTF-8 text.", where=str(path), hint="Save it as UTF-8.") from error
    if declared := re.search("<!(?:DOCTYPE|ENTITY)", text):
        where = f"{path}:{text.count(chr(10), 0, declared.start()) + 1}"
        hint = "Delete the declaration; XLIFF needs none."
        raise InputError(
            "a document type or an entity is declared here, and not read.", where=where, hint=hint
        )
    return re.sub(r"\A\s*<\?xml[^>]*\?>", lambda match: "\n" * match[0].count("\n"), text)


def _parsed(text: str, path: Path) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        where = f"{path}:{error.lineno or 1}"
        raise InputError(
            f"this is no XML: {error.msg}.", where=where, hint="Have it exported again."
        ) from error


def _file(element: Any, path: Path) -> ExchangeFile:
    told = {name: element.get(name) or "" for name in ("original", "source-language", "target-language")}
    for name, value in told.items():
        if not value:
            where = f"{path}:{element.sourceline}"
            raise InputError(f"<file> has no {name}.", where=where, hint="Have it exported again.")
    units = tuple(_unit(unit, path) for unit in element.iter(f"{_NAME}trans-unit"))
    return ExchangeFile(told["original"], told["source-language"], told["target-language"], units)


def _unit(element: Any, path: Path) -> ExchangeUnit:
    source, target = element.find(f"{_NAME}source"), element.find(f"{_NAME}target")
    if source is None or not element.get("id"):
        where = f"{path}:{element.sourceline}"
        raise InputError("a unit without id or source.", where=where, hint="Have it exported again.")
    native = {_inline_name(part): part.text or "" for part in source.iter() if _local(part) in _INLINE}
    read = "" if target is None else "".join(_texts(target, native, path))
    return ExchangeUnit(
        key=element.get("id"),
        kind=(element.get("restype") or "").removeprefix("x-"),
        source="".join(_texts(source, native, path)),
        target=read,
        state="new" if target is None else target.get("state") or "translated",
        line=(element if target is None else target).sourceline,
    )


def _texts(element: Any, native: dict[str, str], path: Path) -> Iterator[str]:
    """The text with what its inline elements stand for; one that was emptied stands for the source's."""
    yield element.text or ""
    for child in element:
        local = _local(child)
        if local in _INLINE:
            yield child.text or native.get(_inline_name(child), "")
        elif local in ("mrk", "g"):
            yield from _texts(child, native, path)
        else:
            where = f"{path}:{child.sourceline}"
            raise InputError(f"<{local}> is not understood here.", where=where, hint="Have it removed.")
        yield child.tail or ""


def _local(element: Any) -> str:
    return str(element.tag).removeprefix(_NAME)


def _inline_name(element: Any) -> str:
    """`ph1` and `x1` are the same stretch; `bpt1` and `ept1` are its two ends."""
    kind = {"x": "ph", "bx": "bpt", "ex": "ept"}.get(_local(element), _local(element))
    return f"{kind}{element.get('id') or ''}"
