"""What reports read of the journal: a few narrow columns of very many incidents."""

from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from panic_server.journal import tables
from panic_server.journal.times import micros
from panic_server.people import CONSOLE_ROLES, Principal
from panic_server.reports.response_times import Responses

ROWS_AT_ONCE = 2000
"""Making so many rows holds the interpreter for about a millisecond; the event loop gets its turn in between."""

_TIMES = ("claimed_at", "accepted_at", "on_scene_at", "closed_at")


def load_responses(connection: Connection, reader: Principal, since: datetime, until: datetime) -> Responses:
    """Of the incidents opened from `since` to before `until` that this operator may see; without drills."""
    table = tables.incidents
    query = (
        select(table.c.sectors, table.c.kind, table.c.opened_at, *(func.coalesce(table.c[name], -1) for name in _TIMES))
        .where(table.c.opened_at >= micros(since), table.c.opened_at < micros(until), table.c.drill.is_(False))
        .where(_seen_by(reader))
        .order_by(table.c.opened_at)
    )
    sectors: list[str] = []
    kinds: list[str] = []
    chunks = [np.empty((0, 1 + len(_TIMES)), dtype=np.int64)]
    for rows in connection.execute(query).partitions(ROWS_AT_ONCE):
        sectors += [row[0].split("|", 2)[1] for row in rows]
        kinds += [row[1] for row in rows]
        chunks.append(np.array([row[2:] for row in rows], dtype=np.int64))
    return Responses(sectors, kinds, *np.concatenate(chunks).T)


def _seen_by(reader: Principal) -> Any:
    """As `queries.may_see` for an operator, in SQL: their sectors, and what is in none."""
    table = tables.incidents
    if reader.role not in CONSOLE_ROLES:
        return table.c.id.is_(None)
    if not reader.areas:
        return table.c.id.is_not(None)
    own = [table.c.sectors.contains(f"|{code}|", autoescape=True) for code in reader.areas]
    return or_(table.c.sectors == "|", *own)
