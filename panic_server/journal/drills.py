"""Exercises in the journal: planned, and ended with everything that they brought about."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.commands import Close, Command
from dispatch.incident import Disposition, Incident, Kind, Person
from panic_server.journal import tables
from panic_server.journal.draft import Draft, placed_codes
from panic_server.journal.merging import alarms_of
from panic_server.journal.port import Actor, Done, Drill, DrillOrder
from panic_server.journal.registry import Held, Registry
from panic_server.journal.times import micros, moment
from panic_server.journal.ways import came_through

SHOWN = 50
"""Exercises that a list has: a city plans a few in a month."""


class Drills:
    """`find` and `close` are the writer's own."""

    def __init__(
        self, registry: Registry, *, find: Callable[[str], Held], close: Callable[[Held, Command, Actor], Done]
    ) -> None:
        self._registry = registry
        self._find = find
        self._close = close

    def carry_out(self, order: DrillOrder, connection: Connection, draft: Draft) -> None:
        """Keeps the exercise as it is. When it has ended, its incidents end with it: closed as a test, all are free."""
        drill = order.drill
        draft.rows.drills[drill.id] = _row(drill)
        if drill.ended_at is None:
            return
        others = [one for one in load_drills(connection, running=True) if one.id != drill.id]
        for incident in [one for one in self._registry.open_incidents() if one.drill]:
            if belongs(incident, drill) or (
                not any(belongs(incident, other) for other in others)
                and self._has_part_of(incident, drill, connection, draft)
            ):
                self._close(self._find(incident.id), Close(order.by, Disposition.TEST, None), order.actor)

    def _has_part_of(self, incident: Incident, drill: Drill, connection: Connection, draft: Draft) -> bool:
        """It began in the exercise's area and has left it, or operators have put something of the exercise into it: by
        itself it would outlive that.
        """
        if incident.device.startswith(device_prefix("")):
            return False
        if incident.opened_at >= drill.starts_at and drill.area in incident.neighbourhood:
            return True
        ways = (kept.path for kept in alarms_of(connection, draft, incident.id).values() if kept.path)
        stops = {stop for way in ways for stop in came_through(way)}
        return any(belongs(self._find(stop).incident, drill) for stop in stops)


def belongs(incident: Incident, drill: Drill) -> bool:
    """What the exercise itself pressed, and what people pressed as an exercise within its time and area. What another
    exercise pressed there goes on. Whom a merge has told of it says nothing about where it is.
    """
    if not incident.drill:
        return False
    if incident.device.startswith(device_prefix("")):
        return incident.device.startswith(f"{device_prefix(drill.id)}:")
    is_there = drill.area is None or drill.area in placed_codes(incident)
    return is_there and incident.opened_at >= drill.starts_at


def device_prefix(drill_id: str) -> str:
    """The phones that an exercise pretends to have begin so."""
    return f"drill:{drill_id}"


def load_drills(connection: Connection, *, running: bool) -> Sequence[Drill]:
    """Those that have not ended, or the latest of all."""
    table = tables.drills
    query = select(table).order_by(table.c.starts_at.desc()).limit(SHOWN)
    if running:
        query = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.starts_at)
    return [_read(row) for row in connection.execute(query)]


def load_drill(connection: Connection, drill_id: str) -> Drill | None:
    row = connection.execute(select(tables.drills).where(tables.drills.c.id == drill_id)).first()
    return _read(row) if row else None


def _row(drill: Drill) -> tuple[Any, ...]:
    return (
        drill.id,
        drill.name,
        drill.area,
        drill.kind.value,
        drill.alarms,
        drill.planned_by.id,
        drill.planned_by.name,
        micros(drill.starts_at),
        micros(drill.ends_at),
        micros(drill.ended_at),
    )


def _read(row: Any) -> Drill:
    return Drill(
        id=row.id,
        name=row.name,
        area=row.area,
        kind=Kind(row.kind),
        alarms=row.alarms,
        planned_by=Person(row.planner_id, row.planner_name),
        starts_at=moment(row.starts_at),
        ends_at=moment(row.ends_at),
        ended_at=moment(row.ended_at) if row.ended_at is not None else None,
    )
