"""What is installed is pinned and hashed, the same everywhere, and nothing that is built lies in git."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)")


def pins(lock: Path) -> dict[str, str]:
    matches = [PIN.match(line) for line in lock.read_text(encoding="utf-8").splitlines()]
    return {match["name"]: match["version"] for match in matches if match}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_or_a_hash(lock: Path) -> None:
    # A pin: name==version, perhaps a marker. A hash belongs to the pin above it. No address, no option.
    allowed = re.compile(r"[a-z0-9-]+==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = lock.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_tests_run_on_the_versions_that_run_in_earnest() -> None:
    running, building, testing = (pins(ROOT / "requirements" / f"{name}.txt") for name in ("run", "build", "dev"))
    assert {**running, **building}.items() <= testing.items()


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + [
        name for group in project["dependency-groups"].values() for name in group
    ]
    names = {re.split(r"[\[=<>~]", line)[0].lower() for line in wanted}
    assert names <= pins(ROOT / "requirements" / "dev.txt").keys()


def test_the_screens_are_locked_without_the_name_of_a_registry() -> None:
    packages = json.loads((ROOT / "command_center_ui" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: about for name, about in packages.items() if name}
    assert installed
    assert [name for name, about in installed.items() if "resolved" in about or "integrity" not in about] == []


def test_no_build_output_lies_in_git() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    built = re.compile(r"(^|/)(static|dist|node_modules|__pycache__|\.venv)/")
    assert [path for path in listed if built.search(path)] == []
