"""Which alarms the journal takes together: on both databases, with one writer and with two, and after a start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.json import decode

from dispatch.commands import AddNote, Close
from dispatch.incident import Disposition, Kind
from dispatch.policy import Policy
from geo.position import Position
from panic_server.journal.port import CheckpointOrder
from tests.contract.desk import EAST, OPERATOR_PERSON, START, WEST, Desk

POLICY = Policy()


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desk]:
    async with Desk(url, policy=POLICY) as desk:
        yield desk


@pytest.fixture
async def other_desk(url: str, desk: Desk) -> AsyncIterator[Desk]:
    async with Desk(url, clock=desk.clock, policy=POLICY) as other:
        yield other


async def test_many_phones_at_one_fire_are_one_incident(desk: Desk) -> None:
    await asyncio.gather(*(desk.press(f"phone-{number}", kind=Kind.FIRE) for number in range(400)))
    [incident] = await desk.open_incidents()
    assert (incident.alarm_count, incident.phone_count) == (400, 400)
    assert len(await desk.rows("SELECT 1 FROM alarms")) == 400
    assert await desk.seqs() == list(range(1, 401))


async def test_a_witness_is_still_known_after_a_start(desk: Desk, url: str) -> None:
    await desk.press("first", kind=Kind.FIRE)
    await desk.press("witness", kind=Kind.FIRE)
    async with Desk(url, clock=desk.clock, policy=POLICY) as fresh:
        await fresh.press("witness", kind=Kind.CRIME, position=EAST)
        await fresh.press("third", kind=Kind.FIRE)
        [incident] = await fresh.open_incidents()
    assert (incident.alarm_count, incident.phone_count, incident.kind) == (4, 3, Kind.FIRE)


async def test_a_witness_of_what_was_closed_is_known_after_a_start_and_to_another_process(
    desk: Desk, other_desk: Desk, url: str
) -> None:
    """Also who pressed since the other process looked last, and whatever is written to an older one later."""
    older = await opened_by(desk, "witness")
    await desk.command(Close(OPERATOR_PERSON, Disposition.UNFOUNDED, None), incident_id=older)
    desk.clock.advance(60)
    fire = await opened_by(desk, "first")
    await other_desk.writer.submit(CheckpointOrder(()))
    assert await opened_by(desk, "witness") == fire
    await desk.command(Close(OPERATOR_PERSON, Disposition.UNFOUNDED, None), incident_id=fire)
    await desk.command(AddNote(OPERATOR_PERSON, "Kosong."), incident_id=older)
    await other_desk.writer.submit(CheckpointOrder(()))

    async with Desk(url, clock=desk.clock, policy=POLICY) as fresh:
        for node in (desk, other_desk, fresh):
            last = node.writer._registry.ended.of("witness", drill=False)
            assert last is not None
            assert last[0] == fire
        assert (await desk.incident(await opened_by(fresh, "witness"))).linked_to == fire


async def opened_by(desk: Desk, device: str) -> str:
    answer = await desk.press(device, kind=Kind.FIRE)
    return str(decode(answer.answer)["incident_id"])


async def test_two_processes_take_the_taps_of_one_place_together(desk: Desk, other_desk: Desk) -> None:
    desks = (desk, other_desk)
    await asyncio.gather(*(desks[number % 2].press(f"phone-{number}", kind=Kind.FIRE) for number in range(100)))
    [incident] = await desk.open_incidents()
    assert (incident.alarm_count, incident.phone_count) == (100, 100)
    await asyncio.gather(*(desks[number % 2].press(f"phone-{number + 1}", position=EAST) for number in range(99)))
    [incident] = await desk.open_incidents()
    assert (incident.alarm_count, incident.phone_count) == (199, 100)


async def test_violence_and_silence_stay_alone_on_the_same_spot(desk: Desk) -> None:
    await desk.press("one", kind=Kind.FIRE)
    await desk.press("two", kind=Kind.VIOLENCE)
    await desk.press("three", kind=Kind.VIOLENCE)
    await desk.press("four", kind=Kind.FIRE, silent=True)
    await desk.press("five", kind=Kind.FIRE, drill=True)
    await desk.press("six", kind=Kind.FIRE)
    counts = [(one.device, one.phone_count) for one in await desk.open_incidents()]
    assert counts == [("one", 2), ("two", 1), ("three", 1), ("four", 1), ("five", 1)]


async def test_a_witness_who_asks_for_silence_gets_an_incident_of_their_own_and_stays_in_it(desk: Desk) -> None:
    await desk.press("one", kind=Kind.FIRE)
    await desk.press("two", kind=Kind.FIRE)
    await desk.press("two", kind=Kind.FIRE, silent=True)
    await desk.press("two", kind=Kind.FIRE)
    counts = [(one.device, one.alarm_count, one.silent) for one in await desk.open_incidents()]
    assert counts == [("one", 2, False), ("two", 2, True)]


async def test_a_flood_of_one_phone_is_one_incident_wherever_it_says_it_is(desk: Desk) -> None:
    for number in range(50):
        somewhere = Position(WEST.lat, WEST.lon + number * 0.0003, 10.0, START)
        await desk.press("phone", kind=list(Kind)[number % 6], position=somewhere, drill=False)
    [incident] = await desk.open_incidents()
    assert incident.alarm_count == 50
    assert "flood" in incident.flags
    assert len(await desk.rows("SELECT 1 FROM alarms")) == 50
