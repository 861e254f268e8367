"""What reports read of the journal: a few narrow columns of very many incidents."""

from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ScalarSelect, Table, func, or_, select, text
from sqlalchemy.engine import Connection

from panic_server.journal import tables
from panic_server.journal.codec import read_incident
from panic_server.journal.port import Moments
from panic_server.journal.routes import selectors
from panic_server.journal.times import micros, moment
from panic_server.people import CONSOLE_ROLES, Principal
from panic_server.reports.response_times import Responses

ROWS_AT_ONCE = 2000
"""Making so many rows holds the interpreter for about a millisecond; the event loop gets its turn in between."""

_TIMES = ("claimed_at", "accepted_at", "on_scene_at", "closed_at", "cancelled_at")


def load_responses(connection: Connection, reader: Principal, since: datetime, until: datetime) -> Responses:
    """Of the incidents opened from `since` to before `until` that this operator may see; without drills."""
    table = tables.incidents
    query = (
        select(table.c.sectors, table.c.kind, table.c.opened_at, *(func.coalesce(table.c[name], -1) for name in _TIMES))
        .where(table.c.opened_at >= micros(since), table.c.opened_at < micros(until), table.c.in_statistics.is_(True))
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


def load_moments(connection: Connection, incident_id: str) -> Moments | None:
    """When the incident came to what. None when there is no such incident."""
    table, seen = tables.incidents, tables.evidence
    columns = {
        "received_at": table.c.opened_at,
        **{name: seen.c[name] for name in ("placed_at", "durable_at", "console_at")},
        "offered_at": _first(tables.offers, "offered_at"),
        "push_accepted_at": _first(tables.outbox, "finished_at", "outcome = 'accepted' AND kind = 'offer'"),
        "receipt_at": _first(tables.offers, "received_at"),
        **{name: table.c[name] for name in _TIMES if name != "cancelled_at"},
    }
    query = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(table.outerjoin(seen, seen.c.opened_seq == table.c.opened_seq))
        .where(table.c.id == incident_id)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else Moments(**{name: moment(at) for name, at in row.items()})


def _first(of: Table, column: str, only: str = "1 = 1") -> ScalarSelect[Any]:
    """`only` stands in the statement as it is: a bound value would hide from SQLite that a partial index serves it."""
    table = tables.incidents
    query = select(func.min(of.c[column])).where(of.c.incident_id == table.c.id, text(only))
    return query.correlate(table).scalar_subquery()


def load_unseen(connection: Connection) -> list[tuple[str, int, set[str]]]:
    """Of the open incidents those that no console is known to have been sent: id, opening seq, who may see them."""
    table, seen = tables.incidents, tables.evidence
    query = (
        select(table.c.state, table.c.opened_seq)
        .outerjoin(seen, seen.c.opened_seq == table.c.opened_seq)
        .where(table.c.status == "open", seen.c.console_at.is_(None))
        .order_by(table.c.opened_seq)
    )
    incidents = ((read_incident(row.state), row.opened_seq) for row in connection.execute(query))
    return [(incident.id, seq, set(selectors(incident))) for incident, seq in incidents]
