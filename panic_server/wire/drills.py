"""The shapes of exercises, version 1."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from panic_server.wire.shapes import Kind, Person

Text = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f]{1,80}$")]


class DrillRequest(Struct):
    """An exercise of some `alarms` in an area or a sector, by its code, or in the whole city. Without a time: now."""

    name: Text
    area: Text | None = None
    kind: Kind = "emergency"
    alarms: Annotated[int, Meta(ge=1, le=50)] = 1
    starts_at: datetime | None = None
    minutes: Annotated[int, Meta(ge=1, le=1440)] = 60


class Drill(Struct, frozen=True):
    id: str
    name: str
    area: str | None
    kind: Kind
    alarms: int
    planned_by: Person
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


class Drills(Struct, frozen=True):
    """Those to come, those under way, and the last that are over; the latest to start comes first."""

    items: tuple[Drill, ...]
    next: str | None = None
