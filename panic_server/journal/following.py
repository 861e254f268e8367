"""What a phone does about its alarm after the press: looked up for a decision, and noted once it is made."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from dispatch.cancelling import pressed_at
from dispatch.commands import MoveAlarm
from dispatch.escalation import wanted_offers
from dispatch.events import CancelledByResident, CancelledUnderDuress, Event, PinRefused
from dispatch.facts import NO_FACTS, Cancels, Facts
from dispatch.incident import Alarm, Incident
from dispatch.policy import Policy
from dispatch.reopening import is_back, is_linked
from dispatch.tracking import areas_newly_told, arriving_fix, moving_fix
from geo.clocks import KEPT, Report
from panic_server.journal import tables
from panic_server.journal.codec import read_alarm
from panic_server.journal.draft import Draft
from panic_server.journal.registry import Held, Registry
from panic_server.journal.times import micros, moment
from panic_server.journal.world import World

LOOKED_AT: Final = 50
"""Of a phone's alarms in one incident, to know when it first pressed: in a flood the later ones tell nothing new."""


def last_ended(
    registry: Registry, alarm: Alarm, find: Callable[[str], Held], *, now: datetime, policy: Policy
) -> tuple[Held | None, str | None]:
    """The closed incident that this alarm brings back, or the id of the one that it is linked to."""
    last = registry.ended.of(alarm.device, drill=alarm.drill)
    if last is None or not is_linked(last[1], now=now, policy=policy):
        return None, None
    held = find(last[0])
    return (held, None) if is_back(held.incident, alarm, now=now, policy=policy) else (None, last[0])


def facts_for_move(
    connection: Connection, incident: Incident, move: MoveAlarm, world: World, *, now: datetime, policy: Policy
) -> Facts:
    """For one that is open."""
    fix, arrived = moving_fix(incident, move), None
    if fix is None and incident.device == move.device:
        reports = _reports(connection, incident.id, move.device)
        fix = arrived = arriving_fix(incident, move, reports, now=now)
    if fix is None:
        return NO_FACTS
    [place] = world.places([fix], [()])
    wanted = wanted_offers(incident, policy)
    sectors = [sector.code for sector in place.sectors[:1]]
    limit, drill = wanted + len(incident.asked), incident.drill
    found = world.candidates(fix, sectors, now=now, limit=limit, drill=drill) if wanted else ()
    codes = areas_newly_told(incident, fix, place, policy)
    return Facts(found, world.neighbours(codes) if codes else (), place=place, arrived=arrived)


def _reports(connection: Connection, incident_id: str, device: str) -> list[Report]:
    """The phone's last, in the order they came: each with its newest position."""
    table = tables.tracks
    query = (
        select(table.c.received_at, func.max(table.c.at).label("at"))
        .where(table.c.incident_id == incident_id, table.c.device == device)
        .group_by(table.c.received_at)
        .order_by(table.c.received_at.desc())
        .limit(KEPT)
    )
    rows = reversed(connection.execute(query).all())
    return [(moment(row.received_at).timestamp(), moment(row.at).timestamp()) for row in rows]


def load_cancels(connection: Connection, draft: Draft, device: str, incident_id: str) -> Cancels:
    """On disk, or earlier in this batch. A press after the cancel has undone it."""
    pressed = _presses(connection, draft, incident_id)
    first = _first_pressed(connection, draft, device, incident_id)
    row = draft.rows.cancels.get(_key(device, incident_id)) or _stored(connection, device, incident_id)
    is_alone = pressed.keys() <= {device}
    if row is None:
        return Cancels(is_alone=is_alone, pressed_at=first)
    _, _, wrong_pins, cancelled_seq, cancelled_at = row
    stands = cancelled_seq is not None and cancelled_seq > pressed.get(device, 0)
    return Cancels(wrong_pins, moment(cancelled_at) if stands else None, is_alone, first)


def note_cancel(draft: Draft, incident_id: str, device: str, before: Cancels, events: Sequence[Event]) -> None:
    """The time of the first cancel stays: a second one must not be seen to change anything."""
    wrong_pins, cancelled_at = before.wrong_pins, before.cancelled_at
    for event in events:
        match event:
            case PinRefused():
                wrong_pins = event.wrong_pins
            case CancelledByResident() | CancelledUnderDuress():
                cancelled_at = cancelled_at or event.at
            case _:
                pass
    cancelled_seq = draft.seq if cancelled_at else None
    draft.rows.cancels[_key(device, incident_id)] = (
        device,
        incident_id,
        wrong_pins,
        cancelled_seq,
        micros(cancelled_at),
    )


def carry_cancels(connection: Connection, draft: Draft, from_id: str, to_id: str, devices: Collection[str]) -> None:
    """What these phones have tried counts where their alarms are now, or their pages would take a cancel back."""
    table = tables.cancels
    of_these = table.c.device.in_(set(devices)) & table.c.incident_id.in_((from_id, to_id))
    stored = connection.execute(select(table).where(of_these)).all()
    rows = {_key(row.device, row.incident_id): tuple(row) for row in stored} | draft.rows.cancels
    for device in devices:
        tried, known = rows.get(_key(device, from_id)), rows.get(_key(device, to_id))
        if tried is not None and (known is None or _how_far(tried) > _how_far(known)):
            draft.rows.cancels[_key(device, to_id)] = (device, to_id, *tried[2:])


def _how_far(tried: Any) -> tuple[int, int]:
    """The last cancel, and before one the wrong PINs."""
    _, _, wrong_pins, cancelled_seq, _ = tried
    return cancelled_seq or 0, wrong_pins


def note_track(draft: Draft, incident_id: str, move: MoveAlarm) -> None:
    now = micros(draft.now)
    positions = {micros(fix.at): fix for fix in move.positions if fix.at is not None}
    draft.rows.tracks.extend(
        (incident_id, move.device, at, fix.lat, fix.lon, fix.accuracy_m, now) for at, fix in positions.items()
    )


def _key(device: str, incident_id: str) -> str:
    return f"{device}\n{incident_id}"


def _stored(connection: Connection, device: str, incident_id: str) -> Any:
    table = tables.cancels
    mine = select(table).where(table.c.device == device, table.c.incident_id == incident_id)
    return connection.execute(mine).first()


def _first_pressed(connection: Connection, draft: Draft, device: str, incident_id: str) -> datetime | None:
    """When this phone first pressed for the incident, for all that it says of how long its alarms waited."""
    table, moved = tables.alarms, draft.rows.moved_alarms
    came = [alarm_id for (by, alarm_id), to in moved.items() if (by, to[2]) == (device, incident_id)]
    query = (
        select(table.c.id, table.c.incident_id, table.c.received_at, table.c.record)
        .where(table.c.device == device, or_(table.c.incident_id == incident_id, table.c.id.in_(came)))
        .order_by(table.c.seq)
        .limit(LOOKED_AT)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    rows += [(row[1], row[2], row[4], row[8]) for row in draft.rows.alarms if row[0] == device]
    in_it = [row for row in rows if moved.get((device, row[0]), (None, None, row[1]))[2] == incident_id]
    return min((pressed_at(read_alarm(record), moment(at)) for _, _, at, record in in_it), default=None)


def _presses(connection: Connection, draft: Draft, incident_id: str) -> dict[str, int]:
    """Device → the seq of its last alarm in the incident."""
    table = tables.alarms
    last = func.max(table.c.seq).label("last")
    stored = select(table.c.device, last).where(table.c.incident_id == incident_id).group_by(table.c.device)
    if draft.rows.moved_alarms:
        pressed = _presses_since_moved(connection, draft, incident_id)
    else:
        pressed = {row.device: row.last for row in connection.execute(stored)}
    moved = draft.rows.moved_alarms
    for device, alarm_id, of, seq, *_ in draft.rows.alarms:
        if moved.get((device, alarm_id), (None, None, of))[2] == incident_id:
            pressed[device] = seq
    return pressed


def _presses_since_moved(connection: Connection, draft: Draft, incident_id: str) -> dict[str, int]:
    """Operators have merged or split in this batch: where those alarms are is not on disk yet."""
    table, moved = tables.alarms, draft.rows.moved_alarms
    came = [key for key, (_, _, now_in, _) in moved.items() if now_in == incident_id]
    query = select(table.c.device, table.c.id, table.c.incident_id, table.c.seq)
    by_keys = table.c.device.in_({device for device, _ in came}) & table.c.id.in_([alarm_id for _, alarm_id in came])
    # Two questions: both at once, SQLite would look through all alarms there ever were.
    rows = [
        row for these in (table.c.incident_id == incident_id, by_keys) for row in connection.execute(query.where(these))
    ]
    pressed: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.seq):
        if moved.get((row.device, row.id), (None, None, row.incident_id))[2] == incident_id:
            pressed[row.device] = row.seq
    return pressed
