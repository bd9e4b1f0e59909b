"""The promises that the layout of the house makes, as tests that fail when one is broken."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE = ROOT / "notegen"
MODULES = sorted(PACKAGE.rglob("*.py"))
BESIDE = ("tests", "bench", "docs")
PYTHON = [*MODULES, *(path for folder in BESIDE for path in sorted((ROOT / folder).rglob("*.py")))]
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "constraints.txt"),
    "mkdocs.yml",
    *(".ci", ".gitignore", "templates", "examples", "notegen", "tests", "bench", "docs"),
}
BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc", "core", "tools"}
FACES = ("cli", "preview", "worker", "settings", "__main__")
COMES_WITH = {
    "fonttools": "weasyprint",
    "mkdocs": "mkdocs-material",
    "markupsafe": "jinja2",
    "pydantic-core": "pydantic",
    "pydyf": "weasyprint",
}
ASKS_THE_WORLD = {
    *("date.today", "datetime.today", "datetime.now", "datetime.utcnow", "time.time", "time.time_ns"),
    *("os.getenv", "os.environ", "os.getcwd", "Path.cwd", "Path.home", "uuid.uuid1", "uuid.uuid4", "uuid4"),
    *(
        "secrets.token_bytes",
        "secrets.token_hex",
        "secrets.token_urlsafe",
        "secrets.choice",
        "secrets.randbelow",
    ),
    *("os.urandom", "email.utils.make_msgid", "make_msgid"),
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def kept_files() -> list[Path]:
    """The files that version control knows, or (in an unpacked archive) those of the known folders."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        return [path for part in git.stdout.split("\0") if part and (path := ROOT / part).is_file()]
    found = (path for top in TOP_LEVEL for path in [ROOT / top, *(ROOT / top).rglob("*")])
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def texts() -> Iterator[tuple[str, int, str]]:
    for path in kept_files():
        if path.suffix in {".xlsx", ".pdf", ".png", ".webp", ".jpg", ".ico", ".docx", ".ods", ".xls"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield name(path), number, line


def imported(path: Path) -> Iterator[str]:
    """The absolute dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_imports_only_go_down_and_siblings_are_blind_to_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdict = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert verdict == 0, capsys.readouterr().out


def test_nothing_lies_at_the_top_that_the_house_does_not_know() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in kept_files()} <= TOP_LEVEL


def test_the_map_of_the_records_names_every_module() -> None:
    room = ROOT / "notegen" / "records"
    named = set(re.findall(r"\w+", (room / "__init__.py").read_text(encoding="utf-8")))
    assert {path.stem for path in room.glob("*.py")} - named == {"__init__"}


def test_every_folder_of_templates_is_a_language() -> None:
    inside = {
        path.relative_to(ROOT / "templates").parts
        for path in kept_files()
        if (ROOT / "templates") in path.parents
    }
    folders = {parts[0] for parts in inside}
    assert folders == {parts[0] for parts in inside if parts[1:] == ("language.toml",)}


def test_every_module_and_every_public_name_keeps_a_docstring() -> None:
    bare = []
    for path in MODULES:
        module = tree(path)
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        public = [node for node in module.body if isinstance(node, kinds) and not node.name.startswith("_")]
        public = [node for node in public if "overload" not in [dotted(mark) for mark in node.decorator_list]]
        bare += [f"{name(path)}: {node.name}" for node in public if not ast.get_docstring(node)]
        bare += [] if ast.get_docstring(module) else [name(path)]
    assert bare == []


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_no_function_has_more_than_forty_lines() -> None:
    functions = (
        (path, node)
        for path in PYTHON
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {f"{name(p)}: {f.name}": (f.end_lineno or 0) - f.body[0].lineno + 1 for p, f in functions}
    assert {function: length for function, length in lengths.items() if length > 40} == {}


def test_a_module_is_a_noun_of_the_trade() -> None:
    assert [
        name(path) for path in PYTHON if path.stem in BANNED_NAMES or path.parent.name in BANNED_NAMES
    ] == []


def test_one_module_alone_opens_each_foreign_library() -> None:
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    doors = {library: rule["msg"].removeprefix("one door: ") for library, rule in banned.items()}
    doors = {library: door for library, door in doors.items() if door.startswith("notegen/")}
    opened = defaultdict(set)
    for path in MODULES:
        for library in doors:
            if any(f"{imports}.".startswith(f"{library}.") for imports in imported(path)):
                opened[library].add(name(path))
    assert opened == {library: {door} for library, door in doors.items()}


def test_what_is_imported_is_declared_and_what_is_declared_is_used() -> None:
    extras = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
    lines = [*PROJECT["project"]["dependencies"], *extras]
    declared = {normal(re.split(r"[<>=\[; ]", line)[0]) for line in lines}
    homes = importlib.metadata.packages_distributions()
    tops = {part.partition(".")[0] for path in MODULES for part in imported(path)} - sys.stdlib_module_names
    used = {normal(home) for top in tops - {"notegen"} for home in homes.get(top, [top])}
    used = {COMES_WITH.get(package, package) for package in used}
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    named = {package for package in declared if package in source or package.replace("-", "_") in source}
    assert used - declared == set()
    assert declared - used - named == set()


def test_what_tests_benchmarks_and_documentation_import_is_declared() -> None:
    groups = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    declared = {normal(re.split(r"[<>=\[; ]", line)[0]) for line in groups}
    homes = importlib.metadata.packages_distributions()
    files = [path for path in PYTHON if path not in MODULES]
    tops = {part.partition(".")[0] for path in files for part in imported(path)} - sys.stdlib_module_names
    own = {path.stem for path in files} | {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    used = {normal(home) for top in tops - own - {"notegen", "tests"} for home in homes.get(top, [top])}
    assert {COMES_WITH.get(package, package) for package in used} - declared == set()


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_only_the_faces_ask_the_clock_the_dice_and_the_environment() -> None:
    asked = [
        f"{name(path)}:{node.lineno}: {dotted(node)}"
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in FACES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in ASKS_THE_WORLD
    ]
    assert asked == []


def test_no_file_names_a_path_of_one_machine_or_a_registry() -> None:
    folders = "work|root|tmp|home"
    hosts = r"(?:py|deb|npm)[a-z]*[.](?:org|com|io)\b|registry[.][a-z]+[.]|index[-]url"
    pattern = re.compile(rf"(?<![\w.$*}}])/({folders})/[a-z.]|{hosts}")
    assert [f"{path}:{number}" for path, number, line in texts() if pattern.search(line)] == []


def test_nothing_is_left_for_later() -> None:
    words = "TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror|assert [T]rue"
    shy = r"pytest\.(skip|xfail)\(|mark\.(skip|skipif|xfail)\b"
    pattern = re.compile(rf"\b({words})\b|{shy}")
    left = [
        f"{path}:{number}" for path, number, line in texts() if path.endswith(".py") and pattern.search(line)
    ]
    assert [place for place in left if not place.startswith("tests/conftest.py")] == []


def test_constraints_are_pins_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    pinned = {normal(line.partition("==")[0]) for line in lines}
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    assert {normal(re.split(r"[<>=\[; ]", line)[0]) for line in wanted} - pinned == set()


def test_no_font_archive_or_program_is_kept_that_comes_from_a_package() -> None:
    kept = {path.suffix for path in kept_files()}
    assert kept & {".ttf", ".otf", ".woff", ".woff2", ".jar", ".whl", ".so", ".zip", ".gz", ".class"} == set()


def test_every_tool_that_a_test_needs_is_in_the_list_of_tools(tools: Mapping[str, object]) -> None:
    needed = {
        argument.value
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func) == "pytest.mark.tools"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert needed <= set(tools)


def test_make_tells_a_target_for_each_thing_to_do() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^ +make ([a-z-]+) +\S", told, re.MULTILINE) == [
        *("help", "setup", "demo", "test", "test-slow", "check", "format"),
        *("docs", "gallery", "wheel", "bench", "constraints"),
    ]
