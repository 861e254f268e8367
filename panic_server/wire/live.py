"""The frames of `WS /v1/live`, version 1. A client's `hello` comes first; everything else flows from the server.

How a client keeps its incidents: `data.incident` of an event is merged, field by field at the top level, into the
incident of that id, which it creates when unknown; `incident_hidden` removes it; an incident whose status is `closed`
leaves.
"""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from panic_server.wire.shapes import Actor, Incident, Me, Officer


class Hello(Struct, tag_field="type", tag="hello"):
    token: str | UnsetType | None = UNSET
    epoch: str | None = None
    after: int | None = None


class Snapshot(Struct, frozen=True):
    incidents: tuple[Incident, ...]


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    epoch: str
    at: int
    snapshot: Snapshot | None
    you: Me
    heartbeat_s: int


class Officers(Struct, frozen=True, tag_field="type", tag="officers"):
    full: bool
    changed: tuple[Officer, ...]


EventKind = Literal[
    "incident_opened",
    "alarm_joined",
    "alarm_updated",
    "offers_made",
    "offer_received",
    "offer_accepted",
    "offer_declined",
    "offers_expired",
    "offers_silent",
    "nobody_left",
    "supervisors_told",
    "officer_offered",
    "officer_withdrawn",
    "places_changed",
    "escalation_stopped",
    "escalation_resumed",
    "offers_withdrawn",
    "assignment_changed",
    "pin_refused",
    "cancelled_by_resident",
    "cancelled_under_duress",
    "incident_moved",
    "sector_changed",
    "representative_received",
    "representative_answered",
    "neighbours_told",
    "place_shared",
    "claimed",
    "released",
    "noted",
    "closed",
    "reopened",
    "merged_into",
    "incident_merged",
    "alarms_split_off",
    "merge_undone",
    "incident_let_go",
    "incident_changed",
    "incident_hidden",
]


class Event(Struct, frozen=True):
    """`data` always has `incident`: the fields that changed, or the whole for whoever sees it for the first time."""

    seq: int
    incident_id: str
    kind: EventKind
    at: datetime
    actor: Actor | None
    data: Raw


class Events(Struct, frozen=True, tag_field="type", tag="events", rename={"from_": "from"}):
    """`from` and `to` cover the journal without a hole; events that this client may not see are left out."""

    from_: int
    to: int
    events: tuple[Event, ...]


class Heartbeat(Struct, frozen=True, tag_field="type", tag="heartbeat"):
    """`degraded` has stable words for what is broken: journal, bus, push_down, push_not_configured, timer, ..."""

    to: int
    now: datetime
    degraded: tuple[str, ...]
