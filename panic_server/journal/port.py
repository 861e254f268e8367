"""What the rest of the server asks of the journal, and what it gets back.

Everything that changes an incident is an order to `Journal.submit`; it is answered once the order is on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.commands import Command
from dispatch.incident import Alarm, Incident, Kind, Person
from dispatch.units import Unit
from geo.position import Position
from panic_server.people import Principal, Role
from panic_server.push.port import PushResult


class JournalUnavailable(Exception):
    """The journal could not write; nothing of the order is on disk, and the same may be tried again."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gave an order: a role or `system`, and the subject of their token."""

    role: str
    id: str | None


SYSTEM = Actor("system", None)


@dataclass(frozen=True, slots=True)
class Press:
    """The button as the phone sent it. `raw_position` is the JSON text of a position that was not taken as it came.

    `flags` say what is wrong with any of it, `position_flags` those of them about the position. `digest` is of the
    whole body: it tells the same alarm sent again from another under the same id.
    """

    id: str
    device: str
    kind: Kind
    position: Position | None
    raw_position: str | None
    pressed_at: datetime | None
    sent_at: datetime | None
    silent: bool
    drill: bool
    position_flags: tuple[str, ...]
    flags: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class IncidentOrder:
    """A command to one incident, found by its own id, or by that of an offer or assignment of it.

    Raises what `dispatch.decide` raises, VersionConflict when `expected_version` is not the present one.
    `principal` limits what may be found: what they may not see is IncidentUnknown.
    """

    command: Command
    actor: Actor
    incident_id: str | None = None
    offer_id: str | None = None
    expected_version: int | None = None
    principal: Principal | None = None


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """The incident is about the same as `into`, which goes on. The answer is `into` as it is then.

    Raises what `dispatch.merging` raises, VersionConflict, and IncidentUnknown for what `principal` may not see.
    """

    incident_id: str
    into: str
    operator: Principal
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """Alarms, pairs of device and id, become an incident of their own, or `merged` is one again: the answer is that.

    Raises as `MergeOrder` does, and SplitRefused.
    """

    incident_id: str
    operator: Principal
    alarms: tuple[tuple[str, str], ...] = ()
    merged: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """An exercise in an area or sector, or without one in the whole city. `ended_at` is when it was over."""

    id: str
    name: str
    area: str | None
    kind: Kind
    alarms: int
    planned_by: Person
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DrillOrder:
    """The exercise is kept like this; once it has ended, `by` closes all its incidents in the same commit."""

    drill: Drill
    by: Person
    actor: Actor


@dataclass(frozen=True, slots=True)
class DutyOrder:
    """An officer goes on or off duty; an officer who leaves is withdrawn from their open offers.

    Without a `unit` they travel as before, or as usual when they begin.
    """

    officer: Principal
    on_duty: bool
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """Where a person's pushes go. A value belongs to the last who named it."""

    subject: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class PinsOrder:
    """A resident's PINs, as hashes; they come in place of those that there were."""

    subject: str
    pin: str
    duress_pin: str


@dataclass(frozen=True, slots=True)
class CheckpointOrder:
    """Officers' positions, so that a restart knows where they last were."""

    positions: Sequence[tuple[str, Position]]


@dataclass(frozen=True, slots=True)
class PushOrder:
    """What became of pushes, and devices that are no more. In the writer's commits it costs no fsync of its own."""

    results: Sequence[PushResult] = ()
    dead_devices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """When the incident opened by this seq was placed, on disk, and first sent to a console; None is not known yet."""

    opened_seq: int
    placed_at: datetime | None
    durable_at: datetime | None
    console_at: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceOrder:
    """Each seq once. What is known stays, and of the console's times the earliest."""

    rows: Sequence[Seen]


Order = (
    Press
    | IncidentOrder
    | MergeOrder
    | SplitOrder
    | DrillOrder
    | DutyOrder
    | DeviceOrder
    | PinsOrder
    | CheckpointOrder
    | PushOrder
    | EvidenceOrder
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An alarm is on disk. `answer` is the body of the first answer, the same whenever it is asked for."""

    answer: bytes
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Done:
    """An incident order is on disk; without a change `seq` is None."""

    incident: Incident
    seq: int | None


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """One numbered event. `routes` says for each selector which of `payloads` its holders get.

    A payload is the ready JSON of the live event. A reader with several matching selectors gets, of the variants, the
    first in the order of `VARIANTS`.
    """

    seq: int
    incident_id: str | None
    kind: str
    routes: dict[str, str]
    payloads: dict[str, str]


VARIANTS = ("patch", "whole", "hidden")
"""A variant is `<one of these>:<view>`; for instance `whole:responder`."""


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    alarm: Alarm
    incident_id: str
    received_at: datetime
    raw_position: str | None
    cancelled_at: datetime | None = None
    """When its phone cancelled it, or seemed to."""


@dataclass(frozen=True, slots=True)
class Pins:
    """Hashes; `replaced` when these came in place of others."""

    pin: str
    duress_pin: str
    set_at: datetime
    replaced: bool


@dataclass(frozen=True, slots=True)
class TrackRow:
    device: str
    position: Position


@dataclass(frozen=True, slots=True)
class TimelineRow:
    seq: int
    kind: str
    at: datetime
    actor: Actor
    data: str
    """JSON object: the facts of the event, for operators."""


@dataclass(frozen=True, slots=True)
class Moments:
    """When an incident came to what; None for not yet, or not known. Of each the first, of the end the last."""

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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Open incidents that some reader may see, and the head they belong to, from one read transaction."""

    epoch: str
    seq: int
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    subject: str
    role: Role
    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyRow:
    officer_id: str
    on_duty: bool
    position: Position | None


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """The text of a policy, and when it came into force for the first and the last time."""

    version: str
    first_at: datetime
    last_at: datetime
    text: str
