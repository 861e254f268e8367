"""One journal per test, on each database that it supports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.desk import Desk
from tests.services import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    postgres: PostgresServer = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desk]:
    async with Desk(url) as desk:
        yield desk


@pytest.fixture
async def other_desk(url: str, desk: Desk) -> AsyncIterator[Desk]:
    """A second process on the same database."""
    async with Desk(url, clock=desk.clock) as other:
        yield other
