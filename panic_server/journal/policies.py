"""The texts of the policies: each is kept before it decides, so that what decided an incident can always be read."""

import asyncio
from collections.abc import Sequence
from typing import Any

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

SHOWN = 200
"""Versions that a list has: a city changes its policy a few times in a month."""


class PolicyShelf:
    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def keep(self, version: str, text: str) -> None:
        """It comes into force now; the first time stays. Raises JournalUnavailable."""
        try:
            await asyncio.to_thread(self._keep, version, text)
        except (SQLAlchemyError, DatabaseUnusable) as error:
            raise JournalUnavailable(f"the database cannot be used: {reason(error)}") from error

    def _keep(self, version: str, text: str) -> None:
        now = micros(self._clock.now())
        engine = open_engine(self._url, writes=True)
        insert = sqlite_insert(policies) if engine.dialect.name == "sqlite" else postgres_insert(policies)
        kept = insert.values(version=version, first_at=now, last_at=now, text=text)
        try:
            with engine.begin() as connection:
                connection.execute(kept.on_conflict_do_update(index_elements=["version"], set_={"last_at": now}))
        finally:
            engine.dispose()


def load_policies(connection: Connection) -> Sequence[KeptPolicy]:
    """The one that came into force last leads."""
    query = select(policies).order_by(policies.c.last_at.desc(), policies.c.version).limit(SHOWN)
    return [_kept(row) for row in connection.execute(query)]


def load_policy_text(connection: Connection, version: str) -> KeptPolicy | None:
    row = connection.execute(select(policies).where(policies.c.version == version)).first()
    return _kept(row) if row else None


def _kept(row: Any) -> KeptPolicy:
    return KeptPolicy(row.version, moment(row.first_at), moment(row.last_at), row.text)
