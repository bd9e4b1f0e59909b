"""The last hand on a PDF's objects: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) in one file.

Works on the objects that WeasyPrint is about to write: the declaration of PDF/UA in the metadata, the
language of each section, links with descriptions, one annotation a link, media types of attached files.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pydyf

_SCHEME = "link:"
_UA_DESCRIPTION = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link on the pages: its target, its words, and the language of those words if it is their own."""

    target: str
    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class PageShape:
    """How many blocks of the text a page holds, and whether the first goes on from the page before."""

    blocks: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class SectionPages:
    """The pages of a section, its language (BCP 47) and its title."""

    pages: tuple[PageShape, ...]
    tag: str
    title: str


def number_links(root: Any, links: list[PageLink]) -> None:
    """Replace the target of each `<a>` by its number in `links`, so that it is known again in the PDF."""
    for element in root.iter("a"):
        target = element.get("href") or ""
        if target and not target.startswith("#"):
            element.set("href", f"{_SCHEME}{len(links)}")
        links.append(
            PageLink(target, " ".join("".join(element.itertext()).split()), element.get("lang") or "")
        )


def finish(
    pdf: Any, sections: Sequence[SectionPages], links: Sequence[PageLink], media: Mapping[str, str]
) -> None:
    """Mend the objects of a tagged PDF; `media` gives the media type of each attached file by its name."""
    _declare_ua(pdf)
    _one_annotation_a_link(pdf)
    _describe_links(pdf, links)
    _mend_list_items(pdf)
    _mark_notes(pdf)
    _name_sections(pdf, sections)
    _type_attachments(pdf, media)
    _compress_streams(pdf)


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _declare_ua(pdf: Any) -> None:
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [
        part.replace(b"</rdf:RDF>", _UA_DESCRIPTION + b"</rdf:RDF>") for part in metadata.stream
    ]


def _elements(pdf: Any) -> Iterator[Any]:
    return (each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/StructElem")


def _object_references(pdf: Any, element: Any) -> Iterator[tuple[bytes, Any]]:
    for kid in element["K"]:
        if isinstance(kid, bytes):
            found = _object(pdf, kid)
            if isinstance(found, dict) and found.get("Type") == "/OBJR":
                yield kid, found


def _one_annotation_a_link(pdf: Any) -> None:
    """Drop the annotations of inline markup inside a link: the link's own one covers them (7.18.5)."""
    dropped: set[bytes] = set()
    for element in _elements(pdf):
        if element["S"] not in ("/Link", "/Form"):
            for kid, found in list(_object_references(pdf, element)):
                element["K"].remove(kid)
                dropped |= {found["Obj"], kid}
    if not dropped:
        return
    keys = {_object(pdf, each).get("StructParent") for each in dropped} - {None}
    for page in pdf.page_references:
        annotations = _object(pdf, page).get("Annots")
        if annotations is not None:
            annotations[:] = [each for each in annotations if each not in dropped]
    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    numbers[:] = [part for pair in pairs if pair[0] not in keys for part in pair]
    for each in dropped:
        _object(pdf, each).clear()


def _describe_links(pdf: Any, links: Sequence[PageLink]) -> None:
    within = {link.target.removeprefix("#"): link for link in links if link.target.startswith("#")}
    for element in _elements(pdf):
        if element["S"] != "/Link":
            continue
        for _, found in _object_references(pdf, element):
            annotation = _object(pdf, found["Obj"])
            if "A" in annotation:
                link = links[int(annotation["A"]["URI"].string.removeprefix(_SCHEME))]
                annotation["A"]["URI"] = pydyf.String(_ascii(link.target))
            else:
                link = within[annotation["Dest"].string]
            annotation["Contents"] = pydyf.String(link.text or link.target)
            if link.tag:
                element["Lang"] = pydyf.String(link.tag)
                annotation["Lang"] = pydyf.String(link.tag)


def _ascii(address: str) -> str:
    """A URI as RFC 3986 writes it: 7-bit, what lies beyond in percent signs."""
    return quote(address, safe="%/:=&?~#+!$,;'@()*[]")


def _mend_list_items(pdf: Any) -> None:
    """A list item holds a label and one body, nothing else (7.2): paragraphs of an item go into its body."""
    for element in list(_elements(pdf)):
        if element["S"] != "/LI":
            continue
        kids = [(kid, _object(pdf, kid)) for kid in element["K"]]
        loose = [kid for kid, each in kids if each["S"] not in ("/Lbl", "/LBody")]
        if not loose:
            continue
        body = next((each for _, each in kids if each["S"] == "/LBody"), None)
        if body is None:
            body = _new_element(pdf, "/LBody", element, Pg=element["Pg"])
            element["K"] = pydyf.Array([kid for kid in element["K"] if kid not in loose] + [body.reference])
        else:
            element["K"] = pydyf.Array([kid for kid in element["K"] if kid not in loose])
        for kid in loose:
            _object(pdf, kid)["P"] = body.reference
            body["K"].append(kid)


def _new_element(pdf: Any, kind: str, parent: Any, **entries: Any) -> Any:
    entries = {"Type": "/StructElem", "S": kind, "P": parent.reference, "K": pydyf.Array(), **entries}
    element = pydyf.Dictionary(entries)
    pdf.add_object(element)
    return element


def _name_sections(pdf: Any, sections: Sequence[SectionPages]) -> None:
    """One structure element a language version, with `Lang` and title, around what its pages hold."""
    document = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["K"][0])
    by_page: dict[bytes, list[bytes]] = {page: [] for page in pdf.page_references}
    for kid in document["K"]:
        by_page[_object(pdf, kid)["Pg"]].append(kid)
    del document["K"][:]
    pages = iter(pdf.page_references)
    for section in sections:
        names = {"Lang": pydyf.String(section.tag), "T": pydyf.String(section.title)}
        element = _new_element(pdf, "/Sect", document, **names)
        last = None
        for shape, page in zip(section.pages, pages, strict=False):
            mine = by_page[page]
            if shape.goes_on and last is not None and _join(pdf, last, _object(pdf, mine[0])):
                mine, blocks = mine[1:], shape.blocks - 1
            else:
                blocks = shape.blocks
            last = _object(pdf, mine[blocks - 1]) if blocks else last
            for kid in mine:
                _object(pdf, kid)["P"] = element.reference
            element["K"].extend(mine)
        document["K"].append(element.reference)


def _join(pdf: Any, first: Any, second: Any) -> bool:
    """Make one element of the two halves of a block that a page break parted; tables stay two."""
    if first["S"] != second["S"] or first["S"] in ("/Table", "/Figure"):
        return False
    for kid in second["K"]:
        _object(pdf, kid)["P"] = first.reference
    first["K"].extend(second["K"])
    second.clear()
    return True


def _mark_notes(pdf: Any) -> None:
    """Footnotes are notes with an identifier and a label (7.9); of spans they alone hold other elements."""
    for element in _elements(pdf):
        if element["S"] == "/Span" and element["K"] and isinstance(element["K"][0], bytes):
            element["S"] = "/Note"
            element["ID"] = pydyf.String(f"note-{element.number}")
            _object(pdf, element["K"][0])["S"] = "/Lbl"


def _type_attachments(pdf: Any, media: Mapping[str, str]) -> None:
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("Type") == "/Filespec":
            stream = _object(pdf, each["EF"]["F"])
            stream.extra["Subtype"] = "/" + media[each["UF"].string].replace("/", "#2f").replace("+", "#2b")
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _compress_streams(pdf: Any) -> None:
    """Compress each stream now, as pydyf would twice: once more for the file's identifier."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            plain = pydyf.Stream(each.stream).data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
            each.stream = [zlib.compress(plain, 9)]
            each.extra["Filter"] = "/FlateDecode"
            each.compress = False
