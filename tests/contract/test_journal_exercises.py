"""Exercises and emergencies side by side, whatever officers say yes to, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random

from dispatch.commands import ChangeAssignment
from dispatch.errors import Refused
from dispatch.incident import AssignmentStatus, Incident, Kind
from panic_server.journal.port import Actor, CheckpointOrder
from tests.contract.desk import EAST, START, WEST, Desk

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
