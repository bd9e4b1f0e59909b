"""The WeasyPrint door: a composed document to one PDF that is PDF/A-3a and PDF/UA-1 at once.

The same input gives the same bytes. Nothing is fetched but bundled fonts and files of folders that are named.
"""

from __future__ import annotations

import html
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from weasyprint import CSS, HTML, Attachment
from weasyprint.text import line_break
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from notegen.errors import RenderingError
from notegen.rendering.document import AttachedFile, Document, Section
from notegen.rendering.fonts import FACES, FAMILY, FONTS, font_faces, missing_glyphs, no_glyph
from notegen.rendering.footnotes import make_room
from notegen.rendering.hyphenation import teach
from notegen.rendering.linebreaking import guide_lines
from notegen.rendering.looks import FOOT_ALONE, foot, watermark
from notegen.rendering.overflow import ENDLESS, Overflow, excess
from notegen.rendering.standing_type import StandingType
from notegen.rendering.tagging import PageLink, PageShape, SectionPages, finish, number_links
from notegen.rendering.template import LAYOUT, Markup, Templates
from notegen.rendering.text_attributes import Frugal

_FOOT_CLEARANCE = 9.0
_PX_TO_MM = 25.4 / 96

_TALLEST_FOOT = 100.0
_HINT = "Look at the emblem and the looks: what they name must lie inside them, or in a folder that is named."

_LOG = logging.getLogger("weasyprint")
_LOG.addHandler(logging.NullHandler())
logging.getLogger("fontTools").setLevel(logging.WARNING)
line_break.pango = Frugal(line_break.pango)


class _Listener(logging.Handler):
    """Collects what WeasyPrint only logs and prints without: a picture left out is no archivable page."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error of this thread."""
        if record.thread == self._thread:
            self._faults.append(record.getMessage())


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Gives fonts (`font:`), `data:` addresses and files under the named folders; all else is refused."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False, fail_on_errors=True)
        self._folders = tuple(folder.resolve() for folder in folders)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """The response for that address; ValueError when it is not allowed."""
        parts = urlsplit(url)
        if parts.scheme == "font" and parts.path in {name for name, _, _ in FACES}:
            return URLFetcherResponse(url, (FONTS / parts.path).read_bytes(), {"Content-Type": "font/ttf"})
        if parts.scheme == "file":
            path = Path(unquote(parts.path)).resolve()
            if not any(path.is_relative_to(folder) for folder in self._folders):
                raise ValueError("a file outside the folders that notegen may read")
        elif parts.scheme != "data":
            raise ValueError("nothing is fetched from the network")
        return super().fetch(url, headers)


class PdfWriter:
    """Turns documents into PDFs; make one per process and keep it, because fonts and looks are read once.

    `folders` are the only ones from which a page may take files.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._fetcher = _Fetcher(folders)
        self._fonts = FontConfiguration()
        self._layout = Templates(())
        self._images: dict[str, Any] = {}
        self._feet: dict[tuple[str, str], float] = {}
        self._sheets: dict[str, Any] = {}
        self.standing = StandingType()
        self._looks = self._sheet(font_faces() + (LAYOUT / "document.css").read_text(encoding="utf-8"))

    def write(self, document: Document) -> bytes:
        """The PDF. Raises RenderingError when a page cannot be made, or a section has too many."""
        faults: list[str] = []
        listener = _Listener(faults)
        _LOG.addHandler(listener)
        try:
            content = self._write(document)
        except FatalURLFetchingError as error:
            self._forget()
            raise RenderingError(
                _excerpt(str(error.__cause__ or error)), where=document.subject, hint=_HINT
            ) from error
        except RecursionError as error:
            self._forget()
            what, hint = "marks stand within marks too deeply to be printed", "Write it with fewer levels."
            raise RenderingError(what, where=document.subject, hint=hint) from error
        finally:
            _LOG.removeHandler(listener)
        if faults:
            self._forget()
            raise RenderingError("; ".join(map(_excerpt, faults)), where=document.subject, hint=_HINT)
        return content

    def _forget(self) -> None:
        """What was laid out with a fault is not used again: the fault would not be told a second time."""
        self._images.clear()
        self.standing = StandingType()

    def html(self, document: Document) -> str:
        """The whole document as one HTML page for a browser, looks included."""
        screen = (LAYOUT / "screen.css").read_text(encoding="utf-8")
        looks = (LAYOUT / "document.css").read_text(encoding="utf-8") + document.looks + screen
        return self._page(document, document.sections, Markup(looks))

    def _write(self, document: Document) -> bytes:
        links: list[PageLink] = []
        rendered = [self._render(document, section, links) for section in document.sections]
        self._refuse_overflows(document, rendered)
        whole = rendered[0].copy([page for each in rendered for page in each.pages])
        sections = [
            SectionPages(_shapes(each.pages), section.tag, section.title)
            for each, section in zip(rendered, document.sections, strict=True)
        ]
        media = {file.name: file.media_type for file in document.attachments}
        content = whole.write_pdf(
            pdf_variant="pdf/a-3a",
            attachments=[_attachment(file, document.modified) for file in document.attachments],
            finisher=lambda _, pdf: finish(pdf, sections, links, media),
        )
        self._refuse_other_fonts(whole, document)
        return bytes(content)

    def _render(self, document: Document, section: Section, links: list[PageLink], more: str = "") -> Any:
        page = HTML(string=self._page(document, [section], ""), url_fetcher=self._fetcher)
        self._refuse_missing_glyphs(page.etree_element, document)
        number_links(page.etree_element, links)
        guide_lines(page.etree_element)
        teach(section.tag, section.hyphenation)
        if len(self._images) > 64:
            self._images.clear()
        sheets = [self._looks, self._sheet(document.looks), *self._own_sheets(page.etree_element, section)]
        sheets += [self._sheet(more)] if more else []
        if document.looks or more:
            return self._lay_out(page, sheets)
        rules = (section.tag, section.hyphenation, document.draft, *sheets)
        body = page.etree_element.find("body")
        return self.standing.lay_out(body, rules, lambda: self._lay_out(page, sheets))

    def _lay_out(self, page: Any, sheets: Sequence[Any]) -> Any:
        options = {"stylesheets": sheets, "cache": self._images, "pdf_variant": "pdf/a-3a"}
        rendered = page.render(font_config=self._fonts, **options)
        for _ in rendered.pages:
            if not make_room(page.etree_element, [each._page_box for each in rendered.pages]):
                break
            rendered = page.render(font_config=self._fonts, **options)
        return rendered

    def overflows(self, document: Document) -> tuple[Overflow, ...]:
        """The sections that are longer than their pages. Raises RenderingError as `write` does."""
        links: list[PageLink] = []
        rendered = [self._render(document, section, links) for section in document.sections]
        return tuple(self._overflows(document, rendered))

    def _overflows(self, document: Document, rendered: Sequence[Any]) -> Iterator[Overflow]:
        for section, each in zip(document.sections, rendered, strict=True):
            if section.pages and len(each.pages) > section.pages:
                (page,) = self._render(document, section, [], ENDLESS).pages
                boxes = [one._page_box for one in each.pages]
                over = excess(boxes, page._page_box, section.pages)
                yield Overflow(section.language, section.tag, section.title, section.pages, *over)

    def _refuse_overflows(self, document: Document, rendered: Sequence[Any]) -> None:
        found = tuple(self._overflows(document, rendered))
        if found:
            what = "; ".join(map(str, found))
            hint = "Shorten the texts, or leave out what can be said elsewhere."
            raise RenderingError(what, where=document.title, hint=hint)

    def _page(self, document: Document, sections: Sequence[Section], looks: str) -> str:
        shown = [
            {"tag": section.tag, "markup": Markup(section.html), "watermark": section.watermark}
            for section in sections
        ]
        values = {
            "tag": sections[0].tag,
            "title": document.title,
            "author": document.author,
            "subject": document.subject,
            "created": document.created.isoformat(),
            "modified": document.modified.isoformat(),
            "sections": shown,
            "looks": looks,
            "draft": document.draft,
        }
        return self._layout.render("layout/page.html", values)

    def _own_sheets(self, root: Any, section: Section) -> list[Any]:
        """What differs from section to section: room for the addressee block, and a draft's watermark."""
        sheets = []
        block = next((each for each in root.iter("div") if each.get("class") == "addressee-block"), None)
        if block is not None:
            height = self._foot_height(block, section.tag)
            if height > _TALLEST_FOOT:
                hint = "Shorten `block` of the addressee."
                raise RenderingError("the addressee block does not fit at the foot of a page", hint=hint)
            room = height + _FOOT_CLEARANCE
            sheets.append(self._sheet(foot(room)))
        if section.watermark:
            sheets.append(self._sheet(watermark(section.watermark)))
        return sheets

    def _foot_height(self, block: Any, tag: str) -> float:
        """The height of the addressee block in millimetres, measured on a page of its own."""
        inner = ET.tostring(block, encoding="unicode", method="html")
        if (tag, inner) not in self._feet:
            if len(self._feet) > 4096:
                self._feet.clear()
            marked = f'<div id="top"></div>{inner}<div id="end"></div>'
            source = f'<html lang="{html.escape(tag)}"><body>{marked}</body></html>'
            static = self._sheet(FOOT_ALONE)
            page = HTML(string=source, url_fetcher=self._fetcher).render(
                font_config=self._fonts, stylesheets=[self._looks, static], cache=self._images
            )
            anchors = page.pages[0].anchors
            end = anchors["end"][1] if "end" in anchors else inf
            self._feet[tag, inner] = (end - anchors["top"][1]) * _PX_TO_MM
        return self._feet[tag, inner]

    def _sheet(self, source: str) -> Any:
        if source not in self._sheets:
            self._sheets[source] = CSS(string=source, font_config=self._fonts, url_fetcher=self._fetcher)
        return self._sheets[source]

    def _refuse_other_fonts(self, whole: Any, document: Document) -> None:
        """A glyph from a font of the machine would make other bytes on another machine."""
        strange = [font for font in whole.fonts.values() if font.family != FAMILY]
        signs = {sign for font in strange for text in font.to_unicode.values() for sign in text}
        if strange:
            raise no_glyph(signs, document.subject)

    def _refuse_missing_glyphs(self, root: Any, document: Document) -> None:
        """Where the machine has no other font either, a character would leave a gap and nothing else."""
        text = "".join(text for body in root.iter("body") for text in body.itertext())
        if missing := missing_glyphs(text):
            raise no_glyph(missing, document.subject)


def _shapes(pages: Sequence[Any]) -> tuple[PageShape, ...]:
    """What the structure needs to know of each page: its blocks, and which of them a page break parted."""
    shapes = []
    before: list[Any] = []
    for page in pages:
        # WeasyPrint tells nobody else which block goes on: html, then body, then the blocks.
        blocks = list(page._page_box.children[0].children[0].children)
        goes_on = bool(before and blocks and before[-1].element is blocks[0].element)
        shapes.append(PageShape(len(blocks), goes_on))
        before = blocks
    return tuple(shapes)


def _excerpt(text: str) -> str:
    return text if len(text) < 160 else f"{text[:80]} … {text[-60:]}"


def _attachment(file: AttachedFile, day: date) -> Any:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Attachment(
        string=file.content,
        name=file.name,
        description=file.description,
        created=moment,
        modified=moment,
        relationship=file.relationship,
    )
