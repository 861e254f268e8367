"""What keeps the database from growing without need, a little at a time: see docs/decisions/013.

What was sent of old events is packed, word for word; secrets that have been worth nothing for long are removed.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from panic_server.clock import Clock
from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.packing import is_packed, packed
from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import Reader
from panic_server.journal.reasons import reason
from panic_server.journal.statements import upsert_one
from panic_server.journal.tables import catalogue, codes, events, head, tokens
from panic_server.journal.times import micros
from panic_server.logs import Spell

EVERY: Final = timedelta(seconds=30)

PORTION: Final = 500
"""Rows of one transaction, for whose some ten milliseconds an alarm waits. A large city's day brings ten times as many
events; those of the years before an upgrade are packed in the days after it.
"""

PACKED_AFTER: Final = timedelta(days=1)
PLAIN_EVENTS: Final = 20_000
"""Of the newest, four times as many as a client may come back behind, none is packed."""

WORTHLESS_FOR: Final = timedelta(days=30)
"""Long enough to look into why somebody could not sign in."""

SWEPT_EVERY: Final = timedelta(hours=1)

MARK: Final = "packed"
"""In the catalogue: the seq up to which all is packed."""


class Housekeeping:
    """Reads on a reader's thread and writes on one of its own: never on the event loop (ADR 010)."""

    def __init__(self, url: str, reader: Reader, clock: Clock) -> None:
        self._url = url
        self._reader = reader
        self._clock = clock
        self._sweep_at = clock.now()
        self._spell = Spell("housekeeping.waits", over="housekeeping.goes_on")

    async def run(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            await self.once()

    async def once(self) -> None:
        """A portion of each. What could not be done now is done the next time."""
        now = self._clock.now()
        try:
            await self._pack(now)
            if now >= self._sweep_at and not await self._sweep(now):
                self._sweep_at = now + SWEPT_EVERY
            self._spell.is_over()
        except JournalUnavailable as error:
            self._spell.goes_on(str(error))

    async def _pack(self, now: datetime) -> None:
        rows = await self._reader.ask(lambda connection: _to_pack(connection, now))
        if not rows:
            return
        changed = await asyncio.to_thread(_packed_rows, rows)
        await self._write(lambda connection: _write_packed(connection, changed, up_to=rows[-1].seq))

    async def _sweep(self, now: datetime) -> bool:
        """Whether there may be more."""
        before = micros(now - WORTHLESS_FOR)
        is_full = False
        for table, ended in ((tokens, tokens.c.revoked_at), (codes, codes.c.expires_at)):
            hashes = await self._reader.ask(lambda connection, t=table, e=ended: _worthless(connection, t, e, before))  # type: ignore[misc]  # mypy cannot type a lambda's default
            if hashes:
                gone = delete(table).where(table.c.hash.in_(hashes))
                await self._write(lambda connection, gone=gone: connection.execute(gone))  # type: ignore[misc]  # as above
            is_full = is_full or len(hashes) == PORTION
        return is_full

    async def _write(self, change: Callable[[Connection], Any]) -> None:
        def run() -> None:
            engine = open_engine(self._url, writes=True)
            try:
                with engine.begin() as connection:
                    change(connection)
            finally:
                engine.dispose()

        try:
            await asyncio.to_thread(run)
        except (SQLAlchemyError, DatabaseUnusable) as error:
            raise JournalUnavailable(f"the database cannot be used: {reason(error)}") from error


def _to_pack(connection: Connection, now: datetime) -> Sequence[Any]:
    """The next events that are old enough, in order."""
    mark = connection.execute(select(catalogue.c.revision).where(catalogue.c.name == MARK)).scalar() or 0
    newest = connection.execute(select(head.c.seq)).scalar_one() - PLAIN_EVENTS
    query = select(events.c.seq, events.c.at, events.c.payloads).where(events.c.seq > mark, events.c.seq <= newest)
    rows = connection.execute(query.order_by(events.c.seq).limit(PORTION)).all()
    before = micros(now - PACKED_AFTER)
    # Up to the first that is too young: the mark must not pass over any.
    young = next((place for place, row in enumerate(rows) if row.at >= before), len(rows))
    return rows[:young]


def _packed_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"of": row.seq, "text": packed(row.payloads)} for row in rows if not is_packed(row.payloads)]


def _write_packed(connection: Connection, changed: list[dict[str, Any]], *, up_to: int) -> None:
    if changed:
        one = update(events).where(events.c.seq == bindparam("of")).values(payloads=bindparam("text"))
        connection.execute(one, changed)
    upsert_one(connection, catalogue, {"name": MARK, "revision": up_to}, key=("name",))


def _worthless(connection: Connection, table: Table, ended: Column[Any], before: int) -> Sequence[str]:
    return connection.execute(select(table.c.hash).where(ended < before).limit(PORTION)).scalars().all()
