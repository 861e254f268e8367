"""A journal at work in a test: a writer, its world, and people who use it."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

import shapely
from sqlalchemy import text
from sqlalchemy.engine import Connection

from dispatch.commands import AcceptOffer, Command, DeclineOffer
from dispatch.incident import Incident, Kind, Person
from dispatch.policy import Policy
from geo.areas import Area, AreaMap, Level, Sector
from geo.position import Position
from panic_server.clock import FakeClock
from panic_server.duty.board import DutyBoard
from panic_server.journal.admin import migrate
from panic_server.journal.database import open_engine
from panic_server.journal.port import Accepted, Actor, Done, DutyOrder, IncidentOrder, PersonRow, Press
from panic_server.journal.queries import Reader, SqlQueries
from panic_server.journal.writer import Committed, Writer
from panic_server.maps import Maps
from panic_server.people import Principal, Role
from panic_server.policies import PolicyInForce, load_policy
from panic_server.surroundings import Surroundings

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

OPERATOR = Principal("operator", Role.OPERATOR, "Operator", ())
OPERATOR_PERSON = Person("operator", "Operator")


def square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


def two_rt_map(version: int = 1) -> AreaMap:
    """A village of two RT side by side, each in a sector of its own."""
    village = Area("V", "Kelurahan", Level.VILLAGE, None, shapely.box(110.40, -7.0, 110.42, -6.99))
    west = Area("RT-W", "RT Barat", Level.RT, "V", square(110.40, -7.0))
    east = Area("RT-E", "RT Timur", Level.RT, "V", square(110.41, -7.0))
    sectors = [Sector("PS-W", "Polsek Barat", areas=("RT-W",)), Sector("PS-E", "Polsek Timur", areas=("RT-E",))]
    return AreaMap.build([village, west, east], sectors, version=version)


WEST = Position(-6.995, 110.405, 10.0, START)
EAST = Position(-6.995, 110.415, 10.0, START)


@dataclass
class Desk:
    """One process's journal. `committed` has every commit it made. Other phones join only where the test says so."""

    url: str
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    policy: Policy = field(default_factory=lambda: replace(load_policy(None), join_radius_max_m=0.0))
    committed: list[Committed] = field(default_factory=list)
    mark: tuple[str, int] | None = None

    async def __aenter__(self) -> Self:
        migrate(self.url)
        self.maps = Maps()
        self.maps.take_representatives([PersonRow("ketua-w", Role.REPRESENTATIVE, "Bu Ketua", ("RT-W",))])
        self.maps.swap(two_rt_map())
        self.policies = PolicyInForce(self.policy)
        self.board = DutyBoard(self.policies, self.clock)
        world = Surroundings(self.maps, self.board)
        self.writer = Writer(self.url, clock=self.clock, policies=self.policies, world=world)
        self.writer.on_commit(self.committed.append)
        self.reader = Reader(self.url)
        self.queries = SqlQueries(self.reader)
        self.loaded = await self.writer.start(mark=self.mark)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.writer.stop()
        self.reader.close()

    async def press(self, device: str = "phone", **changes: Any) -> Accepted:
        answer = await self.writer.submit(press(device, **changes))
        assert isinstance(answer, Accepted)
        return answer

    async def officer(self, officer_id: str, at: Position = WEST, sectors: tuple[str, ...] = ()) -> Principal:
        officer = Principal(officer_id, Role.OFFICER, officer_id.title(), sectors)
        await self.write(
            "INSERT INTO people (subject, role, name, areas) VALUES (:subject, 'officer', :name, '[]') "
            "ON CONFLICT DO NOTHING",
            subject=officer_id,
            name=officer.name,
        )
        await self.writer.submit(DutyOrder(officer, on_duty=True))
        self.board.take_positions(officer_id, [Position(at.lat, at.lon, at.accuracy_m, self.clock.now())])
        return officer

    async def command(self, command: Command, actor: Actor | None = None, **where: Any) -> Done:
        done = await self.writer.submit(IncidentOrder(command, actor or Actor("operator", "operator"), **where))
        assert isinstance(done, Done)
        return done

    async def accept(self, officer_id: str, offer_id: str) -> Done:
        return await self.command(AcceptOffer(offer_id, officer_id), Actor("officer", officer_id), offer_id=offer_id)

    async def decline(self, officer_id: str, offer_id: str) -> Done:
        return await self.command(DeclineOffer(offer_id, officer_id), Actor("officer", officer_id), offer_id=offer_id)

    async def incident(self, incident_id: str) -> Incident:
        found = await self.queries.incident(incident_id, OPERATOR)
        assert found is not None
        return found

    async def open_incidents(self) -> Sequence[Incident]:
        return (await self.queries.snapshot(OPERATOR)).incidents

    async def offer_of(self, officer_id: str) -> str:
        """The open offer of this officer that was made first."""
        for incident in await self.queries.offered_to(officer_id):
            for offer in incident.open_offers():
                if offer.officer.id == officer_id:
                    return offer.id
        raise AssertionError(f"{officer_id} has no open offer")

    async def write(self, statement: str, **parameters: object) -> None:
        """Straight into the database, past the writer."""

        def write() -> None:
            engine = open_engine(self.url, writes=True)
            try:
                with engine.begin() as connection:
                    connection.execute(text(statement), parameters)
            finally:
                engine.dispose()

        await asyncio.to_thread(write)

    def is_failing(self) -> bool:
        return self.writer.failing_since is not None

    async def seqs(self) -> list[int]:
        return [row[0] for row in await self.rows("SELECT seq FROM events ORDER BY seq")]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        def read(connection: Connection) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        return await self.reader.ask(read)


def press(device: str = "phone", **changes: Any) -> Press:
    values: dict[str, Any] = {
        "id": str(uuid.UUID(bytes=os.urandom(16), version=4)),
        "device": device,
        "kind": Kind.EMERGENCY,
        "position": WEST,
        "raw_position": None,
        "pressed_at": None,
        "sent_at": None,
        "silent": False,
        "drill": False,
        "position_flags": (),
        "flags": (),
        "digest": b"first",
    }
    return Press(**(values | changes))
