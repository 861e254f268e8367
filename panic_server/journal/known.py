"""Alarms that came before under the same id: what they said, and the answer they got."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from panic_server.journal import tables
from panic_server.journal.bulk import json_rows, rows_parameter
from panic_server.journal.port import Press
from panic_server.journal.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Before:
    """An alarm that is known already: what it said then, and the answer it got."""

    digest: str
    answer: bytes
    incident_id: str


def load_before(connection: Connection, known: Prepared, presses: list[Press]) -> dict[tuple[str, str], Before]:
    """By device and id; `known` is from `known_presses`."""
    if not presses:
        return {}
    keys = rows_parameter([(press.device, press.id) for press in presses])
    rows = known.execute(connection, **keys).fetchall()
    return {(device, id_): Before(digest, answer.encode(), incident) for device, id_, digest, answer, incident in rows}


def known_presses(dialect: str) -> Prepared:
    table = tables.alarms
    given = json_rows(dialect, [table.c.device, table.c.id])
    found = (given.c.device == table.c.device) & (given.c.id == table.c.id)
    wanted = select(table.c.device, table.c.id, table.c.digest, table.c.answer, table.c.incident_id)
    return Prepared(wanted.join(given, found))
