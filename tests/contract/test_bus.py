"""What every bus promises, in memory and over a real Redis; and that losing Redis costs nothing but time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import pytest
from redis.asyncio import Redis

from geo.position import Position
from panic_server.bus.memory import Exchange, MemoryBus
from panic_server.bus.port import Bus, OfficerPosition
from panic_server.bus.streams import RedisBus
from panic_server.clock import SystemClock
from tests.services import RedisServer

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
DOWN_WITHIN_S = 5.0


class Member:
    """One process on the bus, and what it heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.wakes: list[int | None] = []
        self.moved: dict[str, Position] = {}
        bus.on_wake(self.wakes.append)
        bus.on_positions(self._move)

    def _move(self, positions: Sequence[OfficerPosition]) -> None:
        self.moved.update(positions)


class Party(Protocol):
    async def join(self) -> Member: ...


async def holds(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    """Other processes and sockets take real time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for comes from another process.
            await asyncio.sleep(0.01)


class MemoryParty:
    def __init__(self) -> None:
        self._exchange = Exchange()
        self._members: list[Member] = []

    async def join(self) -> Member:
        member = Member(MemoryBus(self._exchange))
        await member.bus.start()
        self._members.append(member)
        return member

    async def end(self) -> None:
        for member in self._members:
            await member.bus.stop()


class RedisParty:
    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self._members: list[Member] = []

    async def join(self, prefix: str = "kentongan") -> Member:
        node = f"node-{len(self._members)}"
        member = Member(RedisBus(self.server.url, node=node, clock=SystemClock(), prefix=prefix))
        await member.bus.start()
        self._members.append(member)
        await holds(lambda: not member.bus.degraded())
        return member

    async def end(self) -> None:
        for member in self._members:
            await member.bus.stop()


@pytest.fixture
async def redis_party(redis_server: RedisServer) -> AsyncIterator[RedisParty]:
    party = RedisParty(redis_server)
    yield party
    await party.end()


@pytest.fixture(params=["memory", "redis"])
async def party(request: pytest.FixtureRequest) -> AsyncIterator[Party]:
    made = MemoryParty() if request.param == "memory" else RedisParty(request.getfixturevalue("redis_server"))
    yield made
    await made.end()


def here(lat: float) -> Position:
    return Position(lat, 110.4, 8.0, AT)


async def test_others_hear_how_far_the_journal_has_come(party: Party):
    first, second, third = [await party.join() for _ in range(3)]
    first.bus.announce(7)
    await holds(lambda: 7 in second.wakes and 7 in third.wakes)


async def test_nobody_hears_themselves(party: Party):
    first, second = await party.join(), await party.join()
    first.bus.announce(7)
    first.bus.share([("o1", here(-7.0))])
    second.bus.announce(8)
    await holds(lambda: 8 in first.wakes and bool(second.moved))
    assert 7 not in first.wakes
    assert first.moved == {}


async def test_of_many_announcements_the_last_arrives(party: Party):
    first, second = await party.join(), await party.join()
    for seq in range(1, 500):
        first.bus.announce(seq)
    await holds(lambda: 499 in second.wakes)


async def test_others_hear_where_officers_are(party: Party):
    first, second = await party.join(), await party.join()
    first.bus.share([("o1", here(-7.0)), ("o2", Position(-6.9, 110.5, None, None))])
    await holds(lambda: len(second.moved) == 2)
    assert second.moved == {"o1": here(-7.0), "o2": Position(-6.9, 110.5, None, None)}


async def test_the_newest_position_is_the_one_that_stays(party: Party):
    first, second = await party.join(), await party.join()
    for step in range(50):
        first.bus.share([("o1", here(-7.0 + step / 1000))])
    await holds(lambda: second.moved.get("o1") == here(-7.0 + 49 / 1000))


async def test_nothing_is_wrong_while_it_works(party: Party):
    first, second = await party.join(), await party.join()
    assert (first.bus.degraded(), second.bus.degraded()) == ((), ())


async def test_who_has_stopped_hears_nothing(party: Party):
    first, second, third = [await party.join() for _ in range(3)]
    await second.bus.stop()
    first.bus.announce(7)
    await holds(lambda: 7 in third.wakes)
    assert 7 not in second.wakes


async def test_cities_on_one_redis_do_not_hear_each_other(redis_party: RedisParty):
    here_, there, other = [await redis_party.join(prefix) for prefix in ("semarang", "solo", "semarang")]
    here_.bus.announce(7)
    await holds(lambda: 7 in other.wakes)
    assert 7 not in there.wakes


async def test_what_is_no_message_of_ours_is_passed_over(redis_party: RedisParty):
    first, second = await redis_party.join(), await redis_party.join()
    async with Redis.from_url(redis_party.server.url) as client:
        await client.xadd("{kentongan}:wakes", {"seq": "x"})
        await client.xadd("{kentongan}:positions", {"positions": "[["})
    first.bus.share([("o1", here(-7.0))])
    first.bus.announce(7)
    await holds(lambda: 7 in second.wakes and bool(second.moved))
    assert second.bus.degraded() == ()


async def test_the_streams_stay_short(redis_party: RedisParty):
    first, second = await redis_party.join(), await redis_party.join()
    async with Redis.from_url(redis_party.server.url) as client:
        for start in range(0, 5000, 1000):
            pipe = client.pipeline()
            for seq in range(start, start + 1000):
                await pipe.xadd("{kentongan}:wakes", {"seq": seq})
            await pipe.execute()
        first.bus.announce(7)
        await holds(lambda: 7 in second.wakes)
        assert await client.xlen("{kentongan}:wakes") < 2000


async def test_a_server_starts_without_redis_and_finds_it_later(redis_server: RedisServer):
    redis_server.kill()
    member = Member(RedisBus(redis_server.url, node="a", clock=SystemClock()))
    await member.bus.start()
    member.bus.announce(1)
    assert member.bus.degraded() == ("bus",)
    redis_server.start()
    await holds(lambda: member.bus.degraded() == ())
    await member.bus.stop()


@pytest.mark.serial
@pytest.mark.faults
async def test_after_a_kill_of_redis_everybody_is_told_to_look_and_goes_on(redis_party: RedisParty):
    first, second = await redis_party.join(), await redis_party.join()
    redis_party.server.kill()
    await holds(lambda: first.bus.degraded() == second.bus.degraded() == ("bus",), DOWN_WITHIN_S)
    first.bus.announce(8)
    first.bus.share([("o1", here(-7.0))])
    second.wakes.clear()
    redis_party.server.start()
    await holds(lambda: first.bus.degraded() == second.bus.degraded() == ())
    first.bus.announce(9)
    await holds(lambda: 9 in second.wakes)
    assert second.wakes[0] is None


@pytest.mark.serial
@pytest.mark.faults
async def test_what_could_not_be_sent_is_sent_when_redis_is_back(redis_party: RedisParty):
    first, second = await redis_party.join(), await redis_party.join()
    redis_party.server.pause()
    first.bus.announce(8)
    first.bus.share([("o1", here(-7.0))])
    first.bus.share([("o1", here(-7.1))])
    await holds(lambda: first.bus.degraded() == ("bus",), DOWN_WITHIN_S)
    redis_party.server.resume()
    await holds(lambda: 8 in second.wakes or second.wakes.count(None) > 1)
    first.bus.share([("o2", here(-7.2))])
    await holds(lambda: "o2" in second.moved)


@pytest.mark.serial
@pytest.mark.faults
async def test_while_redis_hangs_nobody_waits_for_it(redis_party: RedisParty):
    first = await redis_party.join()
    redis_party.server.pause()
    loop = asyncio.get_running_loop()
    slowest = 0.0
    for seq in range(300):
        began = loop.time()
        first.bus.announce(seq)
        first.bus.share([("o1", here(-7.0))])
        await asyncio.sleep(0.01)
        slowest = max(slowest, loop.time() - began)
    assert slowest < 1.0
    assert first.bus.degraded() == ("bus",)
    redis_party.server.resume()
    await holds(lambda: first.bus.degraded() == ())


@pytest.mark.serial
@pytest.mark.faults
async def test_stopping_does_not_wait_for_a_redis_that_hangs(redis_party: RedisParty):
    first = await redis_party.join()
    redis_party.server.pause()
    first.bus.announce(1)
    async with asyncio.timeout(3):
        await first.bus.stop()


async def test_a_cancel_that_the_client_swallows_keeps_nobody_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RedisBus("redis://127.0.0.1:1", node="one", clock=SystemClock())
    swallowed: list[str] = []

    async def listen() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            swallowed.append("cancel")
            if len(swallowed) > 1:
                raise

    monkeypatch.setattr(bus, "_listen", listen)
    await bus.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await bus.stop()
    assert swallowed
