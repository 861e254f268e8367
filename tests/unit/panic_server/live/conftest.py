"""A stage for each test: a hub over a small city, on which nothing happens by itself but the heartbeats."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.panic_server.live.doubles import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.hub.start("e1", 0)
    yield stage
    await stage.hub.stop()
