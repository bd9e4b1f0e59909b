"""What MkDocs asks while it builds the site: generated pages, the decisions, links that leave docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from command_reference import commands_page
from file_reference import files_page
from finding_reference import findings_page
from gallery import gallery_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from settings_reference import settings_page
from state_reference import exit_codes_page, states_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_OF_THE_ROOT = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
GENERATED = {
    "reference/commands.md": commands_page,
    "reference/settings.md": settings_page,
    "reference/files.md": files_page,
    "reference/states.md": states_page,
    "reference/findings.md": findings_page,
    "reference/exit-codes.md": exit_codes_page,
    "gallery.md": gallery_page,
    "changelog.md": lambda: (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
    "contributing.md": lambda: (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
}
"""The pages that are made from the code whenever the site is built, and what makes each."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every decision into the navigation, in the order of their list."""
    listed = re.findall(r"^- \[(.+)\]\((\S+\.md)\)", _text(DOCS / "decisions" / "README.md"), re.MULTILINE)
    pages: list[Any] = ["decisions/README.md", *({title: f"decisions/{file}"} for title, file in listed)]
    config.nav = _with_decisions(config.nav, pages)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated."""
    for name, make in GENERATED.items():
        files.append(File.generated(config, name, content=make()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Mend what the code host shows and a site cannot: links that leave docs/, steps indented by three."""
    del config, files
    # The pages that come from the root of the checkout write their links from there.
    home = ROOT if page.file.src_uri in ("changelog.md", "contributing.md") else DOCS / page.file.src_uri
    folder = home if home.is_dir() else home.parent
    depth = page.file.src_uri.count("/")
    link = r"(?<!!)\[([^\]]+)\]\(([^)\s:]+)\)"
    mended = re.sub(link, lambda found: _led_right(found[1], found[2], folder, depth), markdown)
    return "\n".join(_indented(mended.split("\n")))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Give the search a name that a screen reader can say; the theme forgot it."""
    del page, config
    dialog = 'data-md-component="search" role="dialog"'
    return output.replace(dialog, f'{dialog} aria-label="Search"')


def _indented(lines: list[str]) -> Iterator[str]:
    """What stands below a numbered step, four blanks in: to Python-Markdown, three are another paragraph."""
    is_step = False
    for line in lines:
        if line and not line.startswith("   "):
            is_step = re.match(r"\d+\. \S", line) is not None
        yield f" {line}" if is_step and line.startswith("   ") else line


def _led_right(words: str, target: str, folder: Path, depth: int) -> str:
    path, _, anchor = target.partition("#")
    if not path:
        return f"[{words}]({target})"
    file = (folder / path).resolve()
    up = "../" * depth
    if file.parent == ROOT and file.name in _OF_THE_ROOT:
        return f"[{words}]({up}{_OF_THE_ROOT[file.name]})"
    if DOCS not in file.parents:
        return words
    if path.endswith("/"):
        file = file / "README.md"
    return f"[{words}]({up}{file.relative_to(DOCS).as_posix()}{'#' + anchor if anchor else ''})"


def _with_decisions(nav: Any, pages: list[Any]) -> Any:
    if isinstance(nav, list):
        return [_with_decisions(entry, pages) for entry in nav]
    if isinstance(nav, dict):
        return {k: pages if k == "Decisions" else _with_decisions(v, pages) for k, v in nav.items()}
    return nav


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
