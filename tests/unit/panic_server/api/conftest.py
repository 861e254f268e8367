"""The house that every test of the API starts from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.panic_server.api.doubles import House, build_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = build_house(tmp_path)
    async with built.client:
        yield built
