"""What the tests of pushes share."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.panic_server.push.relaying import House


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    await house.start()
    yield house
    for relay in house.relays:
        await relay.stop()
