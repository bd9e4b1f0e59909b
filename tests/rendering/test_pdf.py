"""The printed note: pages, structure, metadata, and the same bytes from the same input."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from verapdf import verapdf
from verbal_notes import BEGINNINGS, RICH, SENDER, composed, enclosure, note

from notegen.domain.addressee import Addressee, AddresseeForms
from notegen.domain.email_address import EmailAddress
from notegen.domain.identification import IdentificationNumber
from notegen.domain.member import Member
from notegen.domain.reference import ReferenceRequest
from notegen.errors import NoteFileError, RenderingError
from notegen.rendering.archive import embedded_files, read_archive
from notegen.rendering.document import Document
from notegen.rendering.fonts import missing_glyphs
from notegen.rendering.linebreaking import guide_lines
from notegen.rendering.pdf import PdfWriter

pytestmark = pytest.mark.tools("pdftoppm")  # pdftotext comes in the same package

ALL = ("fr", "nl", "en", "de")
LONG = "\n\n".join(
    f"{n}. Les missions sont priées de bien vouloir en tenir compte dès que possible." for n in range(60)
)
EVERYTHING = """\
informer.

1. Un alinéa[^a].

   Un second alinéa, avec
   - un point,
     > une citation

     | a | b |
     |---|---|
     | 1 | 2 |

2. Deux

terme
: définition

    deuxième alinéa
: autre définition

> # Titre cité
>
> - point
>   1. sous-point
>
>      ```
>      du code
>      ```

    du code en retrait

Encore[^a] et encore[^b].

[^a]: Une note.

    En deux alinéas.
[^b]: Avec un [lien](https://example.org/).
"""
MEMBERS = tuple(
    Member(
        row,
        IdentificationNumber("85073003328"),
        EmailAddress("a", "example.org"),
        "fr",
        f"Anne Marie {row}",
        "Peeters-Vandenbroucke",
        f"P-{row:05}",
    )
    for row in range(2, 92)
)
REQUEST = ReferenceRequest("P1.1", "PRO.3143", "VACCIN")


@pytest.fixture(scope="module")
def writer() -> PdfWriter:
    return PdfWriter()


def rich(*languages: str) -> Document:
    form = enclosure({"fr": "Formulaire"}, ["fr"])
    return composed(
        note(*languages, body=RICH, updated=date(2021, 12, 17), authoritative=("fr",), enclosures=(form,))
    )


def long(*languages: str) -> Document:
    return composed(note(*languages, body=f"informer de ce qui suit.\n\n{LONG}"))


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def page_texts(pdf: bytes, folder: Path) -> list[str]:
    """The words of each page as poppler reads them, in the order in which they stand on it."""
    path = folder / "note.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [page.replace("\u00a0", " ").replace("\u202f", " ") for page in text.split("\f")[:-1]]


def elements(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every structure element, in reading order."""
    stack = [pdf.Root.StructTreeRoot.K[0]]
    while stack:
        element = stack.pop()
        yield element
        kids = element.get("/K", [])
        kids = kids if isinstance(kids, pikepdf.Array) else [kids]
        stack += [kid for kid in reversed(list(kids)) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def kinds(pdf: pikepdf.Pdf) -> list[str]:
    return [str(each.S) for each in elements(pdf)]


@pytest.mark.tools("java")
def test_every_kind_of_note_is_pdf_a_3a_and_pdf_ua_1_by_verapdf(writer: PdfWriter, tmp_path: Path) -> None:
    documents: Mapping[str, Document] = {
        "one-language": composed(note("en")),
        "four-languages": rich(*ALL),
        "long": long("fr", "en"),
        "draft": composed(note("nl", "de", reference=REQUEST), draft=True),
        "fixed-letterhead": composed(note("fr", "nl"), sender=replace(SENDER, fixed="fr")),
        "bold-link": composed(note("en", body="see [*1* **2** 4^th^](link:plates), **[5](link:plates)**")),
        "annex": composed(note("fr", "nl", annex=MEMBERS)),
        "everything": composed(note("fr", body=EVERYTHING)),
    }  # fmt: skip
    paths = [tmp_path / f"{name}.pdf" for name in documents]
    for path, document in zip(paths, documents.values(), strict=True):
        path.write_bytes(writer.write(document))
    verdicts = verapdf(paths)
    assert len(verdicts) == 2 * len(documents)
    assert {key: broken for key, broken in verdicts.items() if broken} == {}


@pytest.mark.tools("java")
def test_verapdf_finds_what_is_wrong(tmp_path: Path, writer: PdfWriter) -> None:
    with opened(writer.write(composed(note("en")))) as pdf:
        del pdf.Root.MarkInfo
        pdf.save(tmp_path / "broken.pdf")
    verdicts = verapdf([tmp_path / "broken.pdf"])
    assert verdicts["broken.pdf", "ua1"]
    assert verdicts["broken.pdf", "3a"]


def test_the_same_note_gives_the_same_bytes_in_another_process(writer: PdfWriter) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from verbal_notes import RICH, composed, note\n"
        "from notegen.rendering.pdf import PdfWriter\n"
        "sys.stdout.buffer.write(PdfWriter().write(composed(note('fr', 'de', body=RICH), draft=True)))\n"
    )
    root = Path(__file__).parent.parent.parent
    other = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True).stdout
    mine = composed(note("fr", "de", body=RICH), draft=True)
    writer.write(rich("en"))
    assert writer.write(mine) == writer.write(mine) == other


def test_pages_are_counted_by_section_and_the_reference_runs_from_the_second(
    writer: PdfWriter, tmp_path: Path
) -> None:
    pages = page_texts(writer.write(long("fr", "en")), tmp_path)
    half = len(pages) // 2
    assert half > 1
    for number, page in enumerate(pages):
        own = number % half
        assert re.search(rf"^\s*{own + 1}/{half}\s*$", page, re.MULTILINE)
        top = page.lstrip().splitlines()[0]
        assert ("P0.0/PRO.3143/17.06.2021/VACCIN/5" in top) is (own > 0)


def test_the_addressee_block_stands_at_the_foot_of_the_first_page_of_each_section_and_only_there(
    writer: PdfWriter, tmp_path: Path
) -> None:
    pages = page_texts(writer.write(long("fr", "en")), tmp_path)
    half = len(pages) // 2
    blocks = ["Aux missions diplomatiques, postes", "To the diplomatic missions, consular"]
    for block, first in zip(blocks, (0, half), strict=True):
        assert [number for number, page in enumerate(pages) if block in page] == [first]
        foot = [line for line in pages[first].splitlines() if line.strip()]
        assert foot[-3].startswith(block)


@pytest.mark.parametrize("words", [3, 40, 100])
def test_the_addressee_block_never_meets_the_body_whatever_its_length(
    writer: PdfWriter, tmp_path: Path, words: int
) -> None:
    forms = AddresseeForms("x", "à x", "Destinataire " * words, "à x")
    document = composed(note(body=f"informer.\n\n{LONG}", addressee=Addressee("x", {"fr": forms})))
    path = tmp_path / "note.pdf"
    path.write_bytes(writer.write(document))
    command = ["pdftotext", "-bbox", "-l", "1", str(path), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]+)</word>', boxes)
    block = [(float(top), float(bottom)) for top, bottom, word in found if word == "Destinataire"]
    body = [
        float(bottom)
        for _, bottom, word in found
        if word != "Destinataire" and not re.fullmatch(r"\d+/\d+", word)
    ]
    assert len(block) == words
    assert min(top for top, _ in block) - max(body) > 15
    assert max(bottom for _, bottom in block) < 842 - 60


def test_an_addressee_block_that_fits_on_no_page_is_refused(writer: PdfWriter) -> None:
    forms = AddresseeForms("x", "à x", "Destinataire " * 300, "à x")
    with pytest.raises(RenderingError, match="does not fit"):
        writer.write(composed(note(addressee=Addressee("x", {"fr": forms}))))


def test_the_addressee_block_is_part_of_what_is_read_aloud(writer: PdfWriter) -> None:
    with opened(writer.write(composed(note("en")))) as pdf:
        assert kinds(pdf).count("/Div") >= 2


def test_each_section_says_its_language_and_its_title(writer: PdfWriter) -> None:
    with opened(writer.write(rich(*ALL))) as pdf:
        sections = [each for each in elements(pdf) if each.S == "/Sect"]
        assert [str(each.Lang) for each in sections] == ["fr-BE", "nl-BE", "en-GB", "de-BE"]
        assert str(sections[2].T) == "Titre en"
        assert str(pdf.Root.Lang) == "fr-BE"


def test_bookmarks_lead_to_the_languages_and_their_headings(writer: PdfWriter) -> None:
    with opened(writer.write(rich("fr", "en"))) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Français – Titre fr", "English – Titre en"]
        assert [item.title for item in outline.root[0].children] == ["Délais"]


def test_title_author_and_dates_come_from_the_note(writer: PdfWriter) -> None:
    with opened(writer.write(rich("fr"))) as pdf:
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title) == "Titre fr"
        assert str(pdf.docinfo.Author) == "Ministère"
        assert str(pdf.docinfo.CreationDate).startswith("D:20210617")
        assert str(pdf.docinfo.ModDate).startswith("D:20211217")


def test_a_paragraph_that_a_page_break_parts_is_one_paragraph_to_the_ear(writer: PdfWriter) -> None:
    body = (
        "informer de ce qui suit : "
        + "les missions sont priées d'en tenir compte et de le faire savoir ; " * 120
    )
    with opened(writer.write(composed(note(body=body)))) as pdf:
        assert len(pdf.pages) > 1
        with opened(writer.write(composed(note(body="informer.")))) as short:
            assert kinds(pdf).count("/P") == kinds(short).count("/P")


def test_a_footnote_is_a_note_with_a_label(writer: PdfWriter) -> None:
    with opened(writer.write(rich("fr", "en"))) as pdf:
        notes = [each for each in elements(pdf) if each.S == "/Note"]
        assert len({str(each.ID) for each in notes}) == len(notes) == 2
        assert all(each.K[0].S == "/Lbl" for each in notes)


def test_headings_skip_no_level(writer: PdfWriter) -> None:
    body = "informer.\n\n### Trois\n\n##### Cinq\n\n## Deux\n\n###### Six"
    with opened(writer.write(composed(note(body=body)))) as pdf:
        assert [kind for kind in kinds(pdf) if re.match(r"/H\d", kind)] == ["/H1", "/H2", "/H1", "/H2"]


def test_a_link_has_one_annotation_and_says_where_it_leads(writer: PdfWriter) -> None:
    with opened(writer.write(composed(note(body="voir [plaques *CD* **et** CC](link:plates)")))) as pdf:
        links = [each for each in pdf.pages[0].Annots if each.Subtype == "/Link"]
        assert [str(each.A.URI) for each in links] == ["https://example.org/fr/plates"]
        assert [str(each.Contents) for each in links] == ["plaques CD et CC"]


def test_an_address_beyond_ascii_is_written_in_percent_signs(writer: PdfWriter) -> None:
    with opened(
        writer.write(composed(note(body="voir [ici](https://example.org/santé?a=b%20c&d=é#x)")))
    ) as pdf:
        (link,) = pdf.pages[0].Annots
        assert str(link.A.URI) == "https://example.org/sant%C3%A9?a=b%20c&d=%C3%A9#x"


def test_the_pointer_leads_to_its_section_and_is_read_in_its_language(writer: PdfWriter) -> None:
    with opened(writer.write(composed(note("fr", "en")))) as pdf:
        (link,) = pdf.pages[0].Annots
        assert (str(link.Contents), str(link.Dest)) == ("English: see below", "section-en")
        assert [str(each.Lang) for each in elements(pdf) if each.S == "/Link"] == ["en-GB"]


def test_the_table_repeats_its_header_on_every_page(writer: PdfWriter, tmp_path: Path) -> None:
    rows = "\n".join(f"| Agent {n} | {n} |" for n in range(90))
    table = f"informer de la liste.\n\n| Catégorie | Nombre |\n|---|--:|\n{rows}"
    pages = page_texts(writer.write(composed(note(body=table))), tmp_path)
    with_rows = [page for page in pages if "Agent" in page]
    assert len(with_rows) > 1
    assert all("Catégorie" in page for page in with_rows)


def test_the_annex_has_pages_of_its_own(writer: PdfWriter, tmp_path: Path) -> None:
    pages = page_texts(writer.write(composed(note("fr", annex=MEMBERS))), tmp_path)
    assert len(pages) > 2
    assert "85.07.30-033.28" not in pages[0]
    assert all("Numéro d’identification" in page and "Fait à" not in page for page in pages[1:])


@pytest.mark.parametrize("paragraphs", range(8, 22))
def test_the_last_page_never_holds_the_done_at_line_alone(
    writer: PdfWriter, tmp_path: Path, paragraphs: int
) -> None:
    text = "\n\n".join(["Les missions sont priées d'en tenir compte " * 3] * paragraphs)
    pages = page_texts(writer.write(composed(note(body=f"informer.\n\n{text}"))), tmp_path)
    assert "saisit cette occasion" in pages[-1]
    assert "Fait à Bruxelles" in pages[-1]
    assert len(pages) == 1 or "en tenir compte" in pages[-1]


@pytest.mark.parametrize("paragraphs", range(6, 20))
def test_the_last_page_never_holds_the_enclosures_alone(
    writer: PdfWriter, tmp_path: Path, paragraphs: int
) -> None:
    text = "\n\n".join(["Les missions sont priées d'en tenir compte " * 3] * paragraphs)
    form = enclosure({"fr": "Formulaire"}, ["fr"])
    told = note(body=f"informer.\n\n{text}", enclosures=(form,))
    pages = page_texts(writer.write(composed(told)), tmp_path)
    assert "Formulaire" in pages[-1]
    assert "Fait à Bruxelles" in pages[-1]


@pytest.mark.parametrize("time", ["8 h", "10 h 30", "9.15 uur", "10 Uhr", "10.30 am", "9 a.m.", "18 heures"])
def test_a_clock_time_is_never_parted(time: str) -> None:
    root = ET.fromstring(f"<p>10 hommes à {time}, puis <b>x</b> de {time} à minuit sans interruption</p>")
    guide_lines(root)
    text = "".join(root.itertext())
    assert text.count(time.replace(" ", "\u00a0")) == 2
    assert "10 hommes" in text


def test_emphasis_without_end_is_refused_and_the_next_note_printed(writer: PdfWriter) -> None:
    with pytest.raises(RenderingError, match="too deeply"):
        writer.write(composed(note(body=f"informer {'*' * 5000}x{'*' * 5000}")))
    assert writer.write(composed(note())) == PdfWriter().write(composed(note()))


@pytest.mark.parametrize("lines", range(14, 26))
def test_a_footnote_stands_on_the_page_of_its_call(writer: PdfWriter, tmp_path: Path, lines: int) -> None:
    filling = "\n\n".join(["Une ligne."] * lines)
    last = "Les missions sont priées d'en tenir compte et de le faire savoir sans délai à leurs membres. " * 4
    body = f"informer[^1].\n\n{filling}\n\n* * *\n\n{last}\n\n[^1]: Le pied de la page."
    pages = page_texts(writer.write(composed(note(body=body))), tmp_path)
    assert [number for number, page in enumerate(pages) if "Le pied de la page" in page] == [0]


@pytest.mark.parametrize("after", ["**gras**", "[lien](link:plates)", "*italique*"])
def test_a_no_break_space_after_markup_never_ends_a_line(
    writer: PdfWriter, tmp_path: Path, after: str
) -> None:
    for width in range(24):
        body = f"communiquer {'x' * width} au sujet de la question du lieu et du jour {after} : voir."
        lines = page_texts(writer.write(composed(note(body=body))), tmp_path)[0].splitlines()
        assert not any(line.lstrip().startswith(":") for line in lines)


def test_no_line_holds_nothing_but_a_broken_word(writer: PdfWriter, tmp_path: Path) -> None:
    for width in range(40):
        words = "d'importantes informations au sujet des internationales **dispositions** en vue."
        body = f"communiquer {'i' * width} {words}"
        text = page_texts(writer.write(composed(note(body=body))), tmp_path)[0]
        assert not [line for line in text.splitlines() if re.fullmatch(r"\s*\w{1,8}-", line)]


def test_source_and_facts_come_back_out_of_the_pdf(writer: PdfWriter) -> None:
    document = composed(note("fr", "nl", companions=(("body.fr.md", b"texte"),)), only=["nl"])
    archive = read_archive(writer.write(document))
    assert archive.source.content == b"document: verbal-note\n"
    assert archive.source.media_type == "application/yaml"
    assert [(file.name, file.content) for file in archive.companions] == [("body.fr.md", b"texte")]
    assert (archive.reference, archive.draft, archive.languages) == (
        "P0.0/PRO.3143/17.06.2021/VACCIN/5",
        False,
        ("nl",),
    )
    assert archive.addressee.forms["nl"].block.startswith("Aan de diplomatieke zendingen")


def test_the_attached_files_bear_the_date_of_the_note(writer: PdfWriter) -> None:
    with opened(writer.write(composed(note()))) as pdf:
        assert len(pdf.Root.AF) == 2
        assert {str(each.AFRelationship) for each in pdf.Root.AF} == {"/Source", "/Data"}
        assert all(str(each.EF.F.Params.ModDate).startswith("D:20210617") for each in pdf.Root.AF)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"GIF89a"])
def test_what_is_no_pdf_of_notegen_is_refused(content: bytes) -> None:
    with pytest.raises(NoteFileError):
        read_archive(content, "x.pdf")


def test_a_pdf_of_another_program_has_no_archive() -> None:
    empty = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(empty)
    assert embedded_files(empty.getvalue()) == ()
    with pytest.raises(NoteFileError, match="not inside"):
        read_archive(empty.getvalue())


def test_a_character_without_a_glyph_is_named_and_nothing_is_printed(writer: PdfWriter) -> None:
    with pytest.raises(RenderingError, match=re.escape("U+4E2D")):
        writer.write(composed(note("en", body="greet the Embassy of 中国")))


def test_a_no_break_hyphen_is_drawn_as_a_hyphen_that_never_ends_a_line(
    writer: PdfWriter, tmp_path: Path
) -> None:
    for width in range(12):
        words = "to whom it may concern and to all others by means of an E\u2011Mail before noon"
        body = f"send {'x' * width} {words}"
        text = page_texts(writer.write(composed(note("en", body=body))), tmp_path)[0]
        assert "E-\u2060Mail" in text or "E-Mail" in text


def test_missing_glyphs_are_known_before_printing() -> None:
    assert missing_glyphs("« Ça ! »\u00a0\u202f… – “x” „y“ €") == frozenset()
    assert missing_glyphs("中 x") == {"中"}


def test_greek_and_cyrillic_names_have_glyphs(writer: PdfWriter) -> None:
    assert writer.write(composed(note("en", body="greet Ελλάδα and България"))).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "image",
    ["http://example.org/a.png", "file:///etc/hostname", "https://example.org/a.svg", "ftp://example.org/x"],
)
def test_nothing_is_fetched_from_outside(writer: PdfWriter, image: str) -> None:
    inner = f'<image href="{image}" width="9" height="9"/>'
    emblem = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>'
    document = composed(note("en"), sender=replace(SENDER, emblem=emblem))
    with pytest.raises(RenderingError):
        writer.write(document)


def test_the_looks_hold_no_rule_that_the_printer_does_not_know(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        PdfWriter().write(rich("fr", "nl"))
    assert [record.getMessage() for record in caplog.records] == []


def test_the_html_of_a_note_holds_every_section_and_its_looks(writer: PdfWriter) -> None:
    html = writer.html(composed(note("fr", "en")))
    assert html.count("<section lang=") == 2
    assert "<style>" in html
    assert BEGINNINGS["en"] in html


def test_the_html_of_a_draft_says_so_in_its_language(writer: PdfWriter) -> None:
    html = writer.html(composed(note("fr", "nl"), draft=True))
    assert 'data-draft="PROJET"' in html
    assert 'data-draft="ONTWERP"' in html


def test_a_hostile_title_stays_text(writer: PdfWriter) -> None:
    given = note("en")
    versions = (replace(given.versions[0], title='"><script>x</script>'),)
    html = writer.html(composed(replace(given, versions=versions)))
    assert "<script" not in html


def test_guiding_lines_leaves_the_words_alone() -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(
        "<body><p>a b <b>c</b> d <i>e</i> international</p><p>to be or</p><td>1 May</td></body>"
    )
    before = "".join(root.itertext())
    guide_lines(root)
    assert "".join(root.itertext()).replace("\u00a0", " ") == before
