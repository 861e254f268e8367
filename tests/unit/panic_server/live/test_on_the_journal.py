"""On the real journal, too: from any point and for every role, snapshot + events = a fresh snapshot.

Taps, answers, time and clicks come at random to a real server without HTTP; screens come and go meanwhile.
"""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from dispatch.commands import (
    AcceptOffer,
    AddNote,
    ChangeAssignment,
    Claim,
    Close,
    Command,
    DeclineOffer,
    ReceiveNews,
    ReceiveOffer,
    Release,
)
from dispatch.errors import Refused
from dispatch.incident import AssignmentStatus, Disposition, Incident, Person
from dispatch.policy import Policy
from geo.position import Position
from panic_server.api.press import read_press
from panic_server.app import Server
from panic_server.clock import FakeClock
from panic_server.journal.accounts import add_person
from panic_server.journal.admin import store_map
from panic_server.journal.database import open_engine
from panic_server.journal.port import Actor, CheckpointOrder, DutyOrder, IncidentOrder
from panic_server.live.hub import BEATS, Hub
from panic_server.people import VIEW_OF, Principal, Role
from panic_server.settings import Settings
from panic_server.wire import views
from tests.scenarios.ground import AT_SEA, IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER, town_map
from tests.unit.panic_server.live.doubles import Connection, Screen, turn

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
OFFICERS = [Principal(f"o{number}", Role.OFFICER, f"Officer {number}", ()) for number in range(5)]
READERS = [
    Principal("chief", Role.SUPERVISOR, "Chief", ()),
    Principal("op", Role.OPERATOR, "Operator", ()),
    Principal("west", Role.OPERATOR, "West", ("PS-BARAT",)),
    Principal("both", Role.OPERATOR, "Both", ("PS-BARAT", "PS-TIMUR")),
    Principal("r1", Role.REPRESENTATIVE, "Pak RT", ("RT-1",)),
    Principal("r23", Role.REPRESENTATIVE, "Bu RT", ("RT-2", "RT-3")),
    *OFFICERS[:3],
]
SPOTS = [IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER.within(300.0), AT_SEA, None]
KINDS = ["emergency", "fire", "violence", "medical"]
OPERATORS = [Person("op", "Operator"), Person("chief", "Chief")]


def map_with_gaps() -> bytes:
    """The town, but RT-2 belongs to no sector, as in a city that is only partly mapped."""
    town = json.loads(town_map())
    for feature in town["features"]:
        if feature["properties"]["code"] == "PS-BARAT":
            feature["properties"]["areas"] = ["RT-1"]
    return json.dumps(town).encode()


class Scene(NamedTuple):
    """What a Connection needs of a Stage."""

    clock: FakeClock
    hub: Hub


class Story:
    """A town whose people do things at random, and screens that come and go."""

    def __init__(self, server: Server, clock: FakeClock, seed: int) -> None:
        self.server = server
        self.clock = clock
        self.random = random.Random(seed)
        self.screens = [Screen(reader) for reader in READERS]
        self.connections: dict[int, Connection] = {}
        self.taps = 0
        self.ids: list[str] = []
        self.sent: list[bytes] = []

    async def step(self) -> None:
        acts = [
            self.press,
            self.press,
            self.command,
            self.command,
            self.command,
            self.duty,
            self.time,
            self.come,
            self.go,
        ]
        await self.random.choice(acts)()
        await turn(self.random.choice([0, 0, 1, 3, 8]))

    async def press(self) -> None:
        """A new alarm, or now and then an earlier one again with another body."""
        if self.sent and self.random.random() < 0.2:
            body = json.loads(self.random.choice(self.sent)) | {"kind": self.random.choice(KINDS)}
        else:
            self.taps += 1
            spot = self.random.choice(SPOTS)
            body = {
                "id": f"00000000-0000-7000-8000-{self.taps:012}",
                "kind": self.random.choice(KINDS),
                "silent": self.random.random() < 0.2,
                "position": spot and spot.sent(self.clock.now().isoformat()),
            }
        raw = json.dumps(body).encode()
        self.sent.append(raw)
        device = f"warga-{int(body['id'][-12:]) % 12}"
        accepted = await self.server.writer.submit(read_press(raw, device=device, now=self.clock.now()))
        self.ids.append(msgspec.json.decode(accepted.answer)["incident_id"])

    async def command(self) -> None:
        if not self.ids:
            return
        incident = await self.server.queries.incident(self.random.choice(self.ids), READERS[0])
        assert incident is not None
        commands = self.possible(incident)
        with suppress(Refused):
            await self.server.writer.submit(
                IncidentOrder(self.random.choice(commands), Actor("operator", "op"), incident_id=incident.id)
            )

    def possible(self, incident: Incident) -> list[Command]:
        operator = self.random.choice(OPERATORS)
        commands: list[Command] = [Claim(operator), Release(operator), AddNote(operator, "…")]
        commands.append(Close(operator, Disposition.RESOLVED, None))
        commands += [ReceiveNews(told.person.id) for told in incident.told]
        for offer in incident.offers:
            commands += [kind(offer.id, offer.officer.id) for kind in (AcceptOffer, DeclineOffer, ReceiveOffer)]
        for assignment in incident.assignments:
            commands += [ChangeAssignment(assignment.id, assignment.officer.id, status) for status in AssignmentStatus]
        return commands

    async def duty(self) -> None:
        officer = self.random.choice(OFFICERS)
        await self.server.writer.submit(DutyOrder(officer, self.random.random() < 0.7))
        spot = self.random.choice([IN_RT_1, IN_RT_2, IN_RT_3])
        self.server.board.take_positions(officer.subject, [Position(spot.lat, spot.lon, 8.0, self.clock.now())])

    async def time(self) -> None:
        for _ in range(self.random.choice([1, 10, 70])):
            self.clock.advance(0.5)
            await turn(3)

    async def come(self) -> None:
        number = self.random.randrange(len(READERS))
        await self.drop(number)
        scene: Any = Scene(self.clock, self.server.hub)
        self.connections[number] = Connection(scene, self.screens[number])

    async def go(self) -> None:
        await self.drop(self.random.randrange(len(READERS)))

    async def drop(self, number: int) -> None:
        if number in self.connections:
            await self.connections.pop(number).drop()

    async def drop_all(self) -> None:
        for number in tuple(self.connections):
            await self.drop(number)

    async def check(self) -> None:
        """Everybody is there and has heard everything; and what they have is what a snapshot would show them."""
        for number in range(len(READERS)):
            if number not in self.connections:
                scene: Any = Scene(self.clock, self.server.hub)
                self.connections[number] = Connection(scene, self.screens[number])
        _, head = await self.quiet_head()
        while not all(one.client in dict(self.server.hub.members()) for one in self.connections.values()):
            await turn(5)
        for _ in range(BEATS):
            self.server.hub.beat()
        for number, connection in self.connections.items():
            connection.read()
            screen = self.screens[number]
            assert screen.position == head
            assert screen.incidents == await self.fresh(screen.reader)

    async def quiet_head(self) -> tuple[str, int]:
        """Until the journal, and the hub after it, have come to rest."""
        while True:
            for _ in range(2):
                await self.server.writer.submit(CheckpointOrder(()))
                await turn(5)
            epoch, head = await self.server.queries.head()
            if head == self.server.hub.head:
                return epoch, head

    async def fresh(self, reader: Principal) -> dict[str, Any]:
        snapshot = await self.server.queries.snapshot(reader)
        shown = [views.incident(one, VIEW_OF[reader.role], self.server.policies.current) for one in snapshot.incidents]
        return {one.id: msgspec.json.decode(msgspec.json.encode(one)) for one in shown}


@asynccontextmanager
async def a_story(folder: Path, seed: int) -> AsyncIterator[Story]:
    settings = Settings(data_dir=folder, log_level="error")
    store_map(settings.database_url, [("town.geojson", map_with_gaps())], now=START)
    engine = open_engine(settings.database_url, writes=True)
    with engine.begin() as connection:
        for who in [*READERS[:6], *OFFICERS]:
            add_person(connection, who.subject, who.role, who.name, who.areas)
    engine.dispose()
    clock = FakeClock(START)
    server = Server(settings, clock=clock, policy=Policy())
    await server.start()
    story = Story(server, clock, seed)
    try:
        yield story
    finally:
        await story.drop_all()
        await server.stop()


@pytest.mark.parametrize("seed", range(4))
async def test_what_screens_know_is_what_a_fresh_snapshot_shows(tmp_path: Path, seed: int):
    async with a_story(tmp_path, seed) as story:
        for _ in range(8):
            for _ in range(25):
                await story.step()
            await story.check()
        assert sum(screen.snapshots for screen in story.screens) < len(story.screens) * 9
