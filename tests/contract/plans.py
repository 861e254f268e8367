"""Listens to what the databases are asked, and finds what would go through the whole of a table that grows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from panic_server.journal import prepared
from panic_server.journal.database import open_engine

GROWING = (
    "alarm_updates|alarms|cancels|codes|devices|events|evidence|incidents|offers|outbox|people|pins|standings|tokens|"
    "tracks"
)
# Through the first only what is open or waits is read; in the order of the others, those that come first.
FEW = "incidents_open|outbox_pending"
PAGE = f"{FEW}|incidents_newest|incidents_by_seq|incidents_by_area"

Asked = dict[str, Any]
"""Statement → some parameters that it was asked with."""


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Hears everything that is asked of any database, by whichever way."""
    asked: Asked = {}
    run = prepared.run

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many:
            asked.setdefault(statement, parameters)

    def note_and_run(connection: Connection, sql: str, parameters: Any) -> Any:
        asked.setdefault(sql, parameters)
        return run(connection, sql, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(prepared, "run", note_and_run)
        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", note)


def that_read_all(asked: Asked, url: str) -> dict[str, str]:
    """Statement → its plan. PostgreSQL is asked how it would do without reading whole tables, for these are small."""
    engine = open_engine(url, writes=False)
    is_sqlite = engine.dialect.name == "sqlite"
    found = {}
    for statement, parameters in asked.items():
        if re.match(r"\s*(SELECT|WITH|UPDATE|DELETE)\b", statement, re.IGNORECASE) is None:
            continue
        with suppress(DBAPIError), engine.begin() as connection:
            if not is_sqlite:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement, parameters).all()
            plan = "\n".join(str(row[-1]) for row in rows)
            few = PAGE if " LIMIT " in statement else FEW
            if re.search(rf"(?:SCAN|Seq Scan on) (?:{GROWING})\b(?! USING (?:COVERING )?INDEX (?:{few})\b)", plan):
                found[statement] = plan
    engine.dispose()
    return found
