"""`./dev` in a strange place: wrong arguments, an old Python, missing packages. It says what to do and stops."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# What a bare Debian has and ./dev may lean on. Neither sudo nor apt-get, and no server.
TOOLS = ("sh", "dirname", "cat", "tr", "ls", "id", "rm", "sha256sum", "env", "date", "mkdir", "sed", "tail", "tee")


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder with ./dev alone, and a `bin` that is its whole PATH."""
    shutil.copy(ROOT / "dev", tmp_path / "dev")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def has_program(machine: Path, name: str, script: str) -> None:
    program = machine / (name if "/" in name else f"bin/{name}")
    program.parent.mkdir(parents=True, exist_ok=True)
    # Written through a link, it would replace the machine's own program.
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def dev(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder / 'bin'}{path}", "HOME": str(folder)}
    command = ["/bin/sh", str(folder / "dev"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def makes_a_venv(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", "import ensurepip, venv"], check=False).returncode == 0


def test_the_systems_own_python_comes_before_others_on_the_path(bare_machine: Path) -> None:
    has_program(bare_machine, "python3.13", "exit 0")
    own = [Path(f"/usr/bin/python3.{minor}") for minor in (13, 12, 11)]
    first = next((str(python) for python in own if makes_a_venv(python)), str(bare_machine / "bin/python3.13"))
    assert f"making .venv with {first}\n" in dev(bare_machine, "run", path=":/usr/bin").stderr
    shutil.rmtree(bare_machine / ".venv", ignore_errors=True)
    assert f"making .venv with {bare_machine}/bin/python3.13\n" in dev(bare_machine, "run").stderr


@pytest.mark.parametrize(
    ("arguments", "helpful"),
    [
        ([], "./dev COMMAND"),
        (["rnu"], "there is no command 'rnu'; ./dev help"),
        (["--port"], "there is no command '--port'"),
        (["setup", "now"], "'setup' takes nothing or 'run', but got 'now'"),
        (["lint", "geo"], "'lint' takes no arguments, but got 'geo'"),
        (["help", "me"], "'help' takes no arguments, but got 'me'"),
    ],
)
def test_a_wrong_argument_gets_a_helpful_line(bare_machine: Path, arguments: list[str], helpful: str) -> None:
    run = dev(bare_machine, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert helpful in run.stderr


def test_help_names_every_command(bare_machine: Path) -> None:
    run = dev(bare_machine, "help")
    assert run.returncode == 0
    listed = [line.split()[0] for line in run.stdout.splitlines() if line.startswith("  ")]
    assert listed == ["run", "test", "lint", "load", "faults", "bench", "setup", "help"]


def test_an_old_python_is_refused_with_the_version_that_is_needed(bare_machine: Path) -> None:
    has_program(bare_machine, "python3", "exit 1")
    run = dev(bare_machine, "run")
    assert run.returncode == 1
    assert "no Python 3.11 or newer found" in run.stderr


def test_missing_packages_are_named_when_they_may_not_be_installed(bare_machine: Path) -> None:
    (bare_machine / "bin" / "python3.11").symlink_to(sys.executable)
    run = dev(bare_machine, "test")
    assert run.returncode == 1
    for package in ("redis-server", "chromium"):
        assert package in run.stderr
    assert "Please run: apt-get install" in run.stderr
    assert not (bare_machine / ".venv").exists()


def test_running_needs_no_package_of_the_tests(bare_machine: Path) -> None:
    has_program(bare_machine, "python3.11", "case $* in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac")
    run = dev(bare_machine, "run")
    assert run.returncode == 1
    assert "these Debian packages are missing: python3.11-venv." in run.stderr


def test_packages_are_installed_without_asking_when_they_may_be(bare_machine: Path) -> None:
    (bare_machine / "bin" / "python3.11").symlink_to(sys.executable)
    has_program(bare_machine, "id", "echo 0")
    has_program(bare_machine, "apt-get", 'echo "apt-get $*" >&2; case $* in *install*) exit 100;; esac')
    run = dev(bare_machine, "test")
    assert "apt-get -qq update" in run.stderr
    assert "apt-get -qq install -y --no-install-recommends" in run.stderr
    assert run.returncode == 100


@pytest.fixture
def set_up_machine(bare_machine: Path) -> Path:
    """As after ./dev setup, with tools in .venv that pass at once; a test replaces those that shall fail."""
    for server in (
        "redis-server",
        "postgres",
        "chromium",
        ".venv/bin/ruff",
        ".venv/bin/mypy",
        ".venv/bin/lint-imports",
    ):
        has_program(bare_machine, server, "")
    (bare_machine / "requirements").mkdir()
    for file in ("requirements/run.txt", "pyproject.toml", "build_ui.py"):
        (bare_machine / file).touch()
    has_python_whose_tests_end_with(bare_machine, "12 passed, 1 skipped in 0.1s", 0)
    has_program(bare_machine, ".venv/bin/kentongan", 'echo "kentongan $*"')
    return bare_machine


def has_python_whose_tests_end_with(machine: Path, closing_line: str, status: int) -> None:
    has_program(machine, ".venv/bin/python", f'case $* in "-m pytest"*) echo "{closing_line}"; exit {status};; esac')
    (machine / "bin" / "python3.11").unlink(missing_ok=True)
    (machine / "bin" / "python3.11").symlink_to(machine / ".venv" / "bin" / "python")


def test_a_run_that_passes_says_what_passed_and_what_was_not_run(set_up_machine: Path) -> None:
    run = dev(set_up_machine, "test")
    assert run.returncode == 0, run.stderr
    # Seven checks, and the tests in four runs.
    assert run.stdout.splitlines()[-2:] == [
        "4 tests were not run; pytest names each with its reason above",
        "55 passed, 0 failed",
    ]


def test_failed_tests_fail_the_run_and_are_counted(set_up_machine: Path) -> None:
    has_python_whose_tests_end_with(set_up_machine, "== 2 failed, 9 passed, 1 error in 0.1s ==", 1)
    run = dev(set_up_machine, "test")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (1, "43 passed, 12 failed")


def test_a_crash_of_pytest_fails_the_run(set_up_machine: Path) -> None:
    has_python_whose_tests_end_with(set_up_machine, "Killed", 137)
    run = dev(set_up_machine, "test")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (1, "7 passed, 4 failed")


def test_one_failed_check_fails_the_run_and_the_others_still_run(set_up_machine: Path) -> None:
    has_program(set_up_machine, ".venv/bin/mypy", "exit 1")
    run = dev(set_up_machine, "test")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (1, "54 passed, 1 failed")
    assert re.search(r"^mypy --strict +FAILED", run.stdout, re.MULTILINE)
    assert re.search(r"^import-linter +ok", run.stdout, re.MULTILINE)


def test_arguments_that_pytest_does_not_understand_are_wrong_arguments(set_up_machine: Path) -> None:
    has_python_whose_tests_end_with(set_up_machine, "unrecognized arguments", 4)
    run = dev(set_up_machine, "test", "--bogus")
    assert run.returncode == 2
    assert "pytest did not understand '--bogus'" in run.stderr


def test_run_passes_its_arguments_on_to_the_demo(set_up_machine: Path) -> None:
    run = dev(set_up_machine, "run", "--rt", "50")
    assert (run.returncode, run.stdout) == (0, "kentongan demo --rt 50\n")


def test_it_is_plain_posix_sh() -> None:
    for script in ("dev", ".ci/run"):
        assert subprocess.run(["dash", "-n", str(ROOT / script)], check=False).returncode == 0
