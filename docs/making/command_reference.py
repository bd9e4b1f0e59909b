"""The reference of commands: each with its arguments, options and example, as the terminal knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer.main
from typer.core import TyperGroup

from notegen.__main__ import commands

_SHARED = ("config", "templates")
_INTRODUCTION = """# Commands

Made from the program itself: this is what `notegen COMMAND --help` says. Every command also takes `--config
FILE` (the settings; `notegen.toml` of the working folder unless told), `--templates DIR` (a folder of
templates that is searched first) and `--help`. What a command prints as its result goes to standard output,
what it has to say to a person to standard error. Where a result is there to be read by a program, `--json`
gives one JSON document and nothing else.

How a command ends is told by its [exit code](exit-codes.md).
"""


def every_command() -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words of every command after `notegen`, and the command; groups are left out."""
    yield from _below((), typer.main.get_command(commands()))


def commands_page() -> str:
    """The page: a heading a group, a heading a command."""
    parts = [_INTRODUCTION]
    group: tuple[str, ...] = ()
    for words, each in every_command():
        if len(words) > 1 and words[:1] != group:
            group = words[:1]
            parts.append(f"## notegen {group[0]}\n\n{_group_help(group[0])}\n")
        parts.append(_section(words, each))
    return "\n".join(parts)


def _below(words: tuple[str, ...], each: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(each, TyperGroup):
        yield words, each
        return
    # Commands that stand alone come first, as in the help.
    for name, inner in sorted(each.commands.items(), key=lambda pair: isinstance(pair[1], TyperGroup)):
        yield from _below((*words, name), inner)


def _group_help(name: str) -> str:
    top: Any = typer.main.get_command(commands())
    return str(top.commands[name].help)


def _section(words: tuple[str, ...], each: Any) -> str:
    said, _, example = (each.help or "").partition("Example:")
    name = " ".join(("notegen", *words))
    own = [parameter for parameter in each.params if parameter.name not in _SHARED]
    arguments = [parameter for parameter in own if parameter.param_type_name == "argument"]
    usage = " ".join([name, *(_shown(argument) for argument in arguments), "[OPTIONS]"])
    parts = [f"{'#' * (2 if len(words) == 1 else 3)} {name}", _prose(said), f"```text\n{usage}\n```"]
    if own:
        parts.append("| takes | which is |\n|---|---|\n" + "\n".join(_row(parameter) for parameter in own))
    parts.append(f"For example:\n\n```sh\n{example.strip()}\n```")
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _shown(argument: Any) -> str:
    shown = (argument.metavar or argument.name.upper()) + ("…" if argument.nargs == -1 else "")
    return shown if argument.required else f"[{shown}]"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{_shown(parameter)}`"
    else:
        value = "" if parameter.is_flag else f" {parameter.metavar or _kind(parameter)}"
        name = ", ".join(f"`{option}{value}`" for option in [*parameter.opts, *parameter.secondary_opts])
    notes = ["Must be given."] if parameter.required and parameter.param_type_name == "option" else []
    default = parameter.default
    if default not in (None, "", False, [], ()) and not callable(default) and "unless" not in parameter.help:
        notes.append(f"Default: `{getattr(default, 'value', default)}`.")
    return f"| {name} | {' '.join([_cell(parameter.help or ''), *notes])} |"


def _kind(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    values = [str(each.value) for each in annotation] if hasattr(annotation, "__members__") else []
    return " or ".join(values) or {"int": "N", "float": "N"}.get(getattr(annotation, "__name__", ""), "TEXT")


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\|", text)
