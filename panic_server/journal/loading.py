"""Fills the writer's registry from the database, whole or with what others have committed since."""

from typing import Final

from msgspec.json import decode
from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from dispatch.incident import Incident
from dispatch.units import read_unit
from panic_server.journal import tables
from panic_server.journal.codec import read_incident
from panic_server.journal.database import read_as_of_now, take_time
from panic_server.journal.ended import LOADED
from panic_server.journal.registry import Registry

ASKED_AT_ONCE: Final = 500
"""Incidents whose phones one question is about: the databases bound the parameters of one, SQLite at 32,766."""


def load_ahead(connection: Connection, registry: Registry) -> list[str]:
    """Fills an empty registry without holding the head, so that other processes go on meanwhile: what they commit is
    little by comparison, and is caught up with once the head is held. Call it in a transaction of its own.

    Returns the ids of the open incidents.
    """
    read_as_of_now(connection)
    take_time(connection)
    registry.epoch = connection.execute(select(tables.head.c.epoch)).scalar_one()
    return bring_up_to_date(connection, registry)


def bring_up_to_date(connection: Connection, registry: Registry) -> list[str]:
    """Call it while holding the head, or reading as of one moment.

    Returns the ids of the incidents that were new or had changed.
    """
    since = registry.seq
    if since < 0:
        registry.begin_reload()
    _load_duty(connection, registry, since)
    changed = _load_incidents(connection, registry, since)
    if since < 0:
        registry.end_reload()
    registry.seq = connection.execute(select(tables.head.c.seq)).scalar_one()
    return changed


def _load_incidents(connection: Connection, registry: Registry, since: int) -> list[str]:
    table = tables.incidents
    query = select(table.c.id, table.c.state, table.c.opened_seq)
    query = query.where(table.c.status == "open") if since < 0 else query.where(table.c.seq > since)
    slots = _load_slots(connection, since)
    changed: list[str] = []
    anew: list[str] = []
    over: list[Incident] = []
    # Sorted here: SQLite would go through all incidents there ever were to spare itself the sorting.
    for row in sorted(connection.execute(query), key=lambda row: row.opened_seq):
        held, incident = registry.get(row.id), read_incident(row.state)
        if held is None:
            anew.append(row.id)
        if incident.closed_at and not incident.is_open:
            over.append(incident)
        registry.put(held.incident if held else None, incident, row.opened_seq, slots)
        changed.append(row.id)
    _load_phones(connection, registry, since, anew)
    if since < 0:
        over = _last_closed(connection)
    else:
        _drop_phones(connection, registry, changed)
    _note_ended(connection, registry, over)
    return changed


def _last_closed(connection: Connection) -> list[Incident]:
    """The oldest first; later ones come with the incidents that have changed."""
    table = tables.incidents
    query = select(table.c.state).where(table.c.status == "closed").order_by(table.c.seq.desc()).limit(LOADED)
    return [read_incident(text) for text in reversed(connection.execute(query).scalars().all())]


def _note_ended(connection: Connection, registry: Registry, closed: list[Incident]) -> None:
    """With all their phones: this process may have seen some of them never, or not since its start."""
    table = tables.alarms
    phones: dict[str, set[str]] = {incident.id: set() for incident in closed if incident.phone_count > 1}
    ids = list(phones)
    for first in range(0, len(ids), ASKED_AT_ONCE):
        some = ids[first : first + ASKED_AT_ONCE]
        query = select(table.c.incident_id, table.c.device).where(table.c.incident_id.in_(some))
        for row in connection.execute(query.distinct()):
            phones[row.incident_id].add(row.device)
    for incident in closed:
        registry.ended.note(incident, [(device, incident.drill) for device in phones.get(incident.id, ())])


def _load_phones(connection: Connection, registry: Registry, since: int, anew: list[str]) -> None:
    """The phones of open incidents; of those that were known already only of alarms that came, or were moved, since."""
    incidents, alarms = tables.incidents, tables.alarms
    query = (
        select(alarms.c.device, alarms.c.incident_id)
        .join(incidents, incidents.c.id == alarms.c.incident_id)
        .where(incidents.c.status == "open")
        .order_by(alarms.c.seq)
    )
    if since >= 0:
        # Asked for at the start as well, it would keep SQLite from looking at the open ones alone.
        query = query.where(incidents.c.seq > since)
        query = query.where(or_(alarms.c.seq > since, alarms.c.path.is_not(None), alarms.c.incident_id.in_(anew)))
    for row in connection.execute(query):
        held = registry.get(row.incident_id)
        if held is not None:
            registry.phones.add(row.device, row.incident_id, drill=held.incident.drill)


def _drop_phones(connection: Connection, registry: Registry, changed: list[str]) -> None:
    """Those whose alarms were taken out of an incident; it knows how many are left."""
    table = tables.alarms
    for held in filter(None, map(registry.get, changed)):
        incident = held.incident
        known = registry.phones.of(incident.id)
        if len(known) > incident.phone_count:
            left = connection.execute(select(table.c.device).where(table.c.incident_id == incident.id)).scalars()
            for device in known.difference(left):
                registry.phones.remove(device, incident.id, drill=incident.drill)


def _load_slots(connection: Connection, since: int) -> dict[str, int]:
    """Offer id → slot, of the incidents that are loaded: they keep the slots they have on disk, gaps and all."""
    incidents, engagements = tables.incidents, tables.engagements
    query = (
        select(engagements.c.offer_id, engagements.c.slot)
        .join(incidents, incidents.c.id == engagements.c.incident_id)
        .where(incidents.c.seq > since)
    )
    return {row.offer_id: row.slot for row in connection.execute(query)}


def _load_duty(connection: Connection, registry: Registry, since: int) -> None:
    duty, people = tables.duty, tables.people
    query = (
        select(duty.c.officer_id, duty.c.on_duty, duty.c.unit, people.c.name, people.c.areas)
        .join(people, people.c.subject == duty.c.officer_id)
        .where(duty.c.seq > since)
    )
    for row in connection.execute(query):
        areas, unit = tuple(decode(row.areas)), read_unit(row.unit)
        registry.note_duty(row.officer_id, row.name, areas, on_duty=row.on_duty, unit=unit)
