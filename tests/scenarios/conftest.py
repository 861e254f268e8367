"""Gives each story a city of its own, on the event loop that the server runs on in earnest."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from panic_server.clock import SystemClock
from panic_server.journal.admin import store_map
from panic_server.settings import Settings
from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.process import FakeFcmProcess
from tests.scenarios.city import City
from tests.scenarios.ground import town_map

__all__ = ["fake_fcm", "fake_fcm_process"]


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and the map: copying it saves each story half a second."""
    folder = tmp_path_factory.mktemp("town")
    settings = Settings(data_dir=folder)
    store_map(settings.database_url, [("town.geojson", town_map())], now=SystemClock().now())
    return folder / "kentongan.db"


@pytest.fixture
def folder(town: Path, tmp_path: Path) -> Path:
    shutil.copy(town, tmp_path / "kentongan.db")
    return tmp_path


@pytest.fixture
async def city(folder: Path) -> AsyncIterator[City]:
    async with City(folder) as city:
        yield city


@pytest.fixture
async def city_with_google(folder: Path, fake_fcm: FakeFcmProcess) -> AsyncIterator[City]:
    """The real push child, with a fake Google behind it."""
    async with City(folder, fake_fcm) as city:
        yield city
