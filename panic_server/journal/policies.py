"""The texts of the policies: each is kept before it decides, so that what decided an incident can always be read."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from panic_server.clock import Clock
from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.port import JournalUnavailable, KeptPolicy
from panic_server.journal.reasons import reason
from panic_server.journal.tables import policies
from panic_server.journal.times import micros, moment

T = TypeVar("T")

SHOWN = 200
"""Versions that a list has: a city changes its policy a few times in a month."""


class PolicyShelf:
    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def keep(self, version: str, text: str) -> None:
        """It comes into force now; the first time stays. Raises JournalUnavailable."""
        now = micros(self._clock.now())

        def write(connection: Connection) -> None:
            insert = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
            kept = insert(policies).values(version=version, first_at=now, last_at=now, text=text)
            connection.execute(kept.on_conflict_do_update(index_elements=["version"], set_={"last_at": now}))

        await asyncio.to_thread(self._transact, write, writes=True)

    async def texts(self) -> Sequence[str]:
        """The one that came into force last leads. Raises JournalUnavailable."""
        return [one.text for one in await asyncio.to_thread(self._transact, load_policies, writes=False)]

    def _transact(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        try:
            engine = open_engine(self._url, writes=writes)
            try:
                with engine.begin() as connection:
                    return work(connection)
            finally:
                engine.dispose()
        except (SQLAlchemyError, DatabaseUnusable) as error:
            raise JournalUnavailable(f"the database cannot be used: {reason(error)}") from error


def load_policies(connection: Connection) -> Sequence[KeptPolicy]:
    """The one that came into force last leads."""
    query = select(policies).order_by(policies.c.last_at.desc(), policies.c.version).limit(SHOWN)
    return [_kept(row) for row in connection.execute(query)]


def load_policy_text(connection: Connection, version: str) -> KeptPolicy | None:
    row = connection.execute(select(policies).where(policies.c.version == version)).first()
    return _kept(row) if row else None


def _kept(row: Any) -> KeptPolicy:
    return KeptPolicy(row.version, moment(row.first_at), moment(row.last_at), row.text)
