"""What `pip install kentongan` brings: the three packages and the built screens, and nothing of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ("index.html", "console.html", "officer.html", "representative.html")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and a source distribution of this tree."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    # Our own settings for the build must not leak in from whoever runs the tests.
    environment = {name: value for name, value in os.environ.items() if name != "KENTONGAN_SKIP_UI"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_the_screens_and_the_packages(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"panic_server/static/{page}" for page in PAGES} <= set(names)
    rooms = {name.split("/")[0] for name in names if not name.startswith("kentongan-")}
    assert rooms == {"panic_server", "dispatch", "geo"}


def test_the_source_distribution_holds_the_screens_so_that_nobody_needs_node(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {f"panic_server/static/{page}" for page in PAGES} <= names
    assert "build_ui.py" in names
    assert not any("node_modules" in name or name.startswith((".venv", ".dev")) for name in names)
