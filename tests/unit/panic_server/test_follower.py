"""The follower notices what other processes changed, and says when the database is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from panic_server.clock import FakeClock
from panic_server.follower import EVERY, SILENT_S, Follower
from panic_server.journal.port import JournalUnavailable
from tests.fake_fcm.pushes import settled


class Catalogue:
    """The database as the follower asks it."""

    def __init__(self) -> None:
        self.seq, self.is_away = 0, False
        self.counts = {"map": 1, "accounts": 1}

    async def head(self) -> tuple[str, int]:
        if self.is_away:
            raise JournalUnavailable
        return "epoch", self.seq

    async def revisions(self) -> dict[str, int]:
        return dict(self.counts)


class House:
    """A follower that runs, and what it told."""

    def __init__(self) -> None:
        self.clock = FakeClock(datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
        self.catalogue = Catalogue()
        self.heads: list[int] = []
        self.read: list[str] = []
        self.fails = 0
        self.follower = Follower(
            cast("Any", self.catalogue),
            self.clock,
            on_head=lambda _epoch, seq: self.heads.append(seq),
            on_change={"map": lambda: self._read("map"), "accounts": lambda: self._read("accounts")},
        )

    async def _read(self, name: str) -> None:
        if self.fails:
            self.fails -= 1
            raise JournalUnavailable
        self.read.append(name)

    async def looks(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(EVERY.total_seconds())
            await settled()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    await house.follower.start()
    running = asyncio.create_task(house.follower.run())
    await settled()
    yield house
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_everything_is_read_once_at_the_start(house: House) -> None:
    await house.looks(3)
    assert house.read == ["map", "accounts"]


async def test_only_what_changed_is_read_again(house: House) -> None:
    house.read.clear()
    house.catalogue.counts["map"] += 1
    await house.looks(3)
    assert house.read == ["map"]


async def test_a_change_that_could_not_be_read_is_read_with_the_next_look(house: House) -> None:
    house.read.clear()
    house.fails = 1
    house.catalogue.counts["accounts"] += 1
    await house.looks()
    assert house.read == []
    await house.looks()
    assert house.read == ["accounts"]


async def test_the_head_is_told_with_every_look(house: House) -> None:
    house.heads.clear()
    house.catalogue.seq = 5
    await house.looks(2)
    assert house.heads == [5, 5]


async def test_news_from_the_bus_is_looked_at_before_its_time(house: House) -> None:
    house.heads.clear()
    house.follower.wake()
    await settled()
    assert house.heads == [0]


async def test_a_database_that_does_not_answer_is_told_and_its_return_too(house: House) -> None:
    house.catalogue.is_away = True
    await house.looks(int(SILENT_S / EVERY.total_seconds()) + 2)
    assert not house.follower.check().ok
    assert "silent" in house.follower.check().detail
    house.catalogue.is_away = False
    await house.looks()
    assert house.follower.check().ok
