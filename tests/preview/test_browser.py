"""The desk in a real browser: looks, keyboard, live changes, and what axe-core finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from desks import Opened, rewrite
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.tools("chromium")

VIEWS = {
    "notes": "/fr/notes",
    "note": "/fr/notes/1",
    "paper": "/de/notes/1/paper?show=fr",
    "mails": "/nl/mails",
    "mail": "/en/mails/activation-code?person=6&theme=dark",
    "wide mail": "/de/mails/profile-created?width=desktop&show=fr,nl",
    "roster": "/fr/roster",
    "templates": "/nl/templates",
    "text": "/en/templates/fr/notifications/activation-link.md",
    "missing": "/en/nothing",
}
FOCUSED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body) return "";
  const isSeen = getComputedStyle(at).outlineStyle !== "none" || at.localName === "iframe";
  return isSeen && box.width > 0 ? String([...document.all].indexOf(at)) : `unseen ${at.outerHTML}`;
}"""
"""The element in focus by its number, nothing at the end of the page."""

PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


class Sitting:
    """A page at the desk; whatever its console complains about is collected."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def follows(self) -> None:
        """Wait until the page would hear of a change."""
        expect(self.page.locator(".live")).to_have_attribute("data-state", "following")


@pytest.fixture
def sit(browser: Browser) -> Iterator[object]:
    """Opens a page of the desk at some width, in some colours."""
    contexts = []

    def open_page(address: str, width: int = 1280, colours: str = "light", language: str = "en") -> Sitting:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=colours, locale=language
        )
        contexts.append(context)
        sitting = Sitting(context.new_page())
        sitting.page.goto(address)
        return sitting

    yield open_page
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    """Wait until everything is there, the note's paper too."""
    page.evaluate("document.fonts.ready.then(() => true)")
    if page.locator("[data-part]").count():
        page.wait_for_selector("[data-filled]", state="attached")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("width", "colours"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    desk: Opened, sit, view: str, width: int, colours: str
) -> None:
    sitting = sit(desk.address + VIEWS[view], width, colours)
    settled(sitting.page)
    found = Axe().run(sitting.page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert sitting.page.evaluate("document.documentElement.scrollWidth") <= width
    assert [line for line in sitting.complaints if "404" not in line] == []


def test_the_desk_opens_in_the_language_of_the_browser_and_changes_it_by_link(desk: Opened, sit) -> None:
    page = sit(f"{desk.address}/", language="nl-BE").page
    expect(page.locator("h1")).to_have_text("Nota’s")
    page.get_by_role("link", name="DE", exact=True).click()
    expect(page.locator("h1")).to_have_text("Noten")
    expect(page.locator("html")).to_have_attribute("lang", "de-BE")


def test_the_whole_way_is_gone_by_keyboard(desk: Opened, sit) -> None:
    page = sit(f"{desk.address}/en/notes").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Renewal of special identity cards")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Renewal of special identity cards")
    page.get_by_role("link", name="E-mails").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Made-up person").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Made-up person")).to_have_value("10")
    page.get_by_role("link", name="activation-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("activation-link")
    page.locator("summary", has_text="As text").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("pre.plain").first).to_be_visible()


@pytest.mark.parametrize("view", ["note", "mail", "roster", "text"])
def test_every_stop_of_the_tab_key_is_seen_and_none_is_a_trap(desk: Opened, sit, view: str) -> None:
    page = sit(desk.address + VIEWS[view]).page
    settled(page)
    stops = page.locator("a[href], button, input:not([type=hidden]), select, summary, [tabindex='0'], iframe")
    total = stops.count()
    seen = set()
    for _ in range(total + 2):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        assert not place.startswith("unseen")
        seen.add(place)
    assert "" in seen
    assert len(seen) > total * 0.8


def test_a_changed_template_shows_by_itself(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/en/mails/profile-created?show=fr")
    sitting.follows()
    path = own_desk.templates / "fr" / "notifications" / "profile-created.md"
    rewrite(path, "Subject: ", "Subject: Épreuve : ")
    expect(sitting.page.locator(".subject")).to_contain_text("Épreuve :")
    expect(sitting.page.locator(".live")).to_contain_text("Updated at")
    assert sitting.complaints == []


def test_a_note_is_broken_and_mended_before_the_reader_s_eyes(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/fr/notes/2")
    page, path = sitting.page, own_desk.examples / "national-day.yaml"
    settled(page)
    sitting.follows()
    picture = page.locator(".paper img").first
    before, width = picture.get_attribute("src") or "", picture.evaluate("image => image.naturalWidth")
    assert width > 1000
    rewrite(path, "languages: [fr]", "languages: [fr")
    expect(page.locator(".alarm")).to_contain_text("national-day.yaml:")
    rewrite(path, "languages: [fr", "languages: [fr]")
    expect(page.locator(".alarm")).to_have_count(0)
    rewrite(path, "le **mardi 21 juillet 2026**", "le **lundi 21 juillet 2026**")
    expect(page.locator(".cell mark")).to_contain_text("lundi")
    expect(page.locator(".remarks")).to_contain_text("Le jour de la semaine")
    expect(picture).not_to_have_attribute("src", before)
    expect(picture).to_have_js_property("naturalWidth", width)
    assert sitting.complaints == []


def test_a_finding_leads_to_its_paragraph_and_back(own_desk: Opened, sit) -> None:
    rewrite(own_desk.examples / "national-day.yaml", "mardi 21 juillet", "lundi 21 juillet")
    page = sit(f"{own_desk.address}/en/notes/2").page
    page.locator(".remarks a.place").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cell:target")).to_contain_text("lundi")
    page.locator(".cell:target .back").first.click()
    expect(page.locator(".remarks li:target")).to_be_visible()


def test_who_reads_stays_where_they_were_when_the_page_is_renewed(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/en/mails/profile-created")
    page = sitting.page
    sitting.follows()
    page.locator("summary", has_text="Headers").first.click()
    page.get_by_label("Made-up person").focus()
    where = page.evaluate("scrollTo(0, 300), scrollY")
    assert where > 0
    rewrite(
        own_desk.templates / "nl" / "notifications" / "profile-created.md", "Subject: ", "Subject: Proef: "
    )
    expect(page.locator(".letters")).to_contain_text("Proef:")
    expect(page.locator("dl.headers").first).to_be_visible()
    expect(page.get_by_label("Made-up person")).to_be_focused()
    assert abs(page.evaluate("scrollY") - where) < 100


def test_nothing_runs_in_a_mail(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/en/mails/profile-created/fr/frame")
    assert sitting.page.evaluate("() => typeof window.origin === 'string' && window.origin") == "null"
    sitting.page.goto(f"{own_desk.address}/en/mails/profile-created?show=fr")
    frame = sitting.page.frame_locator("iframe").first
    expect(frame.locator("body")).to_contain_text("Anne-Sophie")


def test_an_inline_script_would_not_run(desk: Opened, sit) -> None:
    sitting = sit(f"{desk.address}/en/notes")
    sitting.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.intruder = true";
          document.body.append(script);
        }"""
    )
    assert sitting.page.evaluate("window.intruder") is None
    assert any("Content Security Policy" in line for line in sitting.complaints)


def test_a_foreign_name_gets_nothing_even_when_it_leads_here(desk: Opened, browser: Browser) -> None:
    port = desk.address.rpartition(":")[2]
    context = browser.new_context(extra_http_headers={"Host": f"rebound.example.org:{port}"})
    answer = context.request.get(f"{desk.address}/en/roster", headers={"Host": f"rebound.example.org:{port}"})
    assert answer.status == 421
    context.close()


def test_a_desk_that_was_closed_is_told(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/de/notes")
    sitting.follows()
    own_desk.end()
    expect(sitting.page.locator(".live")).to_contain_text("Keine Verbindung mehr")


def test_a_mail_looks_dark_where_dark_is_wanted(desk: Opened, sit) -> None:
    shades = {}
    for theme in ("light", "dark"):
        page = sit(f"{desk.address}/en/mails/profile-created/fr/frame?theme={theme}", colours="light").page
        shades[theme] = page.locator(".sheet").evaluate("sheet => getComputedStyle(sheet).backgroundColor")
    assert shades == {"light": "rgb(255, 255, 255)", "dark": "rgb(29, 35, 42)"}


def test_without_javascript_every_page_is_there(desk: Opened, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{desk.address}/en/notes/1")
    page.get_by_role("link", name="The pages are being printed…").click()
    expect(page.get_by_role("img").first).to_have_attribute("alt", "Français, page 1 of 2")
    context.close()


def test_a_text_in_a_file_of_its_own_is_followed_too(own_desk: Opened, sit) -> None:
    note, text = own_desk.examples / "national-day.yaml", own_desk.examples / "texts" / "day.md"
    head, _, body = note.read_text(encoding="utf-8").partition("body:\n  fr: |\n")
    text.parent.mkdir()
    text.write_text("\n".join(line[4:] for line in body.split("\n")), encoding="utf-8")
    sitting = sit(f"{own_desk.address}/en/notes/2")
    sitting.follows()
    rewrite(note, head + "body:\n  fr: |\n" + body, head + "body:\n  fr: {file: texts/day.md}\n")
    expect(sitting.page.locator(".cell").first).to_contain_text("line 1")
    rewrite(text, "## Programme", "## Déroulement")
    expect(sitting.page.locator(".rows")).to_contain_text("Déroulement")
    assert sitting.complaints == []


def test_a_roster_that_is_saved_again_is_followed_too(own_desk: Opened, sit) -> None:
    sitting = sit(f"{own_desk.address}/en/roster")
    sitting.follows()
    expect(sitting.page.locator("main")).to_contain_text("Rejected (5)")
    shutil.copy(own_desk.examples / "members-de.xlsx", own_desk.examples / "members.xlsx")
    expect(sitting.page.locator("main")).not_to_contain_text("Rejected (5)")
