"""A journal in memory that decides with the real core, people with tokens, and the API around them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec
import numpy as np
from msgspec.structs import replace

from dispatch.decide import decide
from dispatch.errors import IncidentUnknown, OfferUnknown, VersionConflict
from dispatch.evolve import evolve
from dispatch.facts import NO_FACTS
from dispatch.incident import (
    Alarm,
    Assignment,
    AssignmentStatus,
    Incident,
    Kind,
    Offer,
    OfferStatus,
    Person,
    Status,
    Told,
)
from dispatch.policy import Policy
from geo.areas import AreaRef
from geo.geofence import Place, Sure
from geo.geojson import read_map
from geo.position import Position
from panic_server.api.application import Front
from panic_server.bus.memory import MemoryBus
from panic_server.clock import FakeClock
from panic_server.duty.board import DutyBoard
from panic_server.health import Health
from panic_server.journal.port import (
    Accepted,
    Done,
    IncidentOrder,
    JournalUnavailable,
    Moments,
    Order,
    Press,
    StoredAlarm,
    TimelineRow,
    TrackRow,
)
from panic_server.journal.queries import may_see
from panic_server.maps import Maps
from panic_server.metrics import Metrics
from panic_server.people import Principal, Role
from panic_server.pins import PinHashes
from panic_server.policies import PolicyInForce
from panic_server.reports.response_times import Responses
from panic_server.services import Services
from panic_server.settings import Settings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALARM_ID = "0192f3a1-0000-7000-8000-0123456789ab"
INCIDENT_ID = "0192f3a1-1111-7000-8000-0123456789ab"

RESIDENT = Principal("warga", Role.RESIDENT, "Warga", ())
OFFICER = Principal("budi", Role.OFFICER, "Budi", ("S1",))
OTHER_OFFICER = Principal("sari", Role.OFFICER, "Sari", ("S1",))
REPRESENTATIVE = Principal("pak-rt", Role.REPRESENTATIVE, "Pak RT", ("RT1",))
OPERATOR = Principal("siti", Role.OPERATOR, "Siti", ())
OTHER_OPERATOR = Principal("dewi", Role.OPERATOR, "Dewi", ())
SUPERVISOR = Principal("kepala", Role.SUPERVISOR, "Kepala Jaga", ())
PEOPLE = (RESIDENT, OFFICER, OTHER_OFFICER, REPRESENTATIVE, OPERATOR, OTHER_OPERATOR, SUPERVISOR)

SQUARE = [[110.40, -7.00], [110.41, -7.00], [110.41, -6.99], [110.40, -6.99], [110.40, -7.00]]
MAP = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "RT1", "name": "RT 001", "level": "rt"},
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        },
        {
            "type": "Feature",
            "properties": {"code": "S1", "name": "Polsek Satu", "level": "sector", "areas": ["RT1"]},
            "geometry": None,
        },
    ],
}
RT1 = AreaRef("RT1", "RT 001")
PLACE = Place(Sure.INSIDE, RT1, None, None, None, None, (RT1,), False, (AreaRef("S1", "Polsek Satu"),), None, (), 1)
POSITION = Position(-6.995, 110.405, 12.0, NOW)


def offer_to(officer: Principal, status: OfferStatus = OfferStatus.OPEN) -> Offer:
    return Offer(
        id=f"offer-{officer.subject}",
        officer=Person(officer.subject, officer.name),
        status=status,
        offered_at=NOW,
        expires_at=NOW.replace(second=30),
        received_at=None,
        distance_m=120.0,
        own_sector=True,
        position_stale=False,
    )


def an_incident(**changes: Any) -> Incident:
    """A fire in RT 001, two officers asked, the representative told."""
    told = Told(Person(REPRESENTATIVE.subject, REPRESENTATIVE.name), RT1, NOW, None)
    incident = Incident(
        id=INCIDENT_ID, version=3, device=RESIDENT.subject, kind=Kind.FIRE, silent=False, drill=False,
        position=POSITION, origin=POSITION, place=PLACE, flags=(), opened_at=NOW, alarm_count=1, offers_made=2,
        asked=(OFFICER.subject, OTHER_OFFICER.subject), round_at=NOW,
        offers=(offer_to(OFFICER), offer_to(OTHER_OFFICER)), assignments=(), neighbourhood=("RT1",), told=(told,),
        claimed_by=None, disposition=None, status=Status.OPEN,
    )  # fmt: skip
    return replace(incident, **changes)


def assigned(officer: Principal) -> Assignment:
    person = Person(officer.subject, officer.name)
    return Assignment(f"offer-{officer.subject}", person, AssignmentStatus.EN_ROUTE, NOW, NOW, None)


def an_alarm(raw_position: str | None = None) -> StoredAlarm:
    alarm = Alarm(
        ALARM_ID, RESIDENT.subject, Kind.FIRE, POSITION, POSITION, PLACE, NOW, NOW, False, False, ("fix_stale",)
    )
    return StoredAlarm(alarm, INCIDENT_ID, NOW, raw_position)


def moments(**known: datetime) -> Moments:
    """Received at NOW, and what else is known."""
    return Moments(**{**dict.fromkeys(Moments.__slots__), "received_at": NOW, **known})  # type: ignore[arg-type]  # all names are set


def responses(*rows: tuple[str, str, int, int, int, int, int]) -> Responses:
    """Sector, kind and five times in seconds since NOW; -1 for never."""
    start = int(NOW.timestamp())
    times = [[-1 if at < 0 else (start + at) * 1_000_000 for at in (*row[2:], -1)] for row in rows]
    columns = np.array(times, dtype=np.int64).reshape(-1, 6).T
    return Responses([row[0] for row in rows], [row[1] for row in rows], *columns)


@dataclass
class MemoryJournal:
    """Writer and queries in one: presses are kept by sender and id, orders decided by the real core."""

    policy: Policy = field(default_factory=Policy)
    incidents: dict[str, Incident] = field(default_factory=dict)
    stored: list[StoredAlarm] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    timelines: list[TimelineRow] = field(default_factory=list)
    came_to: Moments | None = None
    answered: Responses = field(default_factory=responses)
    tracks: list[TrackRow] = field(default_factory=list)
    breaks_with: Exception | None = None

    def put(self, incident: Incident) -> Incident:
        self.incidents[incident.id] = incident
        return incident

    def check(self) -> None:
        if self.breaks_with is not None:
            raise self.breaks_with

    def break_down(self) -> None:
        self.breaks_with = JournalUnavailable("the database does not answer")

    async def submit(self, order: Order) -> Accepted | Done | None:
        self.check()
        self.orders.append(order)
        match order:
            case Press():
                return self._press(order)
            case IncidentOrder():
                return self._decide(order)
            case _:
                return None

    def _press(self, press: Press) -> Accepted:
        key = (press.device, press.id)
        is_repeat = key in self.answers
        answer = {"id": press.id, "incident_id": INCIDENT_ID, "seq": len(self.answers) + 1, "flags": press.flags}
        return Accepted(self.answers.setdefault(key, msgspec.json.encode(answer)), is_repeat)

    def _decide(self, order: IncidentOrder) -> Done:
        incident = self._find(order)
        if order.expected_version not in (None, incident.version):
            raise VersionConflict(incident.id)
        events = decide(incident, order.command, NO_FACTS, now=NOW, policy=self.policy)
        for event in events:
            incident = evolve(incident, event)
        self.incidents[incident.id] = incident
        return Done(incident, len(events) or None)

    def _find(self, order: IncidentOrder) -> Incident:
        if order.offer_id is not None:
            held = (
                one for one in self.incidents.values() if one.offer(order.offer_id) or one.assignment(order.offer_id)
            )
            found = next(held, None)
            if found is None:
                raise OfferUnknown
            return found
        found = self.incidents.get(order.incident_id or "")
        if found is None or (order.principal is not None and not may_see(found, order.principal)):
            raise IncidentUnknown
        return found

    async def alarm(self, device: str, alarm_id: str) -> tuple[StoredAlarm, Incident] | None:
        self.check()
        mine = (one for one in self.stored if (one.alarm.device, one.alarm.id) == (device, alarm_id))
        return next(((one, self.incidents[one.incident_id]) for one in mine), None)

    async def incident(self, incident_id: str, reader: Principal) -> Incident | None:
        self.check()
        found = self.incidents.get(incident_id)
        return found if found and may_see(found, reader) else None

    async def incidents_page(self, reader: Principal, **wanted: Any) -> tuple[Sequence[Incident], str | None]:
        self.check()
        self.wanted = wanted
        return [one for one in self.incidents.values() if may_see(one, reader)], "17"

    async def alarms(self, incident_id: str) -> Sequence[StoredAlarm]:
        return [one for one in self.stored if one.incident_id == incident_id]

    async def timeline(self, incident_id: str) -> Sequence[TimelineRow]:
        return self.timelines

    async def moments(self, incident_id: str) -> Moments | None:
        return self.came_to

    async def responses(self, reader: Principal, *, since: datetime, until: datetime) -> Responses:
        self.check()
        self.wanted = {"reader": reader, "since": since, "until": until}
        return self.answered

    async def track(self, incident_id: str) -> Sequence[TrackRow]:
        return self.tracks

    async def offered_to(self, officer_id: str) -> Sequence[Incident]:
        return list(self.incidents.values())


class MemoryQueries:
    """`incidents` is a question to the queries and a table of the journal; this keeps the two apart."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self.incidents = journal.incidents_page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


class MemoryAccounts:
    """Everybody's token is their subject; the code `once` signs the person in `code_of` in."""

    def __init__(self) -> None:
        self.people = {person.subject: person for person in PEOPLE}
        self.code_of: Principal | None = None
        self.breaks_with: Exception | None = None

    async def principal(self, token: str) -> Principal | None:
        if self.breaks_with is not None:
            raise self.breaks_with
        return self.people.get(token)

    async def exchange(self, code: str) -> tuple[Principal, str] | None:
        person, self.code_of = (self.code_of, None) if code == "once" else (None, self.code_of)
        return (person, person.subject) if person else None

    async def revoke(self, token: str) -> None:
        del self.people[token]


class CountingHub:
    def __init__(self) -> None:
        self.rights_checked = 0

    async def check_rights(self) -> None:
        self.rights_checked += 1


@dataclass
class House:
    """The API with everything around it, as one test sees it."""

    journal: MemoryJournal
    accounts: MemoryAccounts
    board: DutyBoard
    maps: Maps
    health: Health
    metrics: Metrics
    hub: CountingHub
    clock: FakeClock
    client: httpx2.AsyncClient

    def on_duty(self, officer: Principal) -> None:
        self.board.set_duty(officer.subject, officer.name, officer.areas, on_duty=True)


def bearer(person: Principal) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.subject}"}


def build_house(folder: Path, **settings: Any) -> House:
    clock, policy, metrics = FakeClock(NOW), Policy(), Metrics()
    journal, accounts, hub = MemoryJournal(policy), MemoryAccounts(), CountingHub()
    board, maps, health = DutyBoard(PolicyInForce(policy), clock), Maps(), Health(clock)
    maps.swap(read_map(MAP, version=1))
    # The doubles have the methods that the API calls, and no more.
    services = Services(
        settings=Settings(data_dir=folder, **settings),
        clock=clock,
        policies=PolicyInForce(policy),
        writer=cast("Any", journal),
        queries=cast("Any", MemoryQueries(journal)),
        accounts=cast("Any", accounts),
        maps=maps,
        board=board,
        bus=MemoryBus(),
        hub=cast("Any", hub),
        health=health,
        metrics=metrics,
        pins=PinHashes(),
        reader=cast("Any", journal),
        drills=cast("Any", None),
    )
    transport = httpx2.ASGITransport(app=cast("Any", Front(services)))
    client = httpx2.AsyncClient(transport=transport, base_url="http://kentongan.test")
    return House(journal, accounts, board, maps, health, metrics, hub, clock, client)
