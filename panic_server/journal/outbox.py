"""The outbox on SQL: `panic_server.push.port.Outbox`. The writer's commits add the rows; here they are sent off."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Column, Text, delete, func, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import Executable

from panic_server.journal import tables
from panic_server.journal.bulk import json_rows, rows_parameter
from panic_server.journal.database import open_engine
from panic_server.journal.draft import LEASE
from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import Reader
from panic_server.journal.times import micros, moment
from panic_server.push.port import Device, OutboxUnavailable, Outcome, Push, PushResult

T = TypeVar("T")


class SqlOutbox:
    """`is_alone`: no other process shares the database, so that after a start nothing is in anybody else's hands."""

    def __init__(self, url: str, reader: Reader, *, is_alone: bool) -> None:
        self._engine = open_engine(url, writes=True)
        self._reader = reader
        self._ignore_leases = is_alone
        self._record = _record_statement(self._engine.dialect.name)

    def close(self) -> None:
        self._engine.dispose()

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
        table = tables.devices
        given = json_rows(self._engine.dialect.name, [table.c.subject])
        query = select(table.c.subject, table.c.kind, table.c.value).join(given, given.c.subject == table.c.subject)
        parameters = rows_parameter([(subject,) for subject in dict.fromkeys(subjects)])
        rows = await self._ask(lambda connection: connection.execute(query, parameters).all())
        found: dict[str, list[Device]] = {}
        for row in rows:
            found.setdefault(row.subject, []).append(Device(row.subject, row.kind, row.value))
        return found

    async def record(self, results: Sequence[PushResult]) -> None:
        if results:
            rows = rows_parameter([_result_row(result) for result in results])
            await self._write(lambda connection: connection.execute(self._record, rows))

    async def forget_devices(self, values: Sequence[str]) -> None:
        if values:
            forget = delete(tables.devices).where(tables.devices.c.value.in_(values))
            await self._write(lambda connection: connection.execute(forget))

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

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        try:
            return await self._reader.ask(question)
        except JournalUnavailable as error:
            raise OutboxUnavailable from error

    async def _write(self, change: Callable[[Connection], object]) -> None:
        def run() -> None:
            with self._engine.begin() as connection:
                change(connection)

        try:
            await asyncio.to_thread(run)
        except SQLAlchemyError as error:
            raise OutboxUnavailable from error


def _record_statement(dialect: str) -> Executable:
    table = tables.outbox
    given = json_rows(
        dialect,
        [table.c.id, Column("result", Text), table.c.attempts, table.c.next_attempt_at, table.c.finished_at],
    )
    return (
        update(table)
        .values(
            outcome=given.c.result,
            attempts=given.c.attempts,
            next_attempt_at=func.coalesce(given.c.next_attempt_at, table.c.next_attempt_at),
            finished_at=given.c.finished_at,
        )
        .where(table.c.id == given.c.id, table.c.outcome.is_(None))
    )


def _result_row(result: PushResult) -> tuple[object, ...]:
    is_retry = result.outcome is Outcome.RETRY
    ended = result.reason.value if result.reason else result.outcome.value
    return (
        result.push_id,
        None if is_retry else ended,
        result.attempts,
        micros(result.next_attempt_at),
        None if is_retry else micros(result.at),
    )


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
