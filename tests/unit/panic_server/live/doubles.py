"""A city without a database, lines without sockets, and a screen that keeps its incidents as docs/live.md says."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from dispatch.incident import Incident, Kind, Offer, OfferStatus, Person, Status
from dispatch.policy import Policy
from geo.areas import AreaRef
from geo.geofence import Place, Sure
from panic_server.clock import FakeClock
from panic_server.journal.port import SYSTEM, JournalEvent, Snapshot
from panic_server.journal.routes import Drawn, route_event, selectors
from panic_server.live.client import Client
from panic_server.live.frames import Frame
from panic_server.live.hub import BEATS, Hub, Sources
from panic_server.live.session import Session
from panic_server.metrics import Metrics
from panic_server.people import VIEW_OF, Principal, Role
from panic_server.policies import PolicyInForce
from panic_server.wire import views
from panic_server.wire.shapes import Me, Officer

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
POLICY = Policy()

SUPERVISOR = Principal("chief", Role.SUPERVISOR, "Chief", ())
CITY_OPERATOR = Principal("op", Role.OPERATOR, "Operator", ())
NORTH_OPERATOR = Principal("north", Role.OPERATOR, "North", ("S1",))
TWO_SECTORS_OPERATOR = Principal("both", Role.OPERATOR, "Both", ("S1", "S2"))
OFFICER = Principal("o1", Role.OFFICER, "Budi", ())
OTHER_OFFICER = Principal("o2", Role.OFFICER, "Sari", ())
REPRESENTATIVE = Principal("r1", Role.REPRESENTATIVE, "Pak RT", ("RT1",))
TWO_RT_REPRESENTATIVE = Principal("r2", Role.REPRESENTATIVE, "Bu RT", ("RT1", "RT2"))
RESIDENT = Principal("warga", Role.RESIDENT, "Warga", ())
READERS = (
    SUPERVISOR,
    CITY_OPERATOR,
    NORTH_OPERATOR,
    TWO_SECTORS_OPERATOR,
    OFFICER,
    OTHER_OFFICER,
    REPRESENTATIVE,
    TWO_RT_REPRESENTATIVE,
)


def place(sectors: Sequence[str]) -> Place:
    rt = AreaRef("RT1", "RT 001")
    refs = tuple(AreaRef(code, f"Polsek {code}") for code in sectors)
    return Place(Sure.INSIDE, rt, None, None, None, None, (rt,), False, refs, None, (), 1)


def offer(officer: str, at: datetime) -> Offer:
    return Offer(
        id=f"offer-{officer}-{at.timestamp()}",
        officer=Person(officer, officer),
        status=OfferStatus.OPEN,
        offered_at=at,
        expires_at=at + timedelta(seconds=30),
        received_at=None,
        distance_m=120.0,
        own_sector=True,
        position_stale=False,
    )


class City:
    """Incidents that change as a test says, with the journal's routing. It is a `Queries` as far as the hub asks."""

    def __init__(self) -> None:
        self.epoch = "e1"
        self.incidents: dict[str, Incident] = {}
        self.journal: list[JournalEvent] = []
        self.snapshots_read = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    @property
    def seq(self) -> int:
        return len(self.journal)

    def at(self) -> datetime:
        return START + timedelta(seconds=self.seq)

    def open(self, sectors: Sequence[str] = ("S1",), neighbourhood: Sequence[str] = ("RT1",)) -> JournalEvent:
        number = len(self.incidents) + 1
        incident = Incident(
            id=f"i{number}", version=1, device="warga", kind=Kind.FIRE, silent=False, drill=False, position=None,
            origin=None, place=place(sectors), flags=(), opened_at=self.at(), alarm_count=1, offers_made=0, asked=(),
            round_at=self.at(), offers=(), assignments=(), neighbourhood=tuple(neighbourhood), told=(),
            claimed_by=None, disposition=None, status=Status.OPEN,
        )  # fmt: skip
        return self._commit(None, incident, "incident_opened")

    def change(self, incident_id: str, kind: str, **fields: Any) -> JournalEvent:
        before = self.incidents[incident_id]
        return self._commit(before, replace(before, version=before.version + 1, **fields), kind)

    def _commit(self, before: Incident | None, after: Incident, kind: str) -> JournalEvent:
        event = route_event(before, after, seq=self.seq + 1, kind=kind, at=self.at(), actor=SYSTEM, drawn=Drawn(POLICY))
        self.incidents[after.id] = after
        self.journal.append(event)
        return event

    def seen_by(self, reader: Principal) -> tuple[Incident, ...]:
        held = reader.selectors()
        return tuple(one for one in self.incidents.values() if one.is_open and not held.isdisjoint(selectors(one)))

    def fresh(self, reader: Principal) -> dict[str, Any]:
        """What a snapshot would show now, by id."""
        view = VIEW_OF[reader.role]
        seen = (views.incident(one, view, POLICY) for one in self.seen_by(reader))
        return {one.id: msgspec.json.decode(msgspec.json.encode(one)) for one in seen}

    async def snapshot(self, reader: Principal) -> Snapshot:
        self.snapshots_read += 1
        await asyncio.sleep(0)
        await self.may_answer.wait()
        found = Snapshot(self.epoch, self.seq, self.seen_by(reader))
        await asyncio.sleep(0)
        return found

    async def events(self, after: int, to: int | None, limit: int) -> Sequence[JournalEvent]:
        await asyncio.sleep(0)
        return self.journal[after : self.seq if to is None else to][:limit]


class Board:
    """Officers as a test sets them."""

    def __init__(self) -> None:
        self.revision = 0
        self._officers: dict[str, tuple[int, Officer]] = {}

    def put(self, *officers: Officer) -> None:
        self.revision += 1
        self._officers.update((one.id, (self.revision, one)) for one in officers)

    def officers(self) -> Sequence[Officer]:
        return [one for _, one in self._officers.values()]

    def changed_since(self, revision: int) -> tuple[int, Sequence[Officer]]:
        return self.revision, [one for changed, one in self._officers.values() if changed > revision]


class Tape:
    """A line that keeps what it is given. While it is stalled it takes nothing."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.closed_with: int | None = None
        self.flows = asyncio.Event()
        self.flows.set()

    def try_write(self, frame: Frame) -> bool:
        if self.flows.is_set():
            self.texts.append(frame.text)
        return self.flows.is_set()

    async def write(self, frame: Frame) -> None:
        await self.flows.wait()
        self.texts.append(frame.text)

    def close(self, code: int) -> None:
        self.closed_with = code


class Gap(AssertionError):
    """A frame did not follow the one before."""


class Screen:
    """A client: one reader, who may connect many times, and what they know."""

    def __init__(self, reader: Principal) -> None:
        self.reader = reader
        self.epoch: str | None = None
        self.position: int | None = None
        self.incidents: dict[str, Any] = {}
        self.officers: dict[str, Any] = {}
        self.seqs: list[int] = []
        self.snapshots = 0
        self.degraded: list[str] | None = None

    def read(self, text: str) -> None:
        frame = msgspec.json.decode(text)
        match frame["type"]:
            case "welcome":
                self._welcome(frame)
            case "officers":
                if frame["full"]:
                    self.officers = {}
                self.officers.update((one["id"], one) for one in frame["changed"])
            case "events":
                if frame["from"] != (self.position or 0) + 1 or frame["to"] < frame["from"]:
                    raise Gap(f"{frame['from']}..{frame['to']} after {self.position}")
                for event in frame["events"]:
                    if not frame["from"] <= event["seq"] <= frame["to"]:
                        raise Gap(f"{event['seq']} outside {frame['from']}..{frame['to']}")
                    self._fold(event)
                self.position = frame["to"]
            case "heartbeat":
                if frame["to"] < (self.position or 0):
                    raise Gap(f"a heartbeat at {frame['to']} after {self.position}")
                self.position = frame["to"]
                self.degraded = frame["degraded"]
            case _:
                raise ValueError(frame["type"])

    def _welcome(self, frame: dict[str, Any]) -> None:
        if frame["snapshot"] is not None:
            self.incidents = {one["id"]: one for one in frame["snapshot"]["incidents"]}
            self.seqs.clear()
            self.snapshots += 1
        elif frame["epoch"] != self.epoch or frame["at"] != self.position:
            raise Gap("resumed from elsewhere")
        self.epoch = frame["epoch"]
        self.position = frame["at"]

    def _fold(self, event: dict[str, Any]) -> None:
        if self.seqs and event["seq"] <= self.seqs[-1]:
            raise Gap(f"{event['seq']} after {self.seqs[-1]}")
        self.seqs.append(event["seq"])
        incident_id = event["incident_id"]
        if event["kind"] == "incident_hidden":
            self.incidents.pop(incident_id, None)
            return
        merged = self.incidents.get(incident_id, {}) | event["data"]["incident"]
        if merged["status"] == "closed":
            self.incidents.pop(incident_id, None)
        else:
            self.incidents[incident_id] = merged


class Connection:
    """One connection of a screen to the hub, as the endpoint makes it."""

    def __init__(self, stage: "Stage", screen: Screen) -> None:
        self.stage = stage
        self.screen = screen
        self.tape = Tape()
        self._read = 0
        self.client = Client(self.tape, Session(stage.clock.monotonic()), stage.hub.closed)
        stage.hub.opened(self.client)
        hello = {"type": "hello", "epoch": screen.epoch, "after": screen.position}
        self.client.session.receive_text(json.dumps(hello))
        self.client.session.identify(screen.reader)
        self.task = asyncio.create_task(stage.hub.serve(self.client, screen.reader))

    @property
    def is_open(self) -> bool:
        return self.tape.closed_with is None and not self.task.done()

    def read(self) -> None:
        for text in self.tape.texts[self._read :]:
            self.screen.read(text)
        self._read = len(self.tape.texts)

    async def drop(self) -> None:
        """As a lost connection: what was written until now arrives, nothing after."""
        self.read()
        self.task.cancel()
        self.stage.hub.left(self.client)
        await asyncio.gather(self.task, return_exceptions=True)


def me(principal: Principal) -> Me:
    return Me(principal.subject, principal.role.value, principal.name, (), None)


class Stage:
    """A hub over a city, with a clock that a test moves."""

    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.city = City()
        self.board = Board()
        self.metrics = Metrics()
        self.broken: tuple[str, ...] = ()
        self.tokens: dict[str, Principal] = {}
        self.hub = self._new_hub()

    def _new_hub(self) -> Hub:
        async def principal_of(token: str) -> Principal | None:
            return self.tokens.get(token)

        queries: Any = self.city
        sources = Sources(
            clock=self.clock,
            queries=queries,
            policies=PolicyInForce(POLICY),
            metrics=self.metrics,
            board=self.board,
            degraded=lambda: self.broken,
            me=me,
            principal_of=principal_of,
        )
        return Hub(sources, cpu_s=lambda: 0.0)

    async def restart(self) -> None:
        """A new process on the same journal."""
        await self.hub.stop()
        self.hub = self._new_hub()
        await self.hub.start(self.city.epoch, self.city.seq)

    def publish(self, *events: JournalEvent) -> None:
        """Everything committed and not published yet comes first, as the publisher sees to it."""
        self.hub.publish(self.city.journal[self.hub.head : events[-1].seq if events else self.city.seq])

    def beat_all(self) -> None:
        """One heartbeat for everybody."""
        for _ in range(BEATS):
            self.hub.beat()

    async def settle(self) -> None:
        """Until nobody has anything left to do at this moment."""
        await turn(30)


async def turn(times: int) -> None:
    """Lets everybody else have so many turns of the loop."""
    for _ in range(times):
        await asyncio.sleep(0)


class Keeper(Tape):
    """Keeps the frames themselves, to tell which object was written."""

    def __init__(self, written: list[Frame]) -> None:
        super().__init__()
        self._written = written

    def try_write(self, frame: Frame) -> bool:
        self._written.append(frame)
        return True


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
        await turn(10)
    raise AssertionError("it did not come to that")


async def connect(stage: Stage, reader: Principal = CITY_OPERATOR, screen: Screen | None = None) -> Connection:
    connection = Connection(stage, screen or Screen(reader))
    await turn(12)
    connection.read()
    return connection


def frames_of(connection: Connection, kind: str) -> list[dict[str, Any]]:
    return [frame for frame in map(json.loads, connection.tape.texts) if frame["type"] == kind]
