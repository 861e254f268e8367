"""Exercises and emergencies side by side, whatever officers say yes to, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec.json import decode

from dispatch.commands import ChangeAssignment
from dispatch.errors import Refused
from dispatch.incident import AssignmentStatus, Incident, Kind
from geo.position import Position
from panic_server.clock import new_id
from panic_server.drills import DrillMaster
from panic_server.journal.port import SYSTEM, Actor, CheckpointOrder, Drill, DrillOrder, MergeOrder, Press
from panic_server.journal.writer import Writer
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, WEST, Desk

OFFICERS = [f"officer-{number}" for number in range(4)]
STEPS = 60


async def test_an_officer_goes_to_one_place_and_no_exercise_keeps_one_from_what_is_real(
    desk: Desk, other_desk: Desk
) -> None:
    """Presses, answers and reports at random, by two processes, which must agree at every step."""
    rng = random.Random(20261128)
    for officer_id in OFFICERS:
        await desk.officer(officer_id)
    for step in range(STEPS):
        node = rng.choice((desk, other_desk))
        if rng.random() < 0.3:
            place, kind = rng.choice((WEST, EAST)), rng.choice((Kind.FIRE, Kind.CRIME))
            await node.press(f"phone-{step}", drill=rng.random() < 0.6, kind=kind, position=place)
        else:
            await somebody_says_something(node, rng)
        await check(desk)


async def somebody_says_something(desk: Desk, rng: random.Random) -> None:
    incidents = await desk.open_incidents()
    offers = [offer for one in incidents for offer in one.open_offers()]
    going = [assignment for one in incidents for assignment in one.open_assignments()]
    try:
        if offers and rng.random() < 0.7:
            chosen = rng.choice(offers)
            await desk.accept(chosen.officer.id, chosen.id)
        elif going:
            one = rng.choice(going)
            change = ChangeAssignment(one.id, one.officer.id, rng.choice([*AssignmentStatus]), rng.random() < 0.3)
            await desk.command(change, Actor("officer", one.officer.id), offer_id=one.id)
    except Refused:
        pass


async def check(desk: Desk) -> None:
    incidents = await desk.open_incidents()
    goes: dict[str, Incident] = {}
    for incident in incidents:
        for assignment in incident.open_assignments():
            assert assignment.officer.id not in goes
            goes[assignment.officer.id] = incident
    held = await desk.rows("SELECT officer_id, incident_id FROM engagements WHERE slot = 0")
    assert dict(held) == {officer_id: incident.id for officer_id, incident in goes.items()}
    bound = {officer_id for officer_id, incident in goes.items() if not incident.drill}
    asked = [offer.officer.id for one in incidents for offer in one.open_offers() if not one.drill]
    assert not set(asked) & bound
    # An order that changes nothing: by it this process learns what the other one did.
    await desk.writer.submit(CheckpointOrder(()))
    room = {one for one in OFFICERS if asked.count(one) < desk.policy.max_open_offers}
    assert candidates(desk, drill=False) == room - bound
    assert not candidates(desk, drill=True) & goes.keys()


def candidates(desk: Desk, *, drill: bool) -> set[str]:
    return {one.officer.id for one in desk.board.candidates(WEST, (), now=START, limit=9, drill=drill)}


def drill(**changes: Any) -> Drill:
    usual = Drill(new_id(), "Latihan", None, Kind.FIRE, 2, OPERATOR_PERSON, START, START + timedelta(hours=1), None)
    return replace(usual, **changes)


async def ends(desk: Desk, one: Drill) -> None:
    over = replace(one, ended_at=desk.clock.now())
    await desk.writer.submit(DrillOrder(over, OPERATOR_PERSON, Actor("operator", "operator")))


class EndingAtOnce(Writer):
    """Somebody ends the exercise between its first alarm and its second, as by a slip of the hand."""

    def __init__(self, desk: Desk, one: Drill) -> None:
        self._desk, self._drill, self._pressed = desk, one, 0

    async def submit(self, order: Any) -> Any:
        if isinstance(order, Press):
            self._pressed += 1
            if self._pressed == 2:
                await ends(self._desk, self._drill)
        return await self._desk.writer.submit(order)


async def test_an_exercise_that_is_ended_while_it_begins_leaves_nothing_behind(desk: Desk) -> None:
    one = drill()
    await desk.writer.submit(DrillOrder(one, OPERATOR_PERSON, SYSTEM))
    await DrillMaster(desk.reader, EndingAtOnce(desk, one), desk.maps, desk.clock).look()
    assert await desk.rows("SELECT count(*) FROM alarms") == [(2,)]
    assert not await desk.open_incidents()


async def test_the_end_of_an_exercise_ends_no_other_one(desk: Desk) -> None:
    city_wide, other = drill(), drill(area="RT-W", alarms=1)
    for one in (city_wide, other):
        await desk.writer.submit(DrillOrder(one, OPERATOR_PERSON, SYSTEM))
    await DrillMaster(desk.reader, desk.writer, desk.maps, desk.clock).look()
    assert len(await desk.open_incidents()) == 3

    await ends(desk, city_wide)

    assert [one.device for one in await desk.open_incidents()] == [f"drill:{other.id}:0"]


async def exercises(desk: Desk, device: str, at: Position) -> str:
    answer = await desk.press(device, drill=True, kind=Kind.FIRE, position=at)
    return str(decode(answer.answer)["incident_id"])


async def test_what_part_of_an_exercise_was_merged_into_beyond_its_area_ends_with_it(desk: Desk) -> None:
    one = drill(area="PS-E")
    await desk.writer.submit(DrillOrder(one, OPERATOR_PERSON, SYSTEM))
    inside, beyond = await exercises(desk, "phone-1", EAST), await exercises(desk, "phone-2", WEST)
    further, alone = await exercises(desk, "phone-3", WEST), await exercises(desk, "phone-4", WEST)
    for source, into in ((inside, beyond), (beyond, further)):
        await desk.writer.submit(MergeOrder(source, into, OPERATOR))

    await ends(desk, one)

    assert [each.id for each in await desk.open_incidents()] == [alone]


async def test_what_belongs_to_another_exercise_goes_on_whatever_was_merged_into_it(desk: Desk) -> None:
    west, east = drill(area="PS-W", alarms=1), drill(area="PS-E", alarms=1)
    for one in (west, east):
        await desk.writer.submit(DrillOrder(one, OPERATOR_PERSON, SYSTEM))
    await DrillMaster(desk.reader, desk.writer, desk.maps, desk.clock).look()
    [its_own] = [each.id for each in await desk.open_incidents() if each.device.startswith(f"drill:{east.id}")]
    pressed_there, first, second = [
        await exercises(desk, f"phone-{number}", at) for number, at in enumerate((EAST, WEST, WEST))
    ]
    for source, into in ((first, its_own), (second, pressed_there)):
        await desk.writer.submit(MergeOrder(source, into, OPERATOR))

    await ends(desk, west)
    assert {each.id for each in await desk.open_incidents()} == {its_own, pressed_there}

    await ends(desk, east)
    assert not await desk.open_incidents()
