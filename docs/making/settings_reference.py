"""The reference of settings: every key of notegen.toml with type, default, meaning and variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from notegen.settings import Settings

_INTRODUCTION = """# Settings

Made from the program itself. `notegen.toml` stands in the folder in which `notegen` is run, or is named by
`--config`. Every key may be left out. A variable in the environment wins over the file; paths are meant
from the working folder. An unknown key is refused with its line and the nearest key that exists. `notegen
schema settings` prints the same as JSON Schema.

A list is written as JSON in its variable: `NOTEGEN_TEMPLATES__FOLDERS='["texts"]'`.

A password never stands in the file: name a `password_file` under `[smtp]`, or set `NOTEGEN_SMTP__PASSWORD`;
a database password stands in `NOTEGEN_RECORDS__URL`.
"""


Section = tuple[tuple[str, ...], type[BaseModel]]
_TYPES = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "`true` or `false`",
    "Path": "path",
}


def settings_page() -> str:
    """The page: a heading a section, a row a key."""
    parts = [_INTRODUCTION, "## At the top\n", _table("NOTEGEN_", _own(Settings))]
    for path, section in _sections(Settings, ()):
        whole = " ".join((section.__doc__ or "").split())
        said = whole.partition("`: ")[2] or whole
        parts.append(f"## [{'.'.join(path)}]\n\n{said[:1].upper()}{said[1:]}\n")
        variable = "" if path[-1] == "fr" else "NOTEGEN_" + "".join(f"{part.upper()}__" for part in path)
        parts.append(_table(variable, _own(section)))
    return "\n".join(parts)


def undescribed() -> list[str]:
    """The keys that do not say what they are; there should be none."""
    top = [("", name, field) for name, field in _own(Settings)]
    inner = [
        (".".join(path), name, field)
        for path, section in _sections(Settings, ())
        for name, field in _own(section)
    ]
    return [f"{path}.{name}" for path, name, field in [*top, *inner] if not field.description]


def _sections(
    model: type[BaseModel], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    for name, field in model.model_fields.items():
        inner = _model(field)
        if inner is not None:
            below = (*path, name, "fr") if field.annotation is not inner else (*path, name)
            yield below, inner
            yield from _sections(inner, below)


def _own(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """The keys of a section that hold a value, and no section of their own; secrets are no keys."""
    fields = model.model_fields.items()
    return [(f.alias or name, f) for name, f in fields if _model(f) is None and name != "password"]


def _model(field: FieldInfo) -> type[BaseModel] | None:
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _table(variable: str, fields: list[tuple[str, FieldInfo]]) -> str:
    if not fields:
        return ""
    rows = [
        f"| `{name}` | {_type(field)} | {_default(field)} | {_cell(field.description or '')} "
        f"{f'`{variable}{name.upper()}`' if variable else ''} |"
        for name, field in fields
    ]
    return "\n".join(
        ["| key | is | unless given | what it says, and its variable |", "|---|---|---|---|", *rows, ""]
    )


def _type(field: FieldInfo) -> str:
    kind: Any = field.annotation
    values = [value for value in get_args(kind) if isinstance(value, str)]
    if values:
        return " or ".join(f"`{value}`" for value in values)
    inner = [each for each in get_args(kind) if each not in (type(None), Ellipsis)] or [kind]
    told = _TYPES.get(inner[0].__name__, "text")
    origin = getattr(kind, "__origin__", None)
    return {tuple: f"list of {told}s", dict: "table of texts"}.get(origin, told)  # type: ignore[arg-type]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*must be given*"
    value = field.default
    if value in (None, "", (), {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
