"""What every test may ask for: real servers, and an environment free of the settings of whoever runs the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.services import PostgresServer, RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# Wall-clock deadlines on a shared machine fail for no fault of the code; the printed blob repeats a found example. A
# change is judged by the same examples each time; the long runs look for others.
IS_LONG = bool(os.environ.get("KENTONGAN_TEST_LONG"))
settings.register_profile("kentongan", deadline=None, print_blob=True, derandomize=not IS_LONG)
settings.load_profile("kentongan")


def pytest_configure() -> None:
    """The settings of whoever runs the tests must not reach the code under test; KENTONGAN_TEST_* are for the tests."""
    for name in [name for name in os.environ if name.startswith("KENTONGAN_")]:
        if not name.startswith("KENTONGAN_TEST_"):
            del os.environ[name]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole session (one per xdist worker); `new_database()` gives each test its own."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def lone_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for one test alone, which may stop and crash it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis for one test alone, which may kill and pause it."""
    with RedisServer() as server:
        yield server
