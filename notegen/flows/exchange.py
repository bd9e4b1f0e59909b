"""Templates to translators and back, as XLIFF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from notegen.domain.alignment import Pair, changed_pairs, translated_pairs
from notegen.domain.passage import Origin, Passage, PassageKind, TemplateText, protected, visible
from notegen.domain.problem import Place, Problem, Severity
from notegen.errors import InputError
from notegen.flows.saving import save
from notegen.flows.translation import check_template_folders, write_origins

if TYPE_CHECKING:
    from notegen.checking.translations import Cell, Matrix
    from notegen.reading.emendation import Emendation
    from notegen.reading.xliff import ExchangeFile, ExchangeUnit


def export_templates(folders: Sequence[Path], language: str) -> bytes:
    """All texts of a language beside their sources, and what is to be done, as XLIFF 1.2."""
    from notegen.reading.xliff import ExchangeFile, write_xliff

    matrix = check_template_folders(folders)
    _check_language(matrix, language)
    files = []
    for name in matrix.names:
        cell = matrix.cells[name, language]
        source = matrix.texts[name, cell.source]
        units = tuple(_units(cell, source)) if cell.source != language else ()
        if units and not source.faults:
            files.append(ExchangeFile(name, cell.source, language, units))
    if not files:
        hint = "The others are translated from it; export one of them."
        raise InputError(f"nothing is translated into {language!r}", hint=hint)
    return write_xliff(files)


def _check_language(matrix: Matrix, language: str) -> None:
    if (("language.toml", language)) not in matrix.texts:
        hint = f"Choose one of: {', '.join(matrix.languages)}; docs/adding.md says how to begin a new one."
        raise InputError(f"no such language: {language!r}", hint=hint)


def _units(cell: Cell, source: TemplateText) -> Iterator[ExchangeUnit]:
    from notegen.checking.word_diff import marked
    from notegen.reading.emendation import shown_words
    from notegen.reading.xliff import ExchangeUnit

    others = {one.key: other for one, other in cell.pairs if one is not None}
    stale = {revision.key: revision for revision in cell.revisions}
    unreviewed = any(problem.code == "translation-unreviewed" for problem in cell.findings)
    for passage in source.passages:
        if not passage.is_words:
            continue
        other = others.get(passage.key)
        target = shown_words(other) if other is not None else ""
        is_open = unreviewed or passage.key in stale
        state = "needs-review-translation" if is_open else "translated"
        revision = stale.get(passage.key)
        note = marked(revision.stretches) if revision and revision.before else ""
        yield ExchangeUnit(passage.key, passage.kind.value, shown_words(passage), target, state, note)


@dataclass(slots=True)
class Imported:
    """What an import would do: files to write, origins to record, and what was found on the way."""

    files: dict[Path, bytes] = field(default_factory=dict)
    origins: dict[Path, dict[str, Origin]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def import_templates(folders: Sequence[Path], xliff: Path) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Put what translators gave back into the templates; gives the files written, and what was found.

    All or nothing: with an error among the findings (a variable that is missing or damaged, words that break
    a file), nothing is written. A passage that nobody touched stays byte for byte as it is.
    """
    from notegen.reading.xliff import read_xliff

    matrix = check_template_folders(folders)
    imported = Imported()
    for file in read_xliff(xliff):
        _check_language(matrix, file.target_language)
        source = matrix.texts.get((file.name, file.source_language))
        if source is None:
            place = Place(str(xliff), file.units[0].line if file.units else None)
            imported.problems.append(Problem("exchange-text-gone", place, file.name, Severity.WARNING))
            continue
        _import_text(Exchange(file, source, matrix, xliff), imported)
    written: list[Path] = []
    if not any(problem.severity is Severity.ERROR for problem in imported.problems):
        written = [save(path, content) for path, content in imported.files.items()]
        written += [write_origins(home, origins) for home, origins in imported.origins.items()]
    return tuple(written), tuple(imported.problems)


@dataclass(frozen=True)
class Exchange:
    """One file of an XLIFF document and the templates that it is about."""

    file: ExchangeFile
    source: TemplateText
    matrix: Matrix
    xliff: Path

    def problem(
        self, code: str, unit: ExchangeUnit, found: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """A finding at a unit of the XLIFF document."""
        place = Place(str(self.xliff), unit.line)
        told = (("name", self.file.name), ("passage", unit.key))
        return Problem(code, place, found, severity, told, self.file.target_language)


def _import_text(exchange: Exchange, imported: Imported) -> None:
    from notegen.reading.emendation import emended, emended_copy

    language, name = exchange.file.target_language, exchange.file.name
    translation = exchange.matrix.texts.get((name, language))
    pairs: tuple[Pair, ...] = tuple((passage, None) for passage in exchange.source.passages)
    if translation is not None:
        if translation.faults:
            first = exchange.file.units[0]
            imported.problems.append(
                exchange.problem("exchange-text-broken", first, translation.faults[0].found)
            )
            return
        pairs = translated_pairs(exchange.source.passages, translation.passages)
    words, units = wanted_words(exchange, pairs, imported)
    if translation is not None:
        emendation = emended(exchange.source, translation, pairs, words)
        path = Path(translation.path)
        if emendation.text != translation.text:
            imported.files[path] = emendation.text.encode()
    elif words:
        emendation = emended_copy(exchange.source, words)
        home = Path(exchange.matrix.texts["language.toml", language].path).parent
        path = home / name
        imported.files[path] = emendation.text.encode()
    else:
        return
    tell_emendation(exchange, emendation, units, imported)
    _record(exchange, emendation, units, Path(str(path).removesuffix(name)), imported)


def wanted_words(
    exchange: Exchange, pairs: Sequence[Pair], imported: Imported
) -> tuple[dict[str, str], dict[str, ExchangeUnit]]:
    """The words for each passage of the source as it is now, and the units that they come from."""
    from notegen.reading.emendation import shown_words

    now = {passage.key: passage for passage in exchange.source.passages if passage.is_words}
    then = {unit.key: unit for unit in exchange.file.units}
    shown = [replace(passage, text=shown_words(passage)) for passage in now.values()]
    same = {
        one.key: other.key for one, other in changed_pairs(_as_passages(exchange), shown) if one and other
    }
    others = {one.key: other for one, other in pairs if one is not None}
    words: dict[str, str] = {}
    units: dict[str, ExchangeUnit] = {}
    for key, unit in then.items():
        other = others.get(same.get(key, ""))
        present = shown_words(other) if other is not None else ""
        if not unit.target.strip():
            continue
        if key not in same:
            imported.problems.append(
                exchange.problem("exchange-passage-gone", unit, visible(unit.source)[:60], Severity.WARNING)
            )
            continue
        damaged = _damage(unit, present) if unit.target != present else ()
        imported.problems += [exchange.problem(code, unit, found) for code, found in damaged]
        words[same[key]] = unit.target
        units[same[key]] = unit
    return words, units


def _as_passages(exchange: Exchange) -> list[Passage]:
    kinds = {kind.value: kind for kind in PassageKind}
    return [
        Passage(unit.key, kinds.get(unit.kind, PassageKind.PARAGRAPH), unit.source)
        for unit in exchange.file.units
    ]


def _damage(unit: ExchangeUnit, present: str) -> Iterator[tuple[str, str]]:
    """What a translator had to repeat and did not; a language's own ways, as they stand now, are kept."""
    source, target, now = (_counted(text) for text in (unit.source, unit.target, present))
    for missing in sorted(((source - target) - (source - now if present else Counter())).elements()):
        yield "exchange-stretch-missing", missing
    for extra in sorted((target - (source | now)).elements()):
        yield "exchange-stretch-extra", extra


def _counted(text: str) -> Counter[str]:
    return Counter(part.plain for part in protected(text))


def tell_emendation(
    exchange: Exchange, emendation: Emendation, units: Mapping[str, ExchangeUnit], imported: Imported
) -> None:
    """Note which words found no place, and which break the file."""
    for keys, code, severity in (
        (emendation.left, "exchange-no-place", Severity.WARNING),
        (emendation.broken, "exchange-breaks-file", Severity.ERROR),
    ):
        for key in keys:
            imported.problems.append(
                exchange.problem(code, units[key], visible(units[key].target)[:60], severity)
            )


def _record(
    exchange: Exchange,
    emendation: Emendation,
    units: Mapping[str, ExchangeUnit],
    home: Path,
    imported: Imported,
) -> None:
    """What was translated, or found right by its translator, is a translation of the source as exported."""
    from notegen.checking.staleness import recorded_origin
    from notegen.reading.emendation import own_words
    from notegen.reading.origins import read_origins
    from notegen.reading.xliff import DONE

    name, language = exchange.file.name, exchange.file.source_language
    before = read_origins([home.parent], home.name).files.get(name)
    told = {
        passage.key: own_words(passage, units[passage.key].source)
        for passage in exchange.source.passages
        if passage.key in units.keys() - set(emendation.left) and units[passage.key].state in DONE
    }
    origin = recorded_origin(exchange.source.passages, before, language, told)
    if before is None or before.source != language or _digests(before) != _digests(origin):
        imported.origins.setdefault(home, {})[name] = origin


def _digests(origin: Origin) -> list[tuple[str, str]]:
    return [(passage.key, passage.digest) for passage in origin.passages]
