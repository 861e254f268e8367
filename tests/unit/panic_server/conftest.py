"""What the tests of the command line share."""

from pathlib import Path

import pytest


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands keep their database."""
    monkeypatch.setenv("KENTONGAN_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"
