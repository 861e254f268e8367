"""The shapes that clients see, version 1: requests, answers and incidents. `live.py` beside it has the live frames.

Clients may send more than is listed; what is unknown is ignored. Times are RFC 3339 in UTC, distances metres.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from panic_server.wire.overrides import Escalation
from panic_server.wire.phone import TrackPoint

Kind = Literal["emergency", "crime", "violence", "medical", "fire", "disaster"]
Role = Literal["resident", "officer", "representative", "operator", "supervisor"]
Sure = Literal["inside", "uncertain", "near", "outside", "unlocated"]
Stage = Literal["received", "offered", "accepted", "on_scene", "cancelled_by_resident", "closed"]
Disposition = Literal["resolved", "false_alarm", "prank", "test", "duplicate", "unfounded"]
UnitKind = Literal["foot", "bicycle", "motorcycle", "car", "ambulance", "fire_engine", "boat"]
AssignmentStatus = Literal["en_route", "on_scene", "clear"]
OfficerStatus = Literal["available", "offered", "en_route", "on_scene", "unavailable", "off_duty"]


class Area(Struct, frozen=True):
    code: str
    name: str


class Position(Struct, frozen=True):
    """`accuracy_m` is the radius that holds the true place with 68 %; null when the phone did not say."""

    lat: float
    lon: float
    accuracy_m: float | None = None
    at: datetime | None = None


class Place(Struct, frozen=True):
    sure: Sure
    rt: Area | None
    rw: Area | None
    village: Area | None
    district: Area | None
    city: Area | None
    candidates: tuple[Area, ...]
    candidates_truncated: bool
    sectors: tuple[Area, ...]
    distance_m: float | None
    flags: tuple[str, ...]
    map_version: int


class Person(Struct, frozen=True):
    id: str
    name: str


class Offer(Struct, frozen=True):
    """Why this officer: distance, sector, age of position, open offers elsewhere. The phone of a silent one is late."""

    id: str
    officer: Person
    status: Literal["open", "accepted", "declined", "expired", "withdrawn"]
    offered_at: datetime
    expires_at: datetime
    received_at: datetime | None
    distance_m: float | None
    own_sector: bool
    position_stale: bool
    position_age_s: float | None
    load: int
    silent: bool


class Assignment(Struct, frozen=True):
    id: str
    officer: Person
    status: AssignmentStatus
    accepted_at: datetime
    changed_at: datetime


class Told(Struct, frozen=True):
    """A representative who was told of the incident, for which area, whether the phone got it, and if they come."""

    person: Person
    area: Area
    told_at: datetime
    received_at: datetime | None
    coming: bool | None


class Standing(Struct, frozen=True):
    """What became of the phone's earlier incidents. It orders and labels, and nothing is decided by it."""

    trust: Literal["unknown", "proven", "doubtful"]
    genuine: int
    false_alarms: int
    pranks: int


class Incident(Struct, frozen=True):
    """What is worked: `alarm_count` presses by `phone_count` phones tell of it.

    Views with fewer rights have `null` or empty lists where they may not look. `place_shared`: the neighbourhood sees
    the exact place. `quiet`: nobody there is to be woken for it. `policy` is the version that decided last.

    `linked_to` is the incident before, of the same phone; `late_s` how long the alarm had waited in it.
    `former_sectors` were in charge before the phone moved away, and still see the incident.
    `duress`: the resident's cancel was made under force; nothing that the phone or the RT can see may tell of it.
    """

    id: str
    version: int
    status: Literal["open", "closed"]
    stage: Stage
    kind: Kind
    silent: bool
    drill: bool
    position: Position | None
    place: Place
    flags: tuple[str, ...]
    opened_at: datetime
    alarm_count: int
    phone_count: int
    claimed_by: Person | None
    offers: tuple[Offer, ...]
    assignments: tuple[Assignment, ...]
    told: tuple[Told, ...]
    disposition: Disposition | None
    next_due_at: datetime | None
    standing: Standing | None
    place_shared: bool
    quiet: bool
    merged_into: str | None
    policy: str | None
    escalation: Escalation | None
    duress: bool = False
    former_sectors: tuple[Area, ...] = ()
    linked_to: str | None = None
    late_s: int | None = None


class AlarmRequest(Struct):
    """The press of the button. Everything but `id` may be missing or wrong: it is then marked, never refused."""

    id: str
    kind: Any = None
    position: Any = None
    pressed_at: Any = None
    sent_at: Any = None
    silent: Any = None
    drill: Any = None


class AlarmAccepted(Struct, frozen=True):
    id: str
    incident_id: str
    seq: int
    received_at: datetime
    place: Place
    flags: tuple[str, ...]


class Coming(Struct, frozen=True):
    """An officer on the way. The time of arrival is an estimate from the straight distance."""

    name: str
    status: AssignmentStatus
    distance_m: float | None
    eta_s: int | None


class AlarmProgress(Struct, frozen=True):
    """What the resident may know of their own alarm."""

    id: str
    incident_id: str
    received_at: datetime
    stage: Stage
    status: Literal["open", "closed"]
    kind: Kind
    silent: bool
    drill: bool
    place: Place
    flags: tuple[str, ...]
    coming: tuple[Coming, ...]
    stream_until: datetime | None = None
    """How long the phone goes on sending positions; null while the alarm stands, which is until it is closed."""


class DeviceRequest(Struct, forbid_unknown_fields=False):
    kind: Literal["fcm_token", "fcm_fid", "webpush"]
    value: str


class DutyRequest(Struct):
    """`unit` is what the officer travels with, from now on until the end of duty; left out it stays as it is."""

    on_duty: bool
    unit: UnitKind | None = None


class PositionsRequest(Struct):
    positions: list[Any]


class PositionsTaken(Struct, frozen=True):
    """`rejected` counts those that could not be a position; the newest of the others is where the sender is now."""

    accepted: int
    rejected: int


class MyOffer(Struct, frozen=True):
    """An open offer, with what the officer needs to decide."""

    id: str
    incident: Incident
    offered_at: datetime
    expires_at: datetime
    distance_m: float | None


class MyOffers(Struct, frozen=True):
    items: tuple[MyOffer, ...]
    next: str | None = None


class NoteRequest(Struct):
    text: str


class CloseRequest(Struct):
    disposition: Disposition
    note: str | None = None


class SessionRequest(Struct):
    code: str


class Session(Struct, frozen=True):
    """`token` is null for operators: the console's browser holds a cookie that scripts cannot read."""

    subject: str
    role: Role
    token: str | None


class Me(Struct, frozen=True):
    """`on_duty` and `unit`, what they travel with, are for officers."""

    subject: str
    role: Role
    name: str
    areas: tuple[Area, ...]
    on_duty: bool | None
    unit: UnitKind | None = None


class Actor(Struct, frozen=True):
    """Who did it. `id` is null where the reader may not know."""

    role: Literal["resident", "officer", "representative", "operator", "supervisor", "system"]
    id: str | None


class TimelineEntry(Struct, frozen=True):
    seq: int
    kind: str
    at: datetime
    actor: Actor | None
    data: Raw


class AlarmRecord(Struct, frozen=True):
    """One press, with what the phone really sent."""

    id: str
    device: str
    received_at: datetime
    pressed_at: datetime | None
    sent_at: datetime | None
    kind: Kind
    silent: bool
    drill: bool
    position: Position | None
    raw_position: Raw | None
    place: Place
    flags: tuple[str, ...]


class Moments(Struct, frozen=True):
    """When an incident first came to each of these; null for not yet, or not known. Of the end it is the last.

    `placed_at`, `durable_at` and `console_at` are written with a later commit and may follow by a little; `console_at`
    is when the first console was sent the incident. `push_accepted_at` is Google's word for the first offer's push,
    `receipt_at` the first officer's phone's own.
    """

    received_at: datetime
    placed_at: datetime | None
    durable_at: datetime | None
    console_at: datetime | None
    offered_at: datetime | None
    push_accepted_at: datetime | None
    receipt_at: datetime | None
    claimed_at: datetime | None
    accepted_at: datetime | None
    on_scene_at: datetime | None
    closed_at: datetime | None


class Arrival(Struct, frozen=True):
    """Somebody who comes, or is there. `eta_s` is an estimate from the straight distance and the speed of the unit.

    The neighbourhood does not learn who it is, with what, and from how far.
    """

    status: AssignmentStatus
    eta_s: int | None
    officer: Person | None = None
    unit: UnitKind | None = None
    distance_m: float | None = None


class IncidentDetail(Struct, frozen=True):
    """`timeline`, `alarms`, `track` and `moments` are for operators; others get none. `coming` is as of now."""

    incident: Incident
    timeline: tuple[TimelineEntry, ...]
    alarms: tuple[AlarmRecord, ...]
    track: tuple[TrackPoint, ...]
    moments: Moments | None = None
    coming: tuple[Arrival, ...] = ()


class IncidentPage(Struct, frozen=True):
    items: tuple[Incident, ...]
    next: str | None


class Officer(Struct, frozen=True):
    """An officer on the console's map. A stale position is older than the policy's limit or from before a restart.

    `unit` is what they travel with, where somebody said so. With `clock_set_back` their phone's clock is behind: its
    positions count, and are dated, as they arrive.
    """

    id: str
    name: str
    status: OfficerStatus
    position: Position | None
    stale: bool
    sectors: tuple[str, ...]
    unit: UnitKind | None = None
    clock_set_back: bool = False


class Component(Struct, frozen=True):
    """One part of the server and how it is. `detail` is for the city's IT staff."""

    name: str
    ok: bool
    detail: str


class Health(Struct, frozen=True):
    ok: bool
    components: tuple[Component, ...] = ()


class Problem(Struct, frozen=True):
    """RFC 9457. `code` is stable and what a program should look at."""

    type: str
    title: str
    status: int
    code: str
    detail: str | UnsetType = UNSET


class OfferAnswer(Struct, frozen=True):
    """What became of the offer. Whoever accepted gets the incident whole, and the assignment to report on."""

    offer_id: str
    status: Literal["open", "accepted", "declined", "expired", "withdrawn"]
    assignment_id: str | None
    incident: Incident | None


class AssignmentAnswer(Struct, frozen=True):
    """`incident` is null once the officer is clear and may no longer look."""

    assignment_id: str
    status: AssignmentStatus
    incident: Incident | None
