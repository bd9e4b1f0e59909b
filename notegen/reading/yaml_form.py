"""A YAML file held against the form it should have: every difference with its place and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from notegen.domain.problem import Place
from notegen.errors import InputError
from notegen.reading.finding import Finding, nearest, refuse

Form = TypeVar("Form")

NEW_NOTE = "notegen note new"
"""The command that shows how a note looks."""


class Whereabouts(Protocol):
    """Where the values of a file stand: a YAML file, or the rows of a register."""

    def place(self, *steps: str | int) -> Place:
        """Where a value stands."""
        ...

    def key_place(self, *steps: str | int) -> Place:
        """Where its key stands."""
        ...


class Strict(BaseModel):
    """A mapping that takes the keys of the form and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a content is not as its form: the steps that lead there, and what is said about it."""

    steps: tuple[str | int, ...]
    is_missing: bool
    finding: Finding


class WrongValueError(ValueError):
    """A value that cannot be right: what is wrong with it, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint


def _read_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if len(value) == len("2021-06-17"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise WrongValueError(
        f"{value!r} is no date of the calendar.", "Write the date as year-month-day: 2021-06-17."
    )


Day = Annotated[date, BeforeValidator(_read_day)]
"""A date written year-month-day (ISO 8601), and in no other way."""


def fill(
    content: object, where: Whereabouts, form: type[Form], error: type[InputError], *, model: str = NEW_NOTE
) -> Form:
    """The content as the form's values; raises `error` with every difference at once.

    `model` is the command that shows how such a file looks.
    """
    made, differences = compare(content, where, form, model=model)
    if made is None:
        refuse([difference.finding for difference in differences], error)
    return made


def compare(
    content: object, where: Whereabouts, form: type[Form], *, model: str = NEW_NOTE
) -> tuple[Form | None, tuple[Difference, ...]]:
    """The content as the form's values, or None and every difference between the two."""
    try:
        return TypeAdapter(form).validate_python(content), ()
    except ValidationError as fault:
        return None, tuple(_difference(item, content, where, form, model) for item in fault.errors())


_NO_VALUE = "Write one (between double quotes when it begins with #), or delete the key."


def _difference(item: Any, content: object, where: Whereabouts, form: Any, model: str) -> Difference:
    is_missing = item["type"] == "missing"
    steps = tuple(_steps(item["loc"], content, is_missing))
    return Difference(steps, is_missing, _finding(item, steps, where, form, model))


def _finding(item: Any, steps: tuple[str | int, ...], where: Whereabouts, form: Any, model: str) -> Finding:
    key = repr(steps[-1]) if steps else "the file"
    if item["type"] == "missing":
        return Finding(where.place(*steps[:-1]), f"the key {key} is missing.", f"Add `{steps[-1]}: …`.")
    if item["type"] == "extra_forbidden":
        return Finding(
            where.key_place(*steps), f"unknown key {key}.", nearest(str(steps[-1]), _known(form, steps))
        )
    wrong = item.get("ctx", {}).get("error")
    if isinstance(wrong, WrongValueError):
        return Finding(where.place(*steps), wrong.what, wrong.hint)
    if item["input"] is None and not steps:
        return Finding(where.place(), "the file is empty.", f"Begin with `{model}`.")
    if item["input"] is None:
        return Finding(where.key_place(*steps), f"{key} has no value.", _NO_VALUE)
    return Finding(where.place(*steps), f"{key} {_expected(item)}.", _advice(item, model))


def _advice(item: Any, model: str) -> str:
    is_list = item["type"] in ("list_type", "tuple_type")
    if is_list and isinstance(item["input"], str):
        return f"Put it between square brackets: [{item['input']}]."
    if is_list and isinstance(item["input"], dict):
        return "Begin each entry with a hyphen: `- key: value`."
    return f"Compare with `{model}`."


def _expected(item: Any) -> str:
    words = {
        "string_type": "must be a text",
        "dict_type": "must hold entries of the kind `key: value`",
        "model_type": "must hold entries of the kind `key: value`",
        "model_attributes_type": "must hold entries of the kind `key: value`",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "too_short": "must not be empty",
        "too_long": "has too many entries",
        "string_pattern_mismatch": "may hold small letters, digits and hyphens only",
        "int_parsing": "must be a whole number",
    }
    return words.get(item["type"], f"cannot be used: {item['msg']}")


def _steps(loc: tuple[str | int, ...], content: object, missing: bool) -> Iterator[str | int]:
    # pydantic names the chosen branch of a union among the steps; what the content does not have is left out.
    inner: Any = content
    for position, step in enumerate(loc):
        named = isinstance(inner, dict) and step in inner
        listed = isinstance(inner, list | tuple) and isinstance(step, int) and step < len(inner)
        if named or listed:
            inner = inner[step]
        elif not (missing and position == len(loc) - 1):
            continue
        yield step


def _known(form: Any, steps: tuple[str | int, ...]) -> set[str]:
    for step in steps[:-1]:
        form = _inner(form, step)
    models = [
        part for part in (form, *_parts(form)) if isinstance(part, type) and issubclass(part, BaseModel)
    ]
    return {name for model in models for name in model.model_fields}


def _inner(form: Any, step: str | int) -> Any:
    for part in (form, *_parts(form)):
        if isinstance(part, type) and issubclass(part, BaseModel) and step in part.model_fields:
            return part.model_fields[str(step)].annotation
        if (
            isinstance(part, type)
            and issubclass(part, BaseModel)
            and part.model_config.get("extra") == "allow"
        ):
            return get_args(get_type_hints(part)["__pydantic_extra__"])[-1]
        origin = getattr(part, "__origin__", None)
        if origin in (list, tuple, dict, Mapping):
            return get_args(part)[-1] if origin is dict else get_args(part)[0]
    return None


def _parts(form: Any) -> Iterator[Any]:
    for part in get_args(form):
        yield part
        yield from _parts(part)
