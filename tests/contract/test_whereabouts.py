"""Officers' positions on disk: what several processes make of them, with the bus between them and without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from geo.position import Position
from panic_server.bus.memory import MemoryBus
from panic_server.journal.port import CheckpointOrder
from panic_server.whereabouts import CHECKPOINT, EVERY, Whereabouts
from tests.contract.desk import EAST, START, WEST, Desk


class LostBus(MemoryBus):
    def degraded(self) -> tuple[str, ...]:
        return ("bus",)


def whereabouts(desk: Desk, bus: MemoryBus) -> Whereabouts:
    return Whereabouts(desk.board, desk.writer, desk.queries, bus, desk.clock, is_alone=False)


async def kept(desk: Desk) -> list[Position | None]:
    return [row.position for row in await desk.queries.duty()]


async def test_an_older_position_never_takes_the_place_of_a_newer_one(desk: Desk, other_desk: Desk) -> None:
    """As of a process that was stopped for a while and then goes on with what it knows."""
    await desk.officer("budi")
    newer = replace(EAST, at=START + timedelta(seconds=20))
    await desk.writer.submit(CheckpointOrder([("budi", newer)]))
    await other_desk.writer.submit(CheckpointOrder([("budi", WEST)]))
    assert await kept(desk) == [newer]
    newest = replace(WEST, at=START + timedelta(seconds=21))
    await other_desk.writer.submit(CheckpointOrder([("budi", newest)]))
    assert await kept(desk) == [newest]


async def test_without_the_bus_an_alarm_of_one_process_finds_the_officers_of_the_others(
    desk: Desk, other_desk: Desk
) -> None:
    here, there = (whereabouts(one, LostBus()) for one in (desk, other_desk))
    await desk.officer("budi")
    desk.clock.advance(EVERY.total_seconds())
    await here.look()
    await there.look()
    await other_desk.press()
    [offer] = (await other_desk.open_incidents())[0].open_offers()
    assert (offer.officer.id, offer.position_stale) == ("budi", False)


async def test_without_the_bus_the_newest_position_counts_wherever_it_came_from(desk: Desk, other_desk: Desk) -> None:
    here, there = (whereabouts(one, LostBus()) for one in (desk, other_desk))
    await desk.officer("budi")
    await here.look()
    await there.look()
    await other_desk.press(position=None)
    newer = replace(EAST, at=START + timedelta(seconds=3))
    assert other_desk.board.take_positions("budi", [newer]) == 1
    await here.look()
    await there.look()
    await here.look()
    assert [desk.board.last_position("budi"), other_desk.board.last_position("budi")] == [newer, newer]


async def test_with_the_bus_positions_are_kept_each_half_minute_and_no_sooner(desk: Desk) -> None:
    here = whereabouts(desk, MemoryBus())
    await desk.officer("budi")
    desk.clock.advance(EVERY.total_seconds())
    await here.look()
    assert await kept(desk) == [None]
    desk.clock.advance(CHECKPOINT.total_seconds())
    await here.look()
    assert await kept(desk) == [WEST]
