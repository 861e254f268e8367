"""What became of phones' earlier incidents: looked up for those who press, and counted on at each end.

A city that is a few years old has judged most of its phones, so that nobody keeps all of them in memory.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import case, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from dispatch.incident import Standing
from dispatch.standing import NO_STANDING, Ended, counted
from panic_server.journal import tables
from panic_server.journal.bulk import json_rows, rows_parameter
from panic_server.journal.prepared import Prepared

_COUNTS: Final = ("genuine", "false_alarms", "pranks")


class Standings:
    """As a batch's decisions need them: what is on disk, and what the batch itself has added."""

    def __init__(self, dialect: str) -> None:
        table = tables.standings
        given = json_rows(dialect, [table.c.device])
        wanted = select(table.c.device, *(table.c[name] for name in _COUNTS))
        self._find = Prepared(wanted.join(given, given.c.device == table.c.device))

    def begin(self, connection: Connection, ends: list[tuple[Ended, int]], devices: Collection[str]) -> None:
        """`ends` are the batch's own, and grow while it is decided; `devices` those that will be asked about."""
        self._connection = connection
        self._ends = ends
        self._stored: dict[str, Standing | None] = {}
        self._look_up(devices)

    def of(self, device: str) -> Standing | None:
        """None for a phone of which nothing is known."""
        if device not in self._stored:
            self._look_up((device,))
        standing = self._stored[device]
        for end, _ in self._ends:
            if end.device == device:
                standing = counted(standing or NO_STANDING, end)
        return standing

    def _look_up(self, devices: Collection[str]) -> None:
        if devices:
            self._stored.update(dict.fromkeys(devices))
            rows = self._find.execute(self._connection, **rows_parameter([(device,) for device in devices]))
            self._stored.update((device, Standing(*counts)) for device, *counts in rows.fetchall())


class CountEnds:
    """Writes what a batch's ends have added. Other processes add to the same rows, each while it holds the head."""

    def __init__(self, dialect: str) -> None:
        table = tables.standings
        given = json_rows(dialect, list(table.c))
        insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
        empty = select(given.c.device, *(given.c[name] * 0 for name in _COUNTS), given.c.seq).where(true())
        self._make = Prepared(insert.from_select(list(table.c.keys()), empty).on_conflict_do_nothing())
        values: dict[str, ColumnElement[Any]] = {"seq": given.c.seq}
        for name in _COUNTS:
            sum_ = table.c[name] + given.c[name]
            values[name] = case((sum_ < 0, 0), else_=sum_)
        self._count = Prepared(update(table).values(values).where(table.c.device == given.c.device))

    def __call__(self, connection: Connection, ends: list[tuple[Ended, int]]) -> None:
        if not ends:
            return
        steps: dict[str, list[int]] = {}
        for end, seq in ends:
            added = steps.setdefault(end.device, [0, 0, 0, seq])
            added[_COUNTS.index(end.counts_as)] += end.step
            added[3] = seq
        rows = rows_parameter([(device, *added) for device, added in steps.items()])
        self._make.execute(connection, **rows)
        self._count.execute(connection, **rows)
