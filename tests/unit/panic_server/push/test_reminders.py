"""A phone rings again until somebody answers."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from panic_server.clock import FakeClock
from panic_server.push.port import OutboxUnavailable, Push
from panic_server.push.reminders import Reminders, SharedOffers

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def push(offer_id: str | None = "offer-1", kind: str = "offer") -> Push:
    return Push("push-1", 1, "officer-1", kind, "incident-1", offer_id, NOW, NOW + timedelta(seconds=10), True, 0, NOW)


class House:
    def __init__(self, shared: SharedOffers | None = None) -> None:
        self.clock = FakeClock(NOW)
        self.sent: list[Push] = []
        self.reminders = Reminders(self.clock, self.sent.extend, pause_s=lambda: 3.0, shared=shared)

    async def goes_on(self, seconds: float) -> int:
        """The same, with the loop that runs in the server."""
        before = len(self.sent)
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            for _ in range(5):
                await asyncio.sleep(0)
        return len(self.sent) - before

    def passes(self, seconds: float) -> int:
        """How many pushes went out meanwhile."""
        before = len(self.sent)
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            self.reminders.repeat()
        return len(self.sent) - before


def test_the_push_is_repeated_with_an_id_of_its_own_until_the_offer_runs_out() -> None:
    house = House()
    house.reminders.take([push()], ())
    assert house.passes(2.5) == 0
    assert house.passes(60) == 3
    assert len({one.id for one in house.sent} | {"push-1"}) == 4
    assert {(one.offer_id, one.recipient) for one in house.sent} == {("offer-1", "officer-1")}


def test_an_answered_or_ended_offer_is_not_repeated() -> None:
    house = House()
    house.reminders.take([push()], ())
    assert house.passes(3) == 1
    house.reminders.take((), ["offer-1"])
    assert house.passes(20) == 0


class Others:
    """What stands in the database that several processes share."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.unheard_of: list[Push] = []
        self.is_away = False

    async def still_open(self, offer_ids: Collection[str]) -> Collection[str]:
        if self.is_away:
            raise OutboxUnavailable
        return self.open.intersection(offer_ids)

    async def unheard(self, offered_before: datetime, known: Collection[str]) -> Sequence[Push]:
        found = [one for one in self.unheard_of if one.created_at <= offered_before]
        return [one for one in found if one.offer_id not in known]


@asynccontextmanager
async def shared_house() -> AsyncIterator[tuple[Others, House]]:
    others = Others()
    house = House(others)
    running = asyncio.create_task(house.reminders.run())
    try:
        yield others, house
    finally:
        running.cancel()


async def test_what_another_process_has_ended_is_not_repeated() -> None:
    async with shared_house() as (others, house):
        others.open.add("offer-1")
        house.reminders.take([push()], ())
        assert await house.goes_on(3.5) == 1
        others.open.clear()
        assert await house.goes_on(20) == 0


async def test_what_no_phone_has_received_in_time_is_taken_over_from_another_process() -> None:
    async with shared_house() as (others, house):
        others.open.add("offer-1")
        others.unheard_of = [push()]
        assert await house.goes_on(4.5) == 0
        assert await house.goes_on(1.5) == 1
        assert await house.goes_on(20) == 1


async def test_while_the_database_does_not_answer_phones_ring_on() -> None:
    async with shared_house() as (others, house):
        others.is_away = True
        house.reminders.take([push()], ())
        assert await house.goes_on(9.5) == 3


def test_news_is_told_once() -> None:
    house = House()
    house.reminders.take([push(None, "neighbourhood"), push("offer-1", "offer_withdrawn")], ())
    assert house.passes(20) == 0


def test_an_offer_that_ended_in_the_commit_that_made_it_is_never_repeated() -> None:
    house = House()
    house.reminders.take([push()], ["offer-1"])
    assert house.passes(20) == 0
