"""Each rule that holds the rooms apart is seen to fail: a violation is planted, and the tool names it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("panic_server", "dispatch", "geo", "load_tests")
TOOLS = Path(sys.executable).parent
SETTINGS = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

FORBIDDEN_TO_THE_PURE = (
    *("asyncio", "socket", "time", "random", "os", "logging"),
    *("sqlalchemy", "redis", "fastapi", "pydantic", "firebase_admin"),
)
VIOLATIONS = [
    ("direction", "geo", "import dispatch"),
    ("direction", "geo", "import panic_server"),
    ("direction", "dispatch", "import panic_server"),
    *[("pure", room, f"import {name}") for room in ("dispatch", "geo") for name in FORBIDDEN_TO_THE_PURE],
    ("pure", "geo", "from os import path"),
    *[("database-in-journal", "panic_server", f"import {name}") for name in ("sqlalchemy", "alembic", "psycopg")],
    ("database-in-journal", "load_tests", "from sqlalchemy import text"),
    ("redis-in-bus-and-duty", "panic_server", "from redis import asyncio"),
    ("firebase-in-push", "panic_server", "from firebase_admin import messaging"),
    ("firebase-in-push", "panic_server", "import google.auth"),
    *[("load-from-outside", "load_tests", f"import {name}") for name in ("panic_server", "dispatch", "geo")],
    ("no-tests-in-product", "panic_server", "import load_tests"),
    ("no-tests-in-product", "panic_server", "from tests import services"),
]


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's packages; each test plants one module there and takes it away again."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    (copy / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    return copy


def lint_imports(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / "lint-imports"), "--config", str(tree / "pyproject.toml"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def test_the_tree_keeps_every_rule(tree: Path) -> None:
    run = lint_imports(tree)
    assert run.returncode == 0, run.stdout
    assert "0 broken" in run.stdout


@pytest.mark.parametrize(("contract", "room", "line"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(tree: Path, contract: str, room: str, line: str) -> None:
    planted = tree / room / "planted.py"
    planted.write_text(f"{line}\n", encoding="utf-8")
    try:
        run = lint_imports(tree, "--contract", contract)
    finally:
        planted.unlink()
    assert run.returncode == 1, run.stdout
    assert f"{room}.planted" in run.stdout


@pytest.mark.parametrize(
    "line",
    [
        "import datetime\n\nx = datetime.datetime.now()\n",
        "from datetime import datetime\n\nx = datetime.utcnow()\n",
        "import time\n\nx = time.time()\n",
        "from uuid import uuid4\n\nx = uuid4()\n",
        "import uuid\n\nx = uuid.uuid1()\n",
    ],
)
def test_the_clock_and_new_ids_live_in_one_module_only(line: str) -> None:
    assert "TID251" in ruff_finds("panic_server/api/planted.py", line)
    assert "TID251" not in ruff_finds("panic_server/clock.py", line)


def ruff_finds(filename: str, code: str) -> str:
    command = [str(TOOLS / "ruff"), "check", "--stdin-filename", filename, "-"]
    run = subprocess.run(command, input=code, cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout
