"""The door to YAML: a file as plain text values, and the line and column of every key and value.

YAML 1.2 (https://yaml.org/spec/1.2.2/). Every scalar is delivered as the text its author wrote, so that `no`
stays a word, `0123` keeps its zero and `2021-06-17` its dashes; whoever asked decides what it must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import LiteralScalarString

from notegen.domain.problem import Place
from notegen.errors import InputError
from notegen.reading.finding import Finding, refuse
from notegen.reading.yaml_fault import PLAIN, explained, no_text, strange_key

Data: TypeAlias = "str | list[Data] | dict[str, Data] | None"
Steps: TypeAlias = "tuple[str | int, ...]"

LARGEST = 8 * 2**20
"""How many bytes a file may have unless the caller says otherwise."""
DEEPEST = 20
"""How many levels a file may have; a person needs five."""


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file: its content, its bytes, and where each key and value stands.

    `keys` and `values` lead from the steps into the content (`("body", "fr")`) to 1-based line and column; a
    text after `|` stands where its first line stands.
    """

    name: str
    content: Data
    source: bytes
    keys: Mapping[Steps, tuple[int, int]]
    values: Mapping[Steps, tuple[int, int]]

    def __repr__(self) -> str:
        return f"YamlFile({self.name!r}, {len(self.source)} bytes)"

    def place(self, *steps: str | int) -> Place:
        """Where a value stands; of a value that is not there, where its surroundings stand."""
        while steps and steps not in self.values:
            steps = steps[:-1]
        line, column = self.values.get(steps, (1, 1))
        return Place(self.name, line, str(column))

    def key_place(self, *steps: str | int) -> Place:
        """Where the key of a value stands."""
        line, column = self.keys.get(steps, self.values.get(steps, (1, 1)))
        return Place(self.name, line, str(column))


def load(
    path: Path, error: type[InputError], *, largest: int = LARGEST, findings: list[Finding] | None = None
) -> YamlFile:
    """Read one YAML document; raises `error` with every reason why it cannot be used, each with its place.

    Refused: other encodings than UTF-8, doubled keys, aliases, tags, several documents, keys that are no
    text, more than `largest` bytes, more than DEEPEST levels. What does not hide the rest of the file (a
    doubled key, an alias) is put into `findings` where that is given.
    """
    try:
        with path.open("rb") as file:
            source = file.read(largest + 1)
    except OSError as fault:
        hint = "Check the name and the folder."
        raise error(fault.strerror or str(fault), where=str(path), hint=hint) from fault
    return loads(source, str(path), error, largest=largest, findings=findings)


def loads(
    source: bytes,
    name: str,
    error: type[InputError],
    *,
    largest: int = LARGEST,
    findings: list[Finding] | None = None,
) -> YamlFile:
    """The same for bytes that were read already; `name` is what places call the file."""
    if len(source) > largest:
        what = f"the file has more than {largest // 1024} KiB."
        raise error(what, where=name, hint="Divide it into several files.")
    builder = _Builder(name, _decoded(source, name, error))
    try:
        content = builder.document()
    except _StoppedError:
        refuse(builder.findings, error)
    except YAMLError as fault:
        refuse([*builder.findings, builder.syntax(fault)], error)
    if builder.findings and findings is None:
        refuse(builder.findings, error)
    if findings is not None:
        findings.extend(builder.findings)
    return YamlFile(name, content, source, builder.keys, builder.values)


def dump(content: Data) -> bytes:
    """A content as a YAML file, texts of several lines after `|`; `loads` gives the same content again."""
    writer = YAML(typ="rt")
    writer.width = 10**6
    writer.allow_unicode = True
    stream = BytesIO()
    writer.dump(_in_blocks(content), stream)
    return stream.getvalue()


def _in_blocks(content: Data) -> Data:
    if isinstance(content, dict):
        return {key: _in_blocks(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_in_blocks(value) for value in content]
    return LiteralScalarString(content) if content and "\n" in content else content


def _decoded(source: bytes, name: str, error: type[InputError]) -> str:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        if what := no_text(source):
            raise error(what, where=name, hint=PLAIN) from fault
        line = source.count(b"\n", 0, fault.start) + 1
        column = fault.start - source.rfind(b"\n", 0, fault.start)
        hint = "Save the file with the encoding UTF-8."
        raise error("this is not UTF-8 text.", where=f"{name}:{line}:{column}", hint=hint) from fault
    return text


class _StoppedError(Exception):
    """Reading further would be of no use; the findings say why."""


@dataclass(slots=True)
class _Builder:
    """Follows the parser's events; bounded in depth, so that no file can exhaust the stack."""

    name: str
    text: str
    lines: list[str] = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    keys: dict[Steps, tuple[int, int]] = field(default_factory=dict)
    values: dict[Steps, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")

    def document(self) -> Data:
        events: Iterator[Event] = YAML(typ="safe", pure=True).parse(self.text)
        content: Data = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.stop(event, "a second document begins here.", "Write one document a file.")
            elif not isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                content = self.value(event, events, ())
        return content

    def value(self, event: Event, events: Iterator[Event], steps: Steps) -> Data:
        self.values[steps] = self.start(event, steps)
        if len(steps) > DEEPEST:
            self.stop(event, f"more than {DEEPEST} levels are nested here.", "Write it flatter.")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            hint = "Put a text that begins with them between double quotes; write a value out."
            self.find(event, "anchors (&) and aliases (*) are not read here.", hint)
        if tag := getattr(event, "tag", None):
            self.find(event, f"the tag {tag} is not read here.", "Leave it out, or quote the text.")
        if isinstance(event, MappingStartEvent):
            return self.mapping(events, steps)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(events, steps)
        if isinstance(event, ScalarEvent):
            empty = event.style in (None, "") and event.value in ("", "~", "null", "Null", "NULL")
            return None if empty else str(event.value)
        return None

    def mapping(self, events: Iterator[Event], steps: Steps) -> dict[str, Data]:
        entries: dict[str, Data] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self.stop(event, "a key must be a word.", "Write it as `word: value`.")
            key = str(event.value)
            line, column = self.mark(event)
            if strange := strange_key(key):
                self.find(event, *strange)
            if key in entries:
                first = self.keys[(*steps, key)][0]
                self.find(event, f"{key!r} stands here again (first in line {first}).", "Keep one.")
            else:
                self.keys[(*steps, key)] = line, column
            content = self.value(next(events), events, (*steps, key))
            entries.setdefault(key, content)
        return entries

    def sequence(self, events: Iterator[Event], steps: Steps) -> list[Data]:
        items: list[Data] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.value(event, events, (*steps, len(items))))
        return items

    def start(self, event: Event, steps: Steps) -> tuple[int, int]:
        line, column = self.mark(event)
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            return line + 1, self.indentation(line) + 1
        if isinstance(event, ScalarEvent) and not event.value and event.style in (None, ""):
            return self.keys.get(steps, (line, column))
        return line, column

    def indentation(self, line: int) -> int:
        content = self.lines[line] if len(self.lines) > line else ""
        return len(content) - len(content.lstrip(" "))

    def mark(self, event: Event) -> tuple[int, int]:
        return event.start_mark.line + 1, event.start_mark.column + 1

    def find(self, event: Event, what: str, hint: str) -> None:
        line, column = self.mark(event)
        self.findings.append(Finding(Place(self.name, line, str(column)), what, hint))

    def stop(self, event: Event, what: str, hint: str) -> NoReturn:
        self.find(event, what, hint)
        raise _StoppedError

    def syntax(self, fault: YAMLError) -> Finding:
        if isinstance(fault, ReaderError):
            before = self.text[: fault.position]
            line, column = before.count("\n") + 1, fault.position - before.rfind("\n")
            what = f"the control character U+{ord(self.text[fault.position]):04X} stands here."
            return Finding(Place(self.name, line, str(column)), what, "Delete it.")
        if not isinstance(fault, MarkedYAMLError) or fault.problem_mark is None:
            return Finding(Place(self.name), f"this is no YAML: {fault}.", "Write `key: value` a line.")
        problem = fault.problem or ""
        earlier = any(words in problem for words in ("end of stream", "expected ':'", "expected ',' or"))
        mark = fault.context_mark if earlier and fault.context_mark is not None else fault.problem_mark
        text = "".join(self.lines[mark.line : mark.line + 1])
        what, hint = explained(problem, text, text[: mark.column].strip())
        return Finding(Place(self.name, mark.line + 1, str(mark.column + 1)), what, hint)
