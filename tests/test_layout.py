"""The rules of the house that no linter knows: where tests, enums and fences stand, and that the papers say what is."""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "watchdog" / "coven_watchdog"
TESTS = ROOT / "tests"

WITHOUT_A_TEST_FILE = {
    "__main__.py": "one call of cli.main; the system tests start it",
    "model/*.py": "data without behaviour; what there is is tested through state, judge and decide",
    "catalogue/[!_]*.py": "data without behaviour; the catalogue is tested as a whole",
    "coven/processes/darwin.py": "macOS only",
    "deliver/osascript.py": "macOS only",
    "observe/processes/kqueue.py": "macOS only",
    "service/manager.py": "the port and its data; what stands behind it is tested in systemd and launchd",
}
WITHOUT_A_MODULE = {
    "deliver/test_far_end.py": "what services get, through everything between the parcel and the wire",
    "deliver/test_outage.py": "long troubles of an outbox and its store together",
}
LONG_FILES = {
    "model/facts.py": "the one vocabulary of observations",
    "model/words.py": "every enum of the program, on purpose in one file",
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
NOT_MIRRORS = ("system", "bench", "soak", "rigs", "invariants")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _sources() -> list[Path]:
    return sorted(SOURCES.rglob("*.py"))


def _name(source: Path) -> str:
    return source.relative_to(SOURCES).as_posix()


def _has_code(source: Path) -> bool:
    """A package's `__init__` that only imports and lists needs no test file of its own."""
    return source.name != "__init__.py" or any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in _tree(source).body
    )


def _mirror(source: Path) -> Path:
    """`decide/policy.py` → `decide/test_policy.py`, `coven/__init__.py` → `coven/test_init.py`."""
    stem = "init" if source.name == "__init__.py" else source.stem
    return TESTS / source.relative_to(SOURCES).with_name(f"test_{stem}.py")


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _last_name(node: ast.expr | None) -> str:
    """`anyio.sleep` → `sleep`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _catches_everything(node: ast.AST) -> bool:
    everything = {"Exception", "BaseException"}
    if isinstance(node, ast.ExceptHandler):
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(kind is None or _last_name(kind) in everything for kind in kinds)

    return (
        isinstance(node, ast.Call)
        and _last_name(node.func) == "suppress"
        and any(_last_name(one) in everything for one in node.args)
    )


def _table(heading: str) -> list[str]:
    """The first column of the table under a heading of ARCHITECTURE.md, top first."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def test_every_module_has_its_test_file() -> None:
    """What `a/b.py` promises is tested in `tests/a/test_b.py`."""
    bare = [
        _name(source)
        for source in _sources()
        if _has_code(source)
        and not _mirror(source).exists()
        and not any(fnmatch(_name(source), pattern) for pattern in WITHOUT_A_TEST_FILE)
    ]
    assert bare == []


def test_every_unit_test_file_has_its_module() -> None:
    """A test file in a layer's folder mirrors a module that exists."""
    mirrors = {_mirror(source) for source in _sources()}
    found = [
        path
        for path in TESTS.rglob("test_*.py")
        if path.parent != TESTS and path.relative_to(TESTS).parts[0] not in NOT_MIRRORS
    ]
    bare = {path.relative_to(TESTS).as_posix() for path in found if path not in mirrors}
    assert bare == set(WITHOUT_A_MODULE)


def test_every_test_states_its_fact() -> None:
    """No test is without a docstring."""
    silent = [
        f"{path.relative_to(TESTS)}: {function.name}"
        for path in TESTS.rglob("test_*.py")
        for function in _functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_no_test_sleeps() -> None:
    """Tests wait for facts, not for time."""
    sleeps = [
        f"{path.relative_to(TESTS)}:{node.lineno}"
        for path in TESTS.rglob("*.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and _last_name(node.func) == "sleep" and node.args
        for seconds in node.args[:1]
        if isinstance(seconds, ast.Constant) and isinstance(seconds.value, int | float) and seconds.value > 0
    ]
    assert sleeps == []


def test_files_are_short() -> None:
    """A source file fits in a head; the exceptions say why they do not."""
    lengths = {_name(source): len(source.read_text(encoding="utf-8").splitlines()) for source in _sources()}
    assert {name for name, length in lengths.items() if length > LONGEST_FILE} == set(LONG_FILES)


def test_functions_are_short() -> None:
    """No function of the program is longer than a screen."""
    lengths = {
        f"{_name(source)}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for source in _sources()
        for function in _functions(source)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_enums_have_one_home() -> None:
    """Every word that is stored, shown or sent is defined once, in model/words.py."""
    elsewhere = [
        f"{_name(source)}: {node.name}"
        for source in _sources()
        if _name(source) != "model/words.py"
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.ClassDef) and any(re.search(r"(Enum|Flag)$", _last_name(base)) for base in node.bases)
    ]
    assert elsewhere == []


def test_fences_are_the_named_ones() -> None:
    """Everything is caught only at the fences that ARCHITECTURE.md names, and each of those is one."""
    fences = {_name(source) for source in _sources() if any(_catches_everything(node) for node in ast.walk(_tree(source)))}
    assert fences == {row.strip("`") for row in _table("Fences")}


def test_the_layer_table_is_the_contract() -> None:
    """ARCHITECTURE.md shows the layers in the order that import-linter enforces."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(
        contract["layers"] for contract in project["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"
    )
    assert [tuple(re.findall(r"`(\w+)`", row)) for row in _table("Layers")] == [tuple(layer.split(" | ")) for layer in layers]


def test_one_page_is_one_page() -> None:
    """ARCHITECTURE.md stays at 150 lines or fewer, and names no line numbers."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert not re.search(r"\.py:\d|\blines? \d", text)
