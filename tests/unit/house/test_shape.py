"""The shape that keeps the code readable: short files and functions, plain names, a reason beside every exception."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRODUCT = [path for room in ("panic_server", "dispatch", "geo", "load_tests") for path in (ROOT / room).rglob("*.py")]
SOURCES = [*PRODUCT, *(ROOT / "tests").rglob("*.py"), ROOT / "build_ui.py"]
FILE_LINES = 400
FUNCTION_LINES = 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?(?P<reason>.*)")


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_needs_a_table_of_contents() -> None:
    assert [f"{path}: {len(lines_of(path))} lines" for path in SOURCES if len(lines_of(path)) >= FILE_LINES] == []


def test_every_function_fits_a_screen() -> None:
    functions = [(path, node) for path in SOURCES for node in functions_of(path)]
    too_long = [f"{path}:{node.lineno} {node.name}" for path, node in functions if length(node) > FUNCTION_LINES]
    assert too_long == []


def test_every_module_is_named_after_its_one_job() -> None:
    assert [path for path in PRODUCT if EMPTY_NAMES & set(path.stem.split("_"))] == []


def test_every_silenced_check_says_why() -> None:
    lines = [(path, number, line) for path in SOURCES for number, line in enumerate(lines_of(path), 1)]
    found = [(path, number, SILENCED.search(line)) for path, number, line in lines]
    assert [f"{path}:{number}" for path, number, at in found if at and len(at["reason"].split()) < 3] == []
