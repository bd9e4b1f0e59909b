"""The Jinja door: sandboxed, strict templates; words come from templates/, looks from layout/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from notegen.errors import TemplateError

LAYOUT = Path(__file__).parent / "layout"

__all__ = ["LAYOUT", "Markup", "Templates", "escape"]


_QUIET = (
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
"""What an author's text may hold: a loop, a call or arithmetic could run without end or fill the memory."""
_FILTERS = frozenset({"upper", "lower", "capitalize", "title", "trim", "default"})


class Templates:
    """Templates by name, such as `fr/documents/verbal-note.html`; the first folder that has it counts.

    Names under `layout/` are the looks that come with notegen. Values are escaped in .html templates and left
    alone in all others. An undefined word, a broken template, an unsafe call: a TemplateError with its line.
    `texts` stand in for the files of these names.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        filters: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.folders = tuple(folders)
        loaders: list[jinja2.BaseLoader] = [jinja2.DictLoader(texts or {})]
        loaders += [jinja2.FileSystemLoader(folder) for folder in folders]
        loaders.append(jinja2.PrefixLoader({"layout": jinja2.FileSystemLoader(LAYOUT)}))
        self.environment = ImmutableSandboxedEnvironment(
            loader=jinja2.ChoiceLoader(loaders),
            undefined=jinja2.StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            auto_reload=False,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters.update(filters or {})

    def source(self, name: str) -> str:
        """The text of a template file. Raises TemplateError when no folder has it."""
        try:
            return self.environment.loader.get_source(self.environment, name)[0]  # type: ignore[union-attr]
        except jinja2.TemplateNotFound as error:
            raise self._missing(name) from error
        except UnicodeDecodeError as error:
            raise TemplateError("this is not UTF-8", where=name, hint="Save the file as UTF-8.") from error

    def has(self, name: str) -> bool:
        """Whether some folder holds that template, or the looks that come with notegen do."""
        return any((folder / name).is_file() for folder in (*self.folders, LAYOUT.parent))

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The template with its words filled in."""
        try:
            return self.environment.get_template(name).render(values)
        except (jinja2.TemplateError, TypeError, AttributeError, OverflowError, ZeroDivisionError) as error:
            raise self._broken(name, error) from error

    def words(self, name: str) -> tuple[tuple[str, int], ...]:
        """The words that a template asks for, each with its line. Raises TemplateError when it is broken."""
        try:
            tree = self.environment.parse(self.source(name), name, name)
        except jinja2.TemplateError as error:
            raise self._broken(name, error) from error
        free = meta.find_undeclared_variables(tree)
        return tuple((node.name, node.lineno) for node in tree.find_all(nodes.Name) if node.name in free)

    def compile_body(self, name: str, text: str) -> jinja2.Template:
        """The same for an author's text, which may name values and ask conditions, and do nothing else."""
        try:
            tree = self.environment.parse(text, name, name)
        except jinja2.TemplateError as error:
            raise self._broken(name, error) from error
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _QUIET) or (isinstance(node, nodes.Filter) and node.name not in _FILTERS):
                raise TemplateError("this does more than name a value.", where=f"{name}:{node.lineno}")
        return self.compile(name, text)

    def compile(self, name: str, text: str) -> jinja2.Template:
        """A template made from text; `name` decides about escaping and is what an error names."""
        try:
            code = self.environment.compile(text, name=name, filename=name)
            return jinja2.Template.from_code(self.environment, code, self.environment.make_globals(None))
        except jinja2.TemplateError as error:
            raise self._broken(name, error) from error

    def fill(self, template: jinja2.Template, values: Mapping[str, Any]) -> str:
        """A compiled template with its words filled in."""
        try:
            return template.render(values)
        except (jinja2.TemplateError, TypeError, AttributeError, OverflowError, ZeroDivisionError) as error:
            raise self._broken(template.name or "", error) from error

    def _missing(self, name: str) -> TemplateError:
        folders = ", ".join(str(folder) for folder in self.folders)
        hint = f"Add it to one of: {folders}."
        if "/documents/" in name:
            hint = f"Correct `document:` in the file, or add the template to one of: {folders}."
        return TemplateError("no such template", where=name, hint=hint)

    def _broken(self, name: str, error: Exception) -> TemplateError:
        if isinstance(error, jinja2.TemplateNotFound):
            return self._missing(str(error.name or name))
        if isinstance(error, jinja2.TemplateSyntaxError):
            where = f"{error.name or name}:{error.lineno}"
            return TemplateError(error.message or "", where=where, hint="Mend the template.")
        if isinstance(error, jinja2.UndefinedError):
            hint = "Use one of the words that docs/adding.md lists, or mend the spelling."
            return TemplateError(error.message or "", where=_line_of(name, error), hint=hint)
        return TemplateError(str(error), where=_line_of(name, error), hint="Mend the template.")


def _line_of(name: str, error: Exception) -> str:
    """The template line that raised, which Jinja writes into the traceback under the template's own name."""
    line = 0
    traceback = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.endswith((".html", ".md", ".txt", ".css")) or file == "<template>":
            line = traceback.tb_lineno
            name = file if line and not file.startswith("<") and name not in file else name
        traceback = traceback.tb_next
    return f"{name}:{line}" if line else name
