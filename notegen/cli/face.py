"""What every command shares: its settings, templates and clock, and the way it speaks."""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from notegen.domain.language import Language
    from notegen.domain.problem import Counterpart, Problem
    from notegen.flows import House
    from notegen.reading.roster_file import RosterOptions
    from notegen.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Settings file; notegen.toml of the working folder unless told."),
]
TemplateFolder = Annotated[
    Path | None, typer.Option("--templates", metavar="DIR", help="Templates folder that is searched first.")
]


class Face:
    """The world as one command sees it; what is heavy is made when it is first asked for."""

    def __init__(self, config: Path | None, templates: Path | None) -> None:
        self._config = config
        self._templates = templates

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings of this run."""
        from notegen.settings import read_settings

        return read_settings(self._config)

    def with_settings(self, sections: Mapping[str, Mapping[str, object]]) -> Face:
        """This face, with some sections of the settings replaced."""
        own = Face(self._config, self._templates)
        own.settings = self.settings.with_sections(sections)
        return own

    @functools.cached_property
    def folders(self) -> tuple[Path, ...]:
        """The template folders, the one searched first in front."""
        from notegen.settings import template_folders

        return template_folders(self._templates, self.settings)

    @functools.cached_property
    def languages(self) -> Mapping[str, Language]:
        """Every language of the template folders, by code."""
        from notegen.reading.language_folder import read_languages

        return read_languages(self.folders)

    @functools.cached_property
    def house(self) -> House:
        """What every line of flows.py needs."""
        from notegen.office import make_house

        return make_house(self.languages, self.folders, self.settings, self.today)

    def reader_language(self, code: str) -> Language:
        """The language a person at this terminal reads: as asked, as set, as in the environment."""
        from notegen.errors import InputError

        if code and code not in self.languages:
            raise InputError(
                f"no such language: {code!r}", hint=f"Choose one of: {', '.join(self.languages)}."
            )
        spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        for wanted in (code, self.settings.language, spoken[:2], "en"):
            if wanted in self.languages:
                return self.languages[wanted]
        return next(iter(self.languages.values()))

    def roster_options(self, *, positional: bool = False) -> RosterOptions:
        """What the settings accept from missions."""
        from notegen.office import roster_options

        return roster_options(self.settings, positional=positional)

    @property
    def today(self) -> date:
        """Today where this machine stands."""
        return datetime.now().astimezone().date()

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)


def command(app: typer.Typer, name: str = "", **options: Any) -> Callable[..., Callable[..., None]]:
    """Register a function `(face, …)` as a command; it gains `--config` and `--templates`."""

    def register(function: Callable[Concatenate[Face, P], None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            face = Face(arguments.pop("config"), arguments.pop("templates"))
            function(face, **arguments)  # type: ignore[call-arg]

        hints = typing.get_type_hints(function, include_extras=True)
        own = [
            p.replace(annotation=hints[p.name])
            for p in list(inspect.signature(function).parameters.values())[1:]
        ]
        shared = [
            inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Config),
            inspect.Parameter(
                "templates", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=TemplateFolder
            ),
        ]
        keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        run.__signature__ = inspect.Signature([*keywords, *shared])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in [*keywords, *shared]}
        app.command(name or None, **options)(run)
        return run

    return register


def tell(text: str) -> None:
    """Say something to the person at the terminal (standard error)."""
    typer.echo(text, err=True)


def answer(text: object) -> None:
    """Print a result (standard output)."""
    typer.echo(str(text))


def answer_json(document: object) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def refuse_existing(output: Path) -> None:
    """InputError when a file of that name is there already: what a person wrote is never written over."""
    from notegen.errors import InputError

    if output.exists():
        raise InputError("the file exists already", where=str(output), hint="Name another file after -o.")


def keep_workbook(path: Path, write: Callable[[Path], None]) -> None:
    """Have a workbook written at that path, whole or not at all; InputError says what stands in the way."""
    from tempfile import TemporaryDirectory

    from notegen.flows import save

    with TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        write(draft)
        save(path, draft.read_bytes())


def table(columns: Sequence[str]) -> Table:
    """An empty table in the house's plain style; cells are text, never markup."""
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, highlight=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    return drawn


def show(drawn: Table, nothing: str = "") -> None:
    """Print a table on standard output, as wide as it likes when that is not a terminal.

    Where it has no row, the sentence `nothing` is said instead.
    """
    if nothing and not drawn.row_count:
        tell(nothing)
        return
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(drawn)


def sentence(problem: Problem, language: Language) -> str:
    """A finding on one line: which file, what was found where, what to do."""
    words = language.word(problem)
    file = f"{problem.place.file}: " if problem.place.file else ""
    return f"{file}{words.what} {words.do}"


def as_json(problem: Problem, language: Language) -> dict[str, Any]:
    """A finding for a machine; `message` is worded in the language."""
    words = language.word(problem)
    document: dict[str, Any] = {
        "code": problem.code,
        "severity": problem.severity.value,
        "column": problem.place.column,
        "message": f"{words.what} {words.do}",
    }
    if problem.found:
        document["found"] = problem.found
    if problem.language:
        document["language"] = problem.language
    if problem.place.line is not None:
        document["line"] = problem.place.line
    if problem.others:
        document["others"] = [_counterpart(other, problem) for other in problem.others]
    return document


def _counterpart(other: Counterpart, problem: Problem) -> dict[str, Any]:
    """The passage of another version; its line is null where that version has none."""
    document: dict[str, Any] = {"language": other.language, "line": None}
    if other.place is not None:
        document |= {"line": other.place.line, "column": other.place.column}
        if other.place.file != problem.place.file:
            document["file"] = other.place.file
    return document


def show_findings(file: str, found: Sequence[Problem], language: Language) -> None:
    """A table of findings, or one line that says there are none."""
    if not found:
        answer(f"{file}: ✓")
        return
    answer(file)
    drawn = table(("", "line", "column", "finding"))
    for problem in found:
        words = language.word(problem)
        mark = {"error": "✗", "warning": "!", "note": "·"}[problem.severity.value]
        line = str(problem.place.line or "")
        if not problem.place.file.startswith(file) and line:
            line = f"{Path(problem.place.file).name}:{line}"
        drawn.add_row(mark, line, problem.place.column, f"{words.what} {words.do}")
    show(drawn)


def counted(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """The items, with a bar on a terminal that says how many of them there were."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, total, console=Console(stderr=True), transient=True)
