"""The documentation as a site: it builds without a warning, and no page of it needs another host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from finding_reference import findings
from gallery import DOCUMENTS, MAILS
from playwright.sync_api import expect, sync_playwright
from settings_reference import undescribed
from state_reference import states
from test_templates import codes

from notegen.domain.notification import SEQUENCES, NotificationKind
from notegen.domain.planned_mail import MailState

ROOT = Path(__file__).parent.parent
_NAMES = {"xmlns", "xmlns:xlink"}


class Addresses(HTMLParser):
    """Collects every address of another host in the attributes and styles of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.foreign += [
            f"<{tag} {name}={value!r}>"
            for name, value in attrs
            if value and name not in _NAMES and re.match(r"\s*(?:[a-z]+:)?//", value)
        ]
        self.foreign += [str(value) for name, value in attrs if name == "style" and "//" in (value or "")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    build = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_needs_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    found = {}
    for page in pages:
        reader = Addresses()
        reader.feed(page.read_text(encoding="utf-8"))
        found[page.name] = reader.foreign
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_no_style_sheet_fetches_from_another_host(site: Path) -> None:
    sheets = [sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css")]
    assert sheets
    assert [found for sheet in sheets for found in re.findall(r"url\([\"']?(?:https?:)?//[^)]*", sheet)] == []


def test_every_page_can_be_reached_and_searched(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([\w/-]+\.html)', home))
    pages = {page.relative_to(site).as_posix() for page in site.rglob("*.html")} - {"index.html", "404.html"}
    assert pages <= linked
    assert "Message-ID" in (site / "search" / "search_index.json").read_text(encoding="utf-8")


@pytest.mark.tools("chromium")
def test_the_search_finds_without_a_server(site: Path, programs: Mapping[str, str]) -> None:
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs["chromium"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "reference" / "commands.html").as_uri())
        page.get_by_role("textbox", name="Search").fill("retention_days")
        found = page.locator(".md-search-result__item").filter(has_text="Settings")
        expect(found.first).to_be_attached(timeout=60_000)
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_gallery_shows_every_mail_and_every_document() -> None:
    files = {file.stem: file.read_text(encoding="utf-8") for file in (ROOT / "examples").glob("*.yaml")}
    documents = {
        name for name, text in files.items() if re.search(r"^document: [a-z-]+$", text, re.MULTILINE)
    }
    assert set(DOCUMENTS) - {"mission"} == documents
    # The script names one person's mails by their order.
    assert tuple(MAILS)[:3] == SEQUENCES["activation"]
    assert set(MAILS) == set(NotificationKind)


def test_the_reference_has_every_finding_that_the_program_makes() -> None:
    told = {code for of_file in findings().values() for code in of_file}
    assert codes()
    assert codes() - told == set()


def test_every_setting_and_every_state_is_described() -> None:
    assert undescribed() == []
    assert set(states()) == set(MailState)
    assert all(states().values())
