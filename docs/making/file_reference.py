"""The reference of files that people write, made from the JSON Schemas that `notegen schema` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notegen.cli.schema import SchemaKind, schema_of

_INTRODUCTION = """# Files

Made from the program itself: what the files may hold that people write. All are YAML 1.2 in UTF-8; an
unknown or doubled key is refused with its line and column and the nearest key that exists. `notegen schema
KIND` prints each of these as JSON Schema, so that an editor completes and checks while you type:

```sh
notegen schema note > note.schema.json
```

and as the first line of the file: `# yaml-language-server: $schema=note.schema.json`. [The first
tutorial](../tutorials/officer.md) shows it.

A text *a language* is a table with the language's code as key: `{fr: …, nl: …}`. Notes, addressees, rosters
and status notifications can also stand in a workbook: `notegen note form`, `notegen roster form` and
`notegen notify form` write it blank, with help in every column.
"""
_TITLES = {
    SchemaKind.NOTE: ("Verbal note", "examples/identity-cards.yaml"),
    SchemaKind.REFERENCE_CARD: ("Reference card", "examples/bis-card.yaml"),
    SchemaKind.STEP_GUIDE: ("Step guide", "examples/employer-guide.yaml"),
    SchemaKind.ADDRESSEES: ("Addressees", "examples/addressees.yaml"),
    SchemaKind.ROSTER: ("Roster", "examples/members.yaml"),
    SchemaKind.NOTIFICATION: ("Status notification", "examples/number-assigned.yaml"),
    SchemaKind.ANNOUNCEMENT: ("Announcement", "examples/announcement.yaml"),
}


def files_page() -> str:
    """The page: a heading a file, a row a key."""
    return "\n".join([_INTRODUCTION, *(_section(kind) for kind in _TITLES)])


def _section(kind: SchemaKind) -> str:
    title, example = _TITLES[kind]
    schema = schema_of(kind)
    schema = {**schema, **_entry(schema)}
    said = schema.get("description") or schema.get("title", "")
    rows = [row for name, own in schema.get("properties", {}).items() for row in _rows(schema, name, own)]
    parts = [
        f"## {title}",
        f"{said.removesuffix('.')}. Example: `{example}`; schema: `notegen schema {kind.value}`.",
        "| key | needed | is |\n|---|---|---|\n" + "\n".join(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _entry(schema: dict[str, Any]) -> dict[str, Any]:
    """What a file consists of that is one list: its entry."""
    return _followed(schema, schema["items"]) if schema.get("type") == "array" else {}


def _rows(schema: dict[str, Any], name: str, own: dict[str, Any], depth: int = 0) -> Iterator[str]:
    needed = "yes" if name.rpartition(".")[2] in schema.get("required", []) else ""
    yield f"| `{name}` | {needed} | {_cell(own.get('description', ''))}{_values(own)} |"
    if depth < 2:
        for inner in _inner(schema, own):
            for key, below in inner.get("properties", {}).items():
                yield from _rows(
                    {**inner, "$defs": schema.get("$defs", {})}, f"{name}.{key}", below, depth + 1
                )


def _inner(schema: dict[str, Any], own: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The tables inside a value: its own, those of a list, those of either choice."""
    followed = _followed(schema, own)
    if "properties" in followed:
        yield followed
    for choice in [*own.get("anyOf", []), *own.get("oneOf", [])]:
        yield from _inner(schema, choice)
    for below in (own.get("items"), *own.get("patternProperties", {}).values()):
        if isinstance(below, dict):
            yield from _inner(schema, below)


def _followed(schema: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    name = own.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["$defs"][name] if name else own
    return found


def _values(own: dict[str, Any]) -> str:
    values = [value for value in own.get("enum", []) if value]
    return f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""


def _cell(text: str) -> str:
    # What looks like a link is an example of one.
    return text.replace("|", "\\|").replace("\n", " ").replace("](", "]&#40;")
