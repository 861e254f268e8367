"""The outbox on SQL: `panic_server.push.port.Outbox`. The writer's commits add the rows; here they are sent off."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import func, make_url, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.expression import Executable

from panic_server.journal import tables
from panic_server.journal.bulk import json_rows, rows_parameter
from panic_server.journal.codec import read_incident
from panic_server.journal.draft import LEASE
from panic_server.journal.port import JournalUnavailable, PushOrder
from panic_server.journal.queries import Reader
from panic_server.journal.registry import ASSIGNMENT_SLOT
from panic_server.journal.times import micros, moment
from panic_server.push.port import Device, OutboxUnavailable, Push, PushResult
from panic_server.push.reminders import standing_offers

T = TypeVar("T")

UNHEARD_MAX: Final = 1000
"""Offers that are looked at in one second: the oldest, which end first."""


class SqlOutbox:
    """`is_alone`: no other process shares the database, so that after a start nothing is in anybody else's hands."""

    def __init__(
        self, url: str, reader: Reader, submit: Callable[[PushOrder], Awaitable[None]], *, is_alone: bool
    ) -> None:
        self._reader = reader
        self._submit = submit
        self._ignore_leases = is_alone
        self._devices_of = _devices_of(make_url(url).get_backend_name())

    async def load_due(self, now: datetime, limit: int) -> list[Push]:
        lease = LEASE if self._ignore_leases else timedelta(0)
        table = tables.outbox
        query = (
            select(table)
            .where(table.c.outcome.is_(None), table.c.next_attempt_at <= micros(now + lease))
            .order_by(table.c.urgent.desc(), table.c.seq, table.c.id)
            .limit(limit)
        )
        rows = await self._ask(lambda connection: connection.execute(query).all())
        self._ignore_leases = self._ignore_leases and len(rows) == limit
        return [_push(row) for row in rows]

    async def devices_of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Device]]:
        parameters = rows_parameter([(subject,) for subject in dict.fromkeys(subjects)])
        rows = await self._ask(lambda connection: connection.execute(self._devices_of, parameters).all())
        found: dict[str, list[Device]] = {}
        for row in rows:
            found.setdefault(row.subject, []).append(Device(row.subject, row.kind, row.value))
        return found

    async def record(self, results: Sequence[PushResult]) -> None:
        if results:
            await self._order(PushOrder(results=results))

    async def forget_devices(self, values: Sequence[str]) -> None:
        if values:
            await self._order(PushOrder(dead_devices=values))

    async def pending_age(self, now: datetime) -> float | None:
        table = tables.outbox
        query = select(func.min(table.c.created_at)).where(table.c.outcome.is_(None))
        oldest = await self._ask(lambda connection: connection.execute(query).scalar())
        return None if oldest is None else max(0.0, (now - moment(oldest)).total_seconds())

    async def pending(self) -> int:
        """How many wait; unlike `counts`, cheap however much has been sent."""
        query = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.outcome.is_(None))
        return int(await self._ask(lambda connection: connection.execute(query).scalar_one()))

    async def counts(self) -> Mapping[str, int]:
        outcome = func.coalesce(tables.outbox.c.outcome, "pending")
        query = select(outcome, func.count()).group_by(outcome)
        rows = await self._ask(lambda connection: connection.execute(query).all())
        return {str(name): int(count) for name, count in rows}

    # What other processes make of offers: `panic_server.push.reminders.SharedOffers`.

    async def still_open(self, offer_ids: Collection[str]) -> Collection[str]:
        table = tables.engagements
        query = select(table.c.offer_id).where(table.c.offer_id.in_(offer_ids), table.c.slot > ASSIGNMENT_SLOT)
        return await self._ask(lambda connection: connection.execute(query).scalars().all())

    async def unheard(self, offered_before: datetime, known: Collection[str]) -> Sequence[Push]:
        known = frozenset(known)
        return await self._ask(lambda connection: _unheard(connection, offered_before, known))

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        try:
            return await self._reader.ask(question)
        except JournalUnavailable as error:
            raise OutboxUnavailable from error

    async def _order(self, order: PushOrder) -> None:
        try:
            await self._submit(order)
        except JournalUnavailable as error:
            raise OutboxUnavailable from error


def _unheard(connection: Connection, offered_before: datetime, known: Collection[str]) -> Sequence[Push]:
    """Two questions, for the incidents' states are long, and most offers are known."""
    engagements, offers, incidents = tables.engagements, tables.offers, tables.incidents
    query = (
        select(offers.c.id, offers.c.incident_id)
        .join(engagements, engagements.c.offer_id == offers.c.id)
        .where(engagements.c.slot > ASSIGNMENT_SLOT)
        .where(offers.c.received_at.is_(None), offers.c.offered_at <= micros(offered_before))
        .order_by(offers.c.offered_at)
        .limit(UNHEARD_MAX)
    )
    found = {row.id: row.incident_id for row in connection.execute(query) if row.id not in known}
    if not found:
        return []
    states = select(incidents.c.state).where(incidents.c.id.in_(set(found.values())))
    standing = standing_offers(read_incident(text) for text in connection.execute(states).scalars())
    return [push for push in standing if push.offer_id in found]


def _devices_of(dialect: str) -> Executable:
    table = tables.devices
    given = json_rows(dialect, [table.c.subject])
    return select(table.c.subject, table.c.kind, table.c.value).join(given, given.c.subject == table.c.subject)


def _push(row: Row[Any]) -> Push:
    return Push(
        id=row.id,
        seq=row.seq,
        recipient=row.recipient,
        kind=row.kind,
        incident_id=row.incident_id,
        offer_id=row.offer_id,
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        urgent=row.urgent,
        attempts=row.attempts,
        next_attempt_at=moment(row.next_attempt_at),
        silent=row.silent,
        drill=row.drill,
    )
