"""Reads: short transactions on threads of their own, beside the writer."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec.json import Decoder
from sqlalchemy import Engine, Select, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from dispatch.incident import Incident
from geo.position import Position
from panic_server.journal import tables
from panic_server.journal.codec import read_alarm, read_incident
from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.port import (
    Actor,
    DutyRow,
    JournalEvent,
    JournalUnavailable,
    Moments,
    Pins,
    Snapshot,
    StoredAlarm,
    TimelineRow,
    TrackRow,
)
from panic_server.journal.reasons import reason
from panic_server.journal.reports import load_moments, load_responses, load_unseen
from panic_server.journal.routes import read_payloads, selectors
from panic_server.journal.times import moment
from panic_server.journal.ways import came_by
from panic_server.people import CONSOLE_ROLES, Principal, Role
from panic_server.reports.response_times import Responses

READERS = 4

READ_S: Final = 20.0
REPORT_S: Final = 60.0
"""How long whoever asks waits at most, of a database that hangs; a report looks through a year."""

ROWS_MAX = 500
"""Alarms and timeline entries of one incident that a page shows."""

TRACK_MAX = 2000
"""Positions: half a day of one each twenty seconds."""

PAGE_SCAN = 200
"""Rows read at a time while a page is filled with what the reader may see."""

T = TypeVar("T")
_routes = Decoder(dict[str, str])
_actors = Decoder(Actor)


class Reader:
    """Runs questions on reading threads. Raises JournalUnavailable when the database does not answer."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_engine(url, writes=False)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="journal-reader")

    async def ask(self, question: Callable[[Connection], T], *, within_s: float = READ_S) -> T:
        answer = asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question)
        try:
            return await asyncio.wait_for(answer, within_s)
        except TimeoutError:
            raise JournalUnavailable("the database does not answer") from None

    def _answer(self, question: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return question(connection)
        except (SQLAlchemyError, DatabaseUnusable) as error:
            raise JournalUnavailable(f"the database cannot be used: {reason(error)}") from error

    def close(self) -> None:
        self._pool.shutdown()
        self._engine.dispose()


class SqlQueries:
    """`panic_server.journal.reading.Queries` on SQL."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def alarm(self, device: str, alarm_id: str) -> tuple[StoredAlarm, Incident] | None:
        alarms, incidents, cancels = tables.alarms, tables.incidents, tables.cancels
        is_cancel_of_it = (
            (cancels.c.device == alarms.c.device)
            & (cancels.c.incident_id == alarms.c.incident_id)
            & (cancels.c.cancelled_seq > alarms.c.seq)
        )
        query = (
            select(*_ALARM, incidents.c.state, cancels.c.cancelled_at)
            .join(incidents, incidents.c.id == alarms.c.incident_id)
            .outerjoin(cancels, is_cancel_of_it)
            .where(alarms.c.device == device, alarms.c.id == alarm_id)
        )
        row = await self._reader.ask(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return replace(_stored_alarm(row), cancelled_at=moment(row.cancelled_at)), read_incident(row.state)

    async def pins(self, subject: str) -> Pins | None:
        query = select(tables.pins).where(tables.pins.c.subject == subject)
        row = await self._reader.ask(lambda connection: connection.execute(query).first())
        return Pins(row.pin, row.duress_pin, moment(row.set_at), row.replaced_at is not None) if row else None

    async def incident(self, incident_id: str, reader: Principal) -> Incident | None:
        query = select(tables.incidents.c.state).where(tables.incidents.c.id == incident_id)
        text = await self._reader.ask(lambda connection: connection.execute(query).scalar())
        incident = read_incident(text) if text else None
        return incident if incident and may_see(incident, reader) else None

    async def incidents(
        self, reader: Principal, *, status: str | None, area: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[Incident], str | None]:
        return await self._reader.ask(lambda connection: _page(connection, reader, status, area, after, limit))

    async def timeline(self, incident_id: str) -> Sequence[TimelineRow]:
        table = tables.events
        query = (
            select(table.c.seq, table.c.kind, table.c.at, table.c.actor, table.c.data)
            .where(table.c.incident_id == incident_id, table.c.kind != "incident_moved")
            .order_by(table.c.seq.desc())
            .limit(ROWS_MAX)
        )
        rows = await self._reader.ask(lambda connection: connection.execute(query).all())
        return [TimelineRow(r.seq, r.kind, moment(r.at), _actors.decode(r.actor), r.data) for r in reversed(rows)]

    async def alarms(self, incident_id: str) -> Sequence[StoredAlarm]:
        rows = await self._reader.ask(lambda connection: _alarms(connection, incident_id))
        return [_stored_alarm(row) for row in reversed(rows)]

    async def track(self, incident_id: str) -> Sequence[TrackRow]:
        table = tables.tracks
        query = select(table).where(table.c.incident_id == incident_id).order_by(table.c.at.desc()).limit(TRACK_MAX)
        rows = await self._reader.ask(lambda connection: connection.execute(query).all())
        return [TrackRow(r.device, Position(r.lat, r.lon, r.accuracy_m, moment(r.at))) for r in reversed(rows)]

    async def offered_to(self, officer_id: str) -> Sequence[Incident]:
        table = tables.engagements
        query = (
            select(tables.incidents.c.state)
            .join(table, table.c.incident_id == tables.incidents.c.id)
            .where(table.c.officer_id == officer_id)
            .order_by(table.c.slot)
        )
        rows = await self._reader.ask(lambda connection: connection.execute(query).scalars().all())
        return [read_incident(text) for text in dict.fromkeys(rows)]

    async def snapshot(self, reader: Principal) -> Snapshot:
        return await self._reader.ask(lambda connection: _snapshot(connection, reader))

    async def events(self, after: int, to: int | None, limit: int) -> Sequence[JournalEvent]:
        table = tables.events
        query = (
            select(table.c.seq, table.c.incident_id, table.c.kind, table.c.routes, table.c.payloads)
            .where(table.c.seq > after)
            .order_by(table.c.seq)
            .limit(limit)
        )
        if to is not None:
            query = query.where(table.c.seq <= to)
        rows = await self._reader.ask(lambda connection: connection.execute(query).all())
        return [
            JournalEvent(r.seq, r.incident_id, r.kind, _routes.decode(r.routes), read_payloads(r.payloads))
            for r in rows
        ]

    async def oldest_seq(self) -> int:
        query = select(func.min(tables.events.c.seq))
        oldest = await self._reader.ask(lambda connection: connection.execute(query).scalar())
        return int(oldest or 1)

    async def head(self) -> tuple[str, int]:
        query = select(tables.head.c.epoch, tables.head.c.seq)
        row = await self._reader.ask(lambda connection: connection.execute(query).one())
        return row.epoch, row.seq

    async def responses(self, reader: Principal, *, since: datetime, until: datetime) -> Responses:
        return await self._reader.ask(
            lambda connection: load_responses(connection, reader, since, until), within_s=REPORT_S
        )

    async def moments(self, incident_id: str) -> Moments | None:
        return await self._reader.ask(lambda connection: load_moments(connection, incident_id))

    async def unseen(self) -> Sequence[tuple[str, int, Collection[str]]]:
        return await self._reader.ask(load_unseen)

    async def last_worked_at(self) -> datetime | None:
        """When something last happened to an incident that is still open."""
        incidents, events = tables.incidents, tables.events
        query = (
            select(func.max(events.c.at))
            .join(incidents, incidents.c.seq == events.c.seq)
            .where(incidents.c.status == "open")
        )
        return moment(await self._reader.ask(lambda connection: connection.execute(query).scalar()))

    async def revisions(self) -> dict[str, int]:
        query = select(tables.catalogue.c.name, tables.catalogue.c.revision)
        rows = await self._reader.ask(lambda connection: connection.execute(query).all())
        return {row.name: row.revision for row in rows}

    async def duty(self) -> Sequence[DutyRow]:
        query = select(tables.duty)
        rows = await self._reader.ask(lambda connection: connection.execute(query).all())
        return [DutyRow(row.officer_id, row.on_duty, _duty_position(row)) for row in rows]


_ALARM = (
    tables.alarms.c.record,
    tables.alarms.c.incident_id,
    tables.alarms.c.received_at,
    tables.alarms.c.raw_position,
    tables.alarms.c.path,
)


def _alarms(connection: Connection, incident_id: str) -> Sequence[Any]:
    """The newest first. Those of a merged incident are where it went, and remember where they came from."""
    incidents, alarms = tables.incidents, tables.alarms
    hops = [incident_id]
    while (text := connection.execute(select(incidents.c.state).where(incidents.c.id == hops[-1])).scalar()) and (
        merged_into := read_incident(text).merged_into
    ):
        hops.append(merged_into)
    query = select(*_ALARM).where(alarms.c.incident_id == hops[-1]).order_by(alarms.c.seq.desc()).limit(ROWS_MAX)
    if len(hops) == 1:
        return connection.execute(query).all()
    came_through = connection.execute(query.where(alarms.c.path.contains(f"/{incident_id}/", autoescape=True))).all()
    return [row for row in came_through if came_by(row.path, hops[-1], merged=incident_id, into=hops[1])]


def may_see(incident: Incident, reader: Principal) -> bool:
    """Residents see none: they ask for their own alarm instead."""
    return reader.role is not Role.RESIDENT and bool(selectors(incident) & reader.selectors())


def _stored_alarm(row: Any) -> StoredAlarm:
    return StoredAlarm(read_alarm(row.record), row.incident_id, moment(row.received_at), row.raw_position)


def _duty_position(row: Any) -> Position | None:
    if row.lat is None:
        return None
    return Position(row.lat, row.lon, row.accuracy_m, moment(row.position_at))


def _snapshot(connection: Connection, reader: Principal) -> Snapshot:
    """The head is read in the same transaction; on PostgreSQL that one is made repeatable for it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    head = connection.execute(select(tables.head.c.epoch, tables.head.c.seq)).one()
    query = _visible(select(tables.incidents.c.state), reader).where(tables.incidents.c.status == "open")
    states = connection.execute(query.order_by(tables.incidents.c.opened_seq)).scalars()
    incidents = (read_incident(text) for text in states)
    return Snapshot(head.epoch, head.seq, tuple(one for one in incidents if may_see(one, reader)))


def _visible(query: "Select[Any]", reader: Principal) -> "Select[Any]":
    """Narrows to what the reader may possibly see, so that a representative's page does not read the whole city's."""
    table = tables.incidents
    if reader.role is Role.OFFICER:
        mine = select(tables.engagements.c.incident_id).where(tables.engagements.c.officer_id == reader.subject)
        return query.where(table.c.id.in_(mine))
    if reader.role in CONSOLE_ROLES and not reader.areas:
        return query
    areas = [table.c.areas.contains(f"|{code}|", autoescape=True) for code in reader.areas]
    if reader.role in CONSOLE_ROLES:
        areas.append(table.c.areas.startswith("||"))
    return query.where(or_(*areas)) if areas else query.where(table.c.id.is_(None))


def _page(
    connection: Connection, reader: Principal, status: str | None, area: str | None, after: str | None, limit: int
) -> tuple[Sequence[Incident], str | None]:
    """The cursor is the opening seq of the last one given."""
    table = tables.incidents
    below = int(after) if after is not None else None
    found: list[Incident] = []
    while True:
        # First which, then their states: so SQLite looks for an area in an index, and not in all that ever happened.
        these = _visible(select(table.c.opened_seq), reader).order_by(table.c.opened_seq.desc()).limit(PAGE_SCAN)
        if status is not None:
            these = these.where(table.c.status == status)
        if area is not None:
            these = these.where(table.c.areas.contains(f"|{area}|", autoescape=True))
        if below is not None:
            these = these.where(table.c.opened_seq < below)
        query = select(table.c.state, table.c.opened_seq).where(table.c.opened_seq.in_(these))
        rows = connection.execute(query.order_by(table.c.opened_seq.desc())).all()
        for row in rows:
            if len(found) == limit:
                return found, str(below)
            below = row.opened_seq
            incident = read_incident(row.state)
            if may_see(incident, reader):
                found.append(incident)
        if len(rows) < PAGE_SCAN:
            return found, None
