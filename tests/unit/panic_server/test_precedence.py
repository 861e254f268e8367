"""Each in a process of its own: what it does to itself lasts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TAKE = """
import os, sys
from pathlib import Path
os.nice(int(sys.argv[2]))
from panic_server.precedence import take_precedence
took = take_precedence(Path(sys.argv[1]))
print(took, os.getpriority(os.PRIO_PROCESS, 0))
"""
WITHOUT_THE_RIGHT = ["setpriv", "--bounding-set=-sys_nice"] if os.geteuid() == 0 else []


def take(
    file: Path, *, niceness: int = 0, command: tuple[str, ...] = (), own_session: bool = False
) -> tuple[bool, int]:
    """Whether it took precedence, and its niceness afterwards."""
    arguments = [*command, sys.executable, "-c", TAKE, str(file), str(niceness)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, start_new_session=own_session)
    took, after = done.stdout.splitlines()[-1].split()
    return took == "True", int(after)


def may_have_precedence() -> bool:
    probe = [sys.executable, "-c", "import os; os.setpriority(os.PRIO_PROCESS, 0, -1)"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Stands for the kernel's, which would change the niceness of the whole test run."""
    path = tmp_path / "autogroup"
    path.write_text("as it was")
    return path


def test_it_goes_before_others_where_it_may(file: Path) -> None:
    assert take(file) == ((True, -10) if may_have_precedence() else (False, 0))
    assert file.read_text() == "as it was", "the session is also its user's"


def test_it_takes_along_a_session_of_its_own(file: Path) -> None:
    took, _ = take(file, own_session=True)
    assert file.read_text() == ("-10" if took else "as it was")


def test_a_session_that_cannot_be_changed_holds_nothing_up(tmp_path: Path) -> None:
    with_precedence = (True, -10) if may_have_precedence() else (False, 0)
    for unusable in (tmp_path, tmp_path / "none" / "autogroup"):
        assert take(unusable, own_session=True) == with_precedence


def test_it_runs_like_any_other_where_it_may_not(file: Path) -> None:
    assert take(file, command=tuple(WITHOUT_THE_RIGHT)) == (False, 0)


def test_a_niceness_that_somebody_chose_stays(file: Path) -> None:
    assert take(file, niceness=5) == (False, 5)
