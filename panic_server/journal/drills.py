"""Exercises in the journal: planned, and ended with everything that they brought about."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.commands import Close, Command
from dispatch.incident import Disposition, Incident, Kind, Person
from panic_server.journal import tables
from panic_server.journal.draft import Draft, areas_text
from panic_server.journal.port import Actor, Done, Drill, DrillOrder
from panic_server.journal.registry import Held, Registry
from panic_server.journal.times import micros, moment

SHOWN = 50
"""Exercises that a list has: a city plans a few in a month."""


def carry_out(
    order: DrillOrder, draft: Draft, registry: Registry, close: Callable[[Held, Command, Actor], Done]
) -> None:
    """Keeps the exercise as it is. When it has ended, its incidents end with it: closed as a test, everybody free."""
    drill = order.drill
    draft.rows.drills[drill.id] = _row(drill)
    if drill.ended_at is None:
        return
    for incident in [one for one in registry.open_incidents() if belongs(one, drill)]:
        held = registry.get(incident.id)
        if held is not None:
            close(held, Close(order.by, Disposition.TEST, None), order.actor)


def belongs(incident: Incident, drill: Drill) -> bool:
    """What the exercise itself pressed, and what people pressed as an exercise within its time and area. What another
    exercise pressed there goes on.
    """
    if not incident.drill:
        return False
    if incident.device.startswith(device_prefix("")):
        return incident.device.startswith(f"{device_prefix(drill.id)}:")
    is_there = drill.area is None or f"|{drill.area}|" in areas_text(incident)
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
