"""Everybody at once and at random, on two processes: what each remembers is what is on disk, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dispatch.commands import (
    AcceptOffer,
    CancelAlarm,
    ChangeAssignment,
    Close,
    Command,
    DeclineOffer,
    MoveAlarm,
    ReceiveOffer,
    Reopen,
)
from dispatch.errors import Refused
from dispatch.incident import AssignmentStatus, Disposition, Incident, Kind, PinMeaning
from panic_server.clock import new_id
from panic_server.journal.codec import read_incident
from panic_server.journal.database import open_engine
from panic_server.journal.heads import lock_head
from panic_server.journal.loading import bring_up_to_date
from panic_server.journal.port import (
    SYSTEM,
    Actor,
    CheckpointOrder,
    Drill,
    DrillOrder,
    DutyOrder,
    IncidentOrder,
    MergeOrder,
    Order,
    Press,
    SplitOrder,
)
from panic_server.journal.registry import Registry
from panic_server.journal.writer import Writer
from panic_server.maps import Maps
from panic_server.people import Principal, Role
from panic_server.surroundings import Surroundings
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, WEST, Desk, press

OFFICERS = [f"officer-{number}" for number in range(4)]
STEPS = 80


@pytest.mark.timeout(300)
async def test_two_processes_agree_whatever_is_pressed_merged_split_cancelled_and_answered(
    desk: Desk, other_desk: Desk
) -> None:
    rng = random.Random(11)
    for officer_id in OFFICERS:
        for node in (desk, other_desk):
            await node.officer(officer_id)
    cancelled: set[tuple[str, str]] = set()
    for _ in range(STEPS):
        node = rng.choice((desk, other_desk))
        desk.clock.advance(rng.choice([0.1, 1.0, 5.0, 20.0]))
        incidents = [read_incident(state) for (state,) in await desk.rows("SELECT state FROM incidents")]
        alarms = await desk.rows("SELECT device, id, incident_id FROM alarms")
        orders = [one_of(rng, desk, incidents, alarms) for _ in range(rng.choice([1, 1, 2, 3]))]
        said = await asyncio.gather(*(gives(node.writer, order) for order in orders), return_exceptions=True)
        assert [one for one in said if isinstance(one, Exception) and not isinstance(one, Refused)] == []
        await memories_are_right(desk, other_desk)
        await alarms_are_counted(desk)
        before, cancelled = cancelled, await look_cancelled(desk)
        # Who presses again has changed their mind.
        pressed_again = {order.device for order in orders if isinstance(order, Press)}
        assert {key for key in before if key[0] not in pressed_again} <= cancelled


async def gives(writer: Writer, order: Any) -> None:
    await writer.submit(order)


def one_of(rng: random.Random, desk: Desk, incidents: Sequence[Incident], alarms: Sequence[tuple[Any, ...]]) -> Order:
    """Also about what is over: orders come late."""
    standing = [one for one in incidents if one.is_open] or incidents
    if not standing or (roll := rng.random()) < 0.3:
        kind = rng.choice((Kind.FIRE, Kind.FIRE, Kind.CRIME, Kind.CRIME, Kind.VIOLENCE))
        place, drill = rng.choice((WEST, EAST)), rng.random() < 0.2
        return press(f"phone-{rng.randrange(8)}", kind=kind, position=place, drill=drill)
    if roll < 0.5:
        return MergeOrder(rng.choice(standing).id, rng.choice(standing).id, OPERATOR)
    if roll < 0.65:
        return splits(rng, rng.choice(standing), incidents, alarms)
    if roll < 0.85:
        return answers(rng, incidents)
    if roll < 0.93:
        device, alarm_id, _ = rng.choice(alarms)
        fix = replace(EAST, at=desk.clock.now())
        cancel, move = CancelAlarm(alarm_id, device, rng.choice([*PinMeaning])), MoveAlarm(alarm_id, device, (fix,))
        phones: list[Command] = [cancel, cancel, move]
        # Operators may have moved the alarm since its phone knew where it is.
        return IncidentOrder(rng.choice(phones), Actor("resident", device), incident_id=rng.choice(alarms)[2])
    if roll < 0.94:
        over = Drill(new_id(), "Latihan", None, Kind.FIRE, 1, OPERATOR_PERSON, START, START, desk.clock.now())
        return DrillOrder(over, OPERATOR_PERSON, SYSTEM)
    if roll < 0.97:
        officer = Principal(rng.choice(OFFICERS), Role.OFFICER, "Officer", ())
        return DutyOrder(officer, on_duty=rng.random() < 0.7)
    close = Close(OPERATOR_PERSON, rng.choice([*Disposition]), None)
    desks: list[Command] = [close, Reopen(OPERATOR_PERSON, None)]
    return IncidentOrder(rng.choice(desks), Actor("operator", "operator"), incident_id=rng.choice(incidents).id)


def splits(
    rng: random.Random, incident: Incident, incidents: Sequence[Incident], alarms: Sequence[tuple[Any, ...]]
) -> Order:
    merged = [one.id for one in incidents if one.merged_into == incident.id]
    if merged and rng.random() < 0.7:
        return SplitOrder(incident.id, OPERATOR, merged=rng.choice(merged))
    keys = [(device, alarm_id) for device, alarm_id, incident_id in alarms if incident_id == incident.id]
    return SplitOrder(incident.id, OPERATOR, alarms=tuple(rng.sample(keys, rng.randint(0, len(keys)))))


def answers(rng: random.Random, incidents: Sequence[Incident]) -> Order:
    held = [(offer.id, offer.officer.id) for one in incidents for offer in one.open_offers()]
    if not held or rng.random() < 0.3:
        held = [(offer.id, offer.officer.id) for one in incidents for offer in one.offers]
    held += [(assignment.id, assignment.officer.id) for one in incidents for assignment in one.assignments]
    offer_id, officer_id = rng.choice(held) if held else ("none", OFFICERS[0])
    status, correction = rng.choice([*AssignmentStatus]), rng.random() < 0.3
    answer = rng.choice([AcceptOffer, AcceptOffer, AcceptOffer, AcceptOffer, DeclineOffer, ReceiveOffer, None])
    command = answer(offer_id, officer_id) if answer else ChangeAssignment(offer_id, officer_id, status, correction)
    return IncidentOrder(command, Actor("officer", officer_id), offer_id=offer_id)


async def memories_are_right(*desks: Desk) -> None:
    expected = contents(await asyncio.to_thread(read_anew, desks[0]))
    for desk in desks:
        # An order that changes nothing: by it this process learns what the other one did.
        await desk.writer.submit(CheckpointOrder(()))
        assert contents(desk.writer._registry) == expected


def read_anew(desk: Desk) -> Registry:
    """As a process that starts now would."""
    registry = Registry(desk.policy, Surroundings(Maps(), type(desk.board)(desk.policies, desk.clock)))
    engine = open_engine(desk.url, writes=True)
    try:
        with engine.begin() as connection:
            lock_head(connection, registry)
            bring_up_to_date(connection, registry)
    finally:
        engine.dispose()
    return registry


def contents(registry: Registry) -> dict[str, Any]:
    """Open offers by whom and where, but not in which of the numbered places for them."""
    held = {one.id: one for one in registry.open_incidents()}
    engaged = {who: (set(registry.engaged(who).slots.values()), registry.engaged(who).slots.get(0)) for who in OFFICERS}
    return {
        "held": held,
        "engaged": engaged,
        "phones": {incident_id: registry.phones.of(incident_id) for incident_id in held},
        "on duty": {who for who in OFFICERS if registry.is_on_duty(who)},
    }


async def alarms_are_counted(desk: Desk) -> None:
    """Each is in one incident, which knows it; nobody goes to two."""
    incidents = [read_incident(state) for (state,) in await desk.rows("SELECT state FROM incidents")]
    phones: dict[str, list[str]] = {one.id: [] for one in incidents}
    for device, incident_id in await desk.rows("SELECT device, incident_id FROM alarms"):
        phones[incident_id].append(device)
    for one in incidents:
        known = phones[one.id]
        expected = (0, 0) if one.merged_into else (one.alarm_count, one.phone_count)
        assert (len(known), len(set(known))) == expected
        assert one.merged_into or one.device in known
    going = Counter(assignment.officer.id for one in incidents for assignment in one.open_assignments())
    assert max(going.values(), default=1) == 1


async def look_cancelled(desk: Desk) -> set[tuple[str, str]]:
    """The last alarms of phones whose pages tell that these are cancelled."""
    rows = await desk.rows(
        "SELECT alarms.device, alarms.id, alarms.seq < cancels.cancelled_seq FROM alarms LEFT JOIN cancels "
        "ON cancels.device = alarms.device AND cancels.incident_id = alarms.incident_id ORDER BY alarms.seq"
    )
    last = {device: (alarm_id, is_cancelled) for device, alarm_id, is_cancelled in rows}
    return {(device, alarm_id) for device, (alarm_id, is_cancelled) in last.items() if is_cancelled}
