"""templates/<language>/origins.toml: what each text of a language was translated from.

The file is kept by notegen; nobody has to touch it. Under the name of each file it lists the source's
passages as they were when the translation was last found right, each by a hash; under [texts] stand the
hashes' texts, so that a change can be shown word by word without asking a version control system.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from notegen.domain.passage import Origin, Origins, Passage, PassageKind, text_digest
from notegen.domain.problem import Place, Problem
from notegen.reading.toml_passages import toml_string

ORIGINS = "origins.toml"
_FROM = "translated from"
_HEAD = """\
# What the texts of this language were translated from. Kept by notegen; not for editing.
# After a translation was compared with its source: notegen templates reviewed {language}
"""


def read_origins(folders: Sequence[Path], language: str) -> Origins:
    """What a language was translated from; of each file, what the first folder that tells it says."""
    files: dict[str, Origin] = {}
    faults: list[Problem] = []
    path = ""
    for folder in reversed(folders):
        file = folder / language / ORIGINS
        if not file.is_file():
            continue
        path = str(file)
        try:
            files.update(_files(tomllib.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            faults.append(Problem("translation-broken", Place(path), str(error)))
    return Origins(language, path, files, tuple(faults))


def origins_file(origins: Mapping[str, Origin], language: str) -> str:
    """The file that tells these origins; `read_origins` gives them again."""
    texts: dict[str, str] = {}
    lines = [_HEAD.format(language=language)]
    for name, origin in sorted(origins.items()):
        lines += [f"[{toml_string(name)}]", f"{toml_string(_FROM)} = {toml_string(origin.source)}"]
        for passage in origin.passages:
            texts[passage.digest] = " ".join(passage.text.split())
            lines.append(f"{toml_string(passage.key)} = {toml_string(passage.digest)}")
        lines.append("")
    lines.append("[texts]")
    lines += [f"{toml_string(digest)} = {toml_string(text)}" for digest, text in sorted(texts.items())]
    return "\n".join(lines) + "\n"


def _files(content: Mapping[str, Any]) -> Iterable[tuple[str, Origin]]:
    texts = content.get("texts", {})
    for digest, text in texts.items():
        if text_digest(text) != digest:
            raise ValueError(f"[texts] {digest}: this is not the text that was hashed")
    for name, told in content.items():
        if name != "texts":
            then = [_passage(name, key, texts[told[key]]) for key in told if key != _FROM]
            yield name, Origin(str(told[_FROM]), tuple(then))


def _passage(name: str, key: str, text: str) -> Passage:
    """A passage as it was; its kind is in its key, or in the kind of its file."""
    first = key.partition(" ")[0]
    if name.endswith(".md"):
        kind = next((kind for kind in PassageKind if kind.value == first), PassageKind.HEAD)
    elif name.endswith(".toml"):
        kind = PassageKind.LINE if key.rpartition(".")[2].isdigit() else PassageKind.ENTRY
    elif name.endswith(".html"):
        kind = PassageKind.PARAGRAPH if first == "paragraph" and first != key else PassageKind.BLOCK
    else:
        kind = PassageKind.COMMENT
    return Passage(key, kind, text)
