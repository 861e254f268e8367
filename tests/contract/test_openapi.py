"""The server does what its OpenAPI document says: schemathesis tries each operation of a real one, right and wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from panic_server.api.application import openapi_document
from panic_server.clock import SystemClock
from panic_server.journal.admin import issue_token
from panic_server.people import Role
from panic_server.settings import Settings

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Each operation's edges and wrong methods, and three random tries; the whole takes seconds.
HOW = ("--phases=coverage,fuzzing", "--max-examples=3", "--seed=110", "--no-color", "--no-shrink")
# A schema cannot say that a text has no NUL, which version an incident has, that west comes before east, or that
# February has no thirtieth.
CONFIGURATION = """
[generation]
allow-x00 = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412]

[[operations]]
include-operation-id = "list_areas"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 422]

[[operations]]
include-operation-id = "show_response_times"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 422]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openapi")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A real server on a port of its own."""
    environ = {**os.environ, "KENTONGAN_DATA_DIR": str(folder), "KENTONGAN_PORT": "0", "KENTONGAN_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "panic_server.cli", "serve"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()
            server.communicate(timeout=30)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.OFFICER], ids=lambda role: role.value)
def test_the_server_keeps_to_its_document(address: str, folder: Path, role: Role) -> None:
    token = issue_token(
        Settings(data_dir=folder).database_url,
        role=role, subject=role.value, areas=(), name=None, now=SystemClock().now(),
    )  # fmt: skip
    # Signing out is left out: it would end the token that the run works with.
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    command = [str(SCHEMATHESIS), f"--config-file={configuration}", "run", f"{address}/v1/openapi.json", *HOW]
    command += [f"--header=Authorization: Bearer {token}", "--exclude-operation-id=sign_out"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    total = sum(len(operations) for operations in openapi_document()["paths"].values())
    assert f"{total - 1} selected / {total} total" in run.stdout
