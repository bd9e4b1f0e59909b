"""The mails before the programs that meet them: a spam filter, and a browser as wide as a phone."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from notifications import composer, planned

from notegen.domain.language import Language
from notegen.domain.notification import NotificationKind
from notegen.rendering.email import MailPreview

PAGE = """<!DOCTYPE html><meta charset="utf-8"><body><script>
addEventListener("load", () => {
  document.title = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument.documentElement;
    return frame.clientWidth + ":" + page.scrollWidth + ":" + page.scrollHeight;
  }).join(" ");
});
</script>"""


@pytest.fixture(scope="module")
def mails(
    languages: Mapping[str, Language], templates_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[MailPreview]:
    own = tmp_path_factory.mktemp("own")
    (own / "en" / "notifications").mkdir(parents=True)
    row = "| Anticonstitutionnellement " * 9 + "|\n"
    wide = f"Subject: Wide\n\n{row}{'|---' * 9}|\n{row * 9}\n\n```\n{'x' * 300} {'y ' * 99}\n```\n"
    (own / "en" / "notifications" / "profile-created.md").write_text(wide)
    make = composer(languages, templates_folder)
    rows = [planned(kind, code, "Amélie", "Doe") for kind in NotificationKind for code in languages]
    rows += [planned(kind, "en", "x" * 300, "É" * 300) for kind in NotificationKind]
    made = [make.preview(row, show_secrets=True) for row in rows]
    return [*made, composer(languages, own, templates_folder).preview(planned(language="en"))]


@pytest.mark.tools("spamassassin")
def test_a_spam_filter_finds_nothing_to_say(
    mails: list[MailPreview], programs: Mapping[str, str], tmp_path: Path
) -> None:
    contents = [mail.content.replace(b"\r\n", b"\n") for mail in mails]
    contents.append(re.sub(rb"^(Date|Message-ID): .*\n", b"", contents[0], flags=re.MULTILINE))
    box = tmp_path / "mails.mbox"
    box.write_bytes(b"".join(b"From x@y Thu Jan  1 00:00:00 1970\n" + mail + b"\n" for mail in contents))
    command = (
        programs["spamassassin"],
        "--local",
        "--test-mode",
        "--mbox",
        "--siteconfigpath=/etc/spamassassin",
    )
    command += (f"--prefspath={tmp_path}/prefs",)
    (tmp_path / "prefs").write_text(
        "use_bayes 0\nuse_auto_whitelist 0\nallow_user_rules 0\n", encoding="utf-8"
    )
    done = subprocess.run(
        (*command, box), capture_output=True, check=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    )
    points = re.findall(r"Content analysis details: +\((-?[\d.]+) points", done.stdout.decode())
    *ours, without_date_and_id = sorted(map(float, points))
    assert len(ours) == len(mails)
    assert max(ours) <= 0.0
    assert without_date_and_id > 1.0  # the filter is awake


@pytest.mark.tools("chromium")
@pytest.mark.parametrize("width", [320, 360, 800])
def test_no_mail_is_wider_than_the_screen(
    mails: list[MailPreview], programs: Mapping[str, str], tmp_path: Path, width: int
) -> None:
    style = f"width: {width}px; height: 400px; border: 0"
    frames = "".join(f'<iframe style="{style}" srcdoc="{html.escape(mail.html)}"></iframe>' for mail in mails)
    page = tmp_path / "mails.html"
    page.write_text(PAGE + frames, encoding="utf-8")
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/profile",
        "--dump-dom",
    )
    done = subprocess.run(
        (programs["chromium"], *options, page.as_uri()), capture_output=True, check=True, timeout=120
    )
    title = re.search(r"<title>([\d: ]+)</title>", done.stdout.decode())
    assert title
    sizes = [tuple(map(int, size.split(":"))) for size in title[1].split()]
    assert len(sizes) == len(mails)
    assert all(shown == width for shown, _, _ in sizes)
    assert all(wide <= shown for shown, wide, _ in sizes), sizes
    assert all(high > 400 for _, _, high in sizes)
