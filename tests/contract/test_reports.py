"""What reports read of the journal, on SQLite and on PostgreSQL: the moments of incidents, and who may see them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from dispatch.commands import ChangeAssignment, Claim, Close, Release
from dispatch.incident import AssignmentStatus, Disposition, Incident, Kind, Person
from panic_server.journal.database import open_engine
from panic_server.journal.draft import Draft, Touched
from panic_server.journal.port import Actor
from panic_server.journal.registry import Held, Registry
from panic_server.journal.statements import Commit
from panic_server.people import Principal, Role
from panic_server.reports.response_times import Responses
from panic_server.surroundings import Surroundings
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, Desk

BEFORE, AFTER = START - timedelta(days=1), START + timedelta(days=1)


async def read(desk: Desk, reader: Principal = OPERATOR, since: Any = BEFORE, until: Any = AFTER) -> Responses:
    return await desk.queries.responses(reader, since=since, until=until)


def seconds(found: Responses) -> list[list[int]]:
    """For each incident: opened since START; claimed, accepted, on scene and closed since opened; -1 for never."""
    start = int(START.timestamp())
    rows = zip(found.opened_at, found.claimed_at, found.accepted_at, found.on_scene_at, found.closed_at, strict=True)
    return [
        [int(opened) // 1_000_000 - start, *(-1 if at < 0 else int(at - opened) // 1_000_000 for at in others)]
        for opened, *others in rows
    ]


async def test_a_journal_without_incidents_has_nothing_to_report(desk: Desk) -> None:
    assert len(await read(desk)) == 0


async def test_the_first_of_each_moment_counts_whatever_comes_after(desk: Desk) -> None:
    await desk.officer("budi")
    await desk.press()
    [incident] = await desk.open_incidents()
    desk.clock.advance(4)
    await desk.command(Claim(OPERATOR_PERSON), incident_id=incident.id)
    await desk.command(Release(OPERATOR_PERSON), incident_id=incident.id)
    desk.clock.advance(4)
    await desk.command(Claim(Person("dewi", "Dewi")), incident_id=incident.id)
    await desk.accept("budi", await desk.offer_of("budi"))
    for status in (AssignmentStatus.ON_SCENE, AssignmentStatus.CLEAR):
        desk.clock.advance(100)
        change = ChangeAssignment(incident.offers[0].id, "budi", status)
        await desk.command(change, Actor("officer", "budi"), offer_id=incident.offers[0].id)
    desk.clock.advance(100)
    await desk.command(Close(OPERATOR_PERSON, Disposition.RESOLVED, None), incident_id=incident.id)
    desk.clock.advance(100)
    await desk.press("another")
    assert seconds(await read(desk)) == [[0, 4, 8, 108, 308], [408, -1, -1, -1, -1]]


async def test_drills_are_left_out(desk: Desk) -> None:
    await desk.press("phone", drill=True)
    await desk.press("phone", kind=Kind.FIRE)
    assert (await read(desk)).kind == ["fire"]


async def test_an_incident_counts_under_what_it_has_become(desk: Desk) -> None:
    await desk.press("phone", kind=Kind.EMERGENCY, position=None)
    assert ((await read(desk)).kind, (await read(desk)).sector) == (["emergency"], [""])
    await desk.press("phone", kind=Kind.FIRE, position=EAST)
    assert ((await read(desk)).kind, (await read(desk)).sector) == (["fire"], ["PS-E"])


async def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(desk: Desk) -> None:
    for number in range(3):
        await desk.press(f"phone-{number}")
        desk.clock.advance(10)
    times = [START + timedelta(seconds=10 * number) for number in range(4)]
    counts = [len(await read(desk, since=since, until=until)) for since, until in pairwise(times)]
    assert counts == [1, 1, 1]
    assert len(await read(desk, since=times[0], until=times[3])) == 3


@pytest.mark.parametrize(
    ("areas", "sectors"),
    [
        ((), ["", "PS-E", "PS-W"]),
        (("PS-E",), ["", "PS-E"]),
        (("PS-E", "PS-W"), ["", "PS-E", "PS-W"]),
        (("PS-_",), [""]),
    ],
    ids=["the whole city", "one sector", "two sectors", "a wildcard"],
)
async def test_operators_learn_of_their_sectors_and_of_what_is_in_none(
    desk: Desk, areas: tuple[str, ...], sectors: list[str]
) -> None:
    for device, position in (("west", {}), ("east", {"position": EAST}), ("nowhere", {"position": None})):
        await desk.press(device, **position)
    for role in (Role.OPERATOR, Role.SUPERVISOR):
        found = await read(desk, Principal("siti", role, "Siti", areas))
        assert sorted(found.sector) == sectors
        assert len(found) == len((await desk.queries.snapshot(Principal("siti", role, "Siti", areas))).incidents)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OFFICER, Role.REPRESENTATIVE])
async def test_others_learn_nothing(desk: Desk, role: Role) -> None:
    await desk.press()
    assert len(await read(desk, Principal("west", role, "West", ("RT-W", "PS-W")))) == 0


async def test_an_arrival_that_was_corrected_is_taken_back_and_the_next_one_counts(desk: Desk) -> None:
    await desk.officer("budi")
    await desk.press()
    [incident] = await desk.open_incidents()
    await desk.accept("budi", await desk.offer_of("budi"))
    arrival = ChangeAssignment(incident.offers[0].id, "budi", AssignmentStatus.ON_SCENE)
    desk.clock.advance(50)
    there = await desk.command(arrival, Actor("officer", "budi"), offer_id=incident.offers[0].id)
    assert seconds(await read(desk)) == [[0, -1, 0, 50, -1]]
    on_the_way = replace(
        there.incident,
        version=there.incident.version + 1,
        assignments=tuple(replace(one, arrived_at=None) for one in there.incident.assignments),
    )
    write(desk, there.incident, on_the_way)
    assert seconds(await read(desk)) == [[0, -1, 0, -1, -1]]
    desk.clock.advance(50)
    write(desk, on_the_way, replace(there.incident, version=on_the_way.version + 1))
    assert seconds(await read(desk)) == [[0, -1, 0, 100, -1]]


def write(desk: Desk, before: Incident, after: Incident) -> None:
    """As the writer writes it, whatever made this of the incident."""
    engine = open_engine(desk.url, writes=True)
    with engine.begin() as connection:
        draft = Draft(Registry(desk.policy, Surroundings(desk.maps, desk.board)), desk.policy, desk.clock.now())
        draft._note_moments(before, after)
        draft.touched[after.id] = Touched(before.version, Held(after, 1), 1)
        Commit(engine.dialect.name)(connection, draft)
    engine.dispose()


async def test_what_an_incident_comes_to_in_its_own_first_commit_is_kept(desk: Desk) -> None:
    await desk.press("claimed later")
    [other] = await desk.open_incidents()
    first = replace(other, id="first", claimed_by=OPERATOR_PERSON)
    engine = open_engine(desk.url, writes=True)
    with engine.begin() as connection:
        draft = Draft(Registry(desk.policy, Surroundings(desk.maps, desk.board)), desk.policy, desk.clock.now())
        for number, incident in enumerate([first, replace(other, id="second")], start=8):
            draft._note_moments(None, incident)
            draft.touched[incident.id] = Touched(None, Held(incident, number), number)
        Commit(engine.dialect.name)(connection, draft)
    engine.dispose()
    assert sorted(seconds(await read(desk))) == [[0, -1, -1, -1, -1], [0, -1, -1, -1, -1], [0, 0, -1, -1, -1]]
