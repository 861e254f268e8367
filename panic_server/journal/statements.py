"""The statements of a commit: one per table, whatever the size of the batch."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, Table, Text, case, delete, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from panic_server.journal import tables
from panic_server.journal.bulk import BulkInsert, json_rows, rows_parameter
from panic_server.journal.draft import UNDONE, Draft
from panic_server.journal.prepared import Prepared
from panic_server.journal.standings import CountEnds

_COLUMNS = tables.incidents.c.keys()
_LATER = ("claimed_at", "accepted_at", "on_scene_at", "closed_at", "cancelled_at")
"""What an incident comes to after it was opened; they stand side by side."""

_LATER_FROM = _COLUMNS.index(_LATER[0])
_LATER_TO = _LATER_FROM + len(_LATER)
_NOT_YET = (None,) * len(_LATER)


class VersionMissed(Exception):
    """An incident on disk is not at the version that the decision was made on."""


class Commit:
    """Writes a draft inside the caller's transaction, which holds the head."""

    def __init__(self, dialect: str) -> None:
        self._insert = {
            table.name: BulkInsert(table, dialect)
            for table in (
                tables.alarms,
                tables.alarm_updates,
                tables.events,
                tables.offers,
                tables.engagements,
                tables.outbox,
                tables.incidents,
            )
        }
        self._insert_fresh = BulkInsert(
            tables.incidents, dialect, columns=[name for name in _COLUMNS if name not in _LATER]
        )
        self._change_incidents = _change_incidents(dialect)
        self._move_alarms = _move_alarms(dialect)
        self._change_offers = _change_offers(dialect)
        self._free = _delete_by(dialect, tables.engagements, "offer_id")
        self._duty = _upsert(dialect, tables.duty, ("officer_id", "on_duty", "seq", "unit"), ("officer_id",))
        self._positions = _change_positions(dialect)
        self._devices = Devices(dialect)
        self._pins = _replace_pins(dialect)
        cancelled = ("wrong_pins", "cancelled_seq", "cancelled_at")
        self._cancels = _upsert(dialect, tables.cancels, (*CANCEL_KEY, *cancelled), CANCEL_KEY)
        self._tracks = _insert_new(dialect, tables.tracks)
        self._record_results = _record_results(dialect)
        self._drills = _upsert(dialect, tables.drills, tuple(tables.drills.c.keys()), ("id",))
        self._count_ends = CountEnds(dialect)
        self._evidence = _note_evidence(dialect)
        self._forget = _delete_by(dialect, tables.devices, "value")

    def __call__(self, connection: Connection, draft: Draft) -> None:
        """Raises VersionMissed, and whatever the database raises."""
        rows = draft.rows
        self._insert_incidents(connection, draft.new_incident_rows())
        self._write_changed(connection, draft.changed_incident_rows())
        self._insert["alarms"](connection, rows.alarms)
        _run(connection, self._move_alarms, list(rows.moved_alarms.values()))
        self._insert["alarm_updates"](connection, rows.alarm_updates)
        self._insert["events"](connection, rows.events)
        self._insert["offers"](connection, list(rows.offers.values()))
        _run(connection, self._change_offers, list(rows.changed_offers.values()))
        _run(connection, self._free, [(offer_id,) for offer_id in draft.engagements if offer_id not in rows.offers])
        self._insert["engagements"](connection, [row for row in draft.engagements.values() if row])
        self._insert["outbox"](connection, rows.outbox)
        _run(connection, self._duty, list(rows.duty.values()))
        _run(connection, self._positions, list(rows.positions.values()))
        _run(connection, self._drills, list(rows.drills.values()))
        self._count_ends(connection, draft.ends)
        _run(connection, self._forget, [(value,) for value in rows.dead_devices])
        self._devices(connection, list(rows.devices.values()))
        _run(connection, self._pins, list(rows.pins.values()))
        _run(connection, self._cancels, list(rows.cancels.values()))
        _run(connection, self._tracks, rows.tracks)
        _run(connection, self._record_results, list(rows.push_results.values()))
        _run(connection, self._evidence, list(rows.evidence.values()))
        if draft.seq >= draft.first_seq:
            _SET_HEAD.execute(connection, seq=draft.seq)

    def _insert_incidents(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Hardly any comes to a moment in its own first batch, and each column costs a press a microsecond."""
        fresh = [row[:_LATER_FROM] + row[_LATER_TO:] for row in rows if row[_LATER_FROM:_LATER_TO] == _NOT_YET]
        self._insert_fresh(connection, fresh)
        if len(fresh) < len(rows):
            self._insert["incidents"](connection, [row for row in rows if row[_LATER_FROM:_LATER_TO] != _NOT_YET])

    def _write_changed(self, connection: Connection, rows: list[tuple[object, ...]]) -> None:
        changed = _run(connection, self._change_incidents, rows)
        if changed is not None and changed != len(rows):
            raise VersionMissed(f"{len(rows) - changed} of {len(rows)} incidents had changed")


CANCEL_KEY = ("device", "incident_id")


class Devices:
    """Takes people's devices: one of each kind for a person, and each with the last who named it."""

    def __init__(self, dialect: str) -> None:
        self._drop = _delete_by(dialect, tables.devices, "value")
        self._take = _upsert(dialect, tables.devices, ("subject", "kind", "value"), ("subject", "kind"))

    def __call__(self, connection: Connection, rows: list[tuple[str, str, str]]) -> None:
        """Rows of subject, kind and value."""
        _run(connection, self._drop, [(value,) for _, _, value in rows])
        _run(connection, self._take, [*rows])


_SET_HEAD = Prepared(text("UPDATE head SET seq = :seq WHERE id = 1"))


def _run(connection: Connection, statement: Prepared, rows: list[tuple[object, ...]]) -> int | None:
    if not rows:
        return None
    count: int = statement.execute(connection, **rows_parameter(rows)).rowcount
    return count


def _change_incidents(dialect: str) -> Prepared:
    table = tables.incidents
    given = json_rows(dialect, [*table.c, Column("stored_version", Integer)])
    # What never changes is left out: SQLite would write its indexes anew.
    names = [name for name in table.c.keys() if name not in ("id", "opened_seq", "opened_at")]  # noqa: SIM118 - not a dict
    values: dict[str, ColumnElement[Any]] = {name: given.c[name] for name in names}
    for name in ("claimed_at", "accepted_at", "on_scene_at"):
        values[name] = case((given.c[name] == UNDONE, None), else_=func.coalesce(table.c[name], given.c[name]))
    ended_at = func.coalesce(given.c.closed_at, table.c.closed_at)
    values["closed_at"] = case((given.c.status == "closed", ended_at))
    return Prepared(
        update(table).values(values).where(table.c.id == given.c.id, table.c.version == given.c.stored_version)
    )


def _change_offers(dialect: str) -> Prepared:
    table = tables.offers
    given = json_rows(dialect, list(table.c))
    return Prepared(
        update(table).values(status=given.c.status, received_at=given.c.received_at).where(table.c.id == given.c.id)
    )


def _move_alarms(dialect: str) -> Prepared:
    table = tables.alarms
    given = json_rows(dialect, [table.c.device, table.c.id, table.c.incident_id, table.c.path])
    return Prepared(
        update(table)
        .values(incident_id=given.c.incident_id, path=given.c.path)
        .where(table.c.device == given.c.device, table.c.id == given.c.id)
    )


def _change_positions(dialect: str) -> Prepared:
    """The newest stays: another node may have kept one since, as while this one was stopped."""
    table = tables.duty
    names = ("officer_id", "lat", "lon", "accuracy_m", "position_at")
    given = json_rows(dialect, [table.c[name] for name in names])
    is_newer = or_(table.c.position_at.is_(None), table.c.position_at <= given.c.position_at)
    changes = {name: given.c[name] for name in names[1:]}
    return Prepared(update(table).values(changes).where(table.c.officer_id == given.c.officer_id, is_newer))


def _delete_by(dialect: str, table: Table, column: str) -> Prepared:
    given = json_rows(dialect, [table.c[column]])
    return Prepared(delete(table).where(table.c[column].in_(select(given.c[column]))))


def _upsert(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    given = json_rows(dialect, [table.c[name] for name in columns])
    insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
    # SQLite needs a WHERE between a SELECT and ON CONFLICT to tell it from a join's ON.
    with_rows = insert.from_select(list(columns), select(given).where(true()))
    changes = {name: with_rows.excluded[name] for name in columns if name not in key}
    return Prepared(with_rows.on_conflict_do_update(index_elements=list(key), set_=changes))


def _note_evidence(dialect: str) -> Prepared:
    """What is known stays, and of two nodes' consoles the earlier counts."""
    table = tables.evidence
    given = json_rows(dialect, list(table.c))
    insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
    with_rows = insert.from_select([column.name for column in table.c], select(given).where(true()))
    new = with_rows.excluded
    changes: dict[str, ColumnElement[Any]] = {
        name: func.coalesce(table.c[name], new[name]) for name in ("placed_at", "durable_at")
    }
    later = func.coalesce(new.console_at, table.c.console_at)
    changes["console_at"] = case((table.c.console_at <= new.console_at, table.c.console_at), else_=later)
    return Prepared(with_rows.on_conflict_do_update(index_elements=["opened_seq"], set_=changes))


def _replace_pins(dialect: str) -> Prepared:
    table = tables.pins
    names = ("subject", "pin", "duress_pin", "set_at")
    given = json_rows(dialect, [table.c[name] for name in names])
    insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
    with_rows = insert.from_select(list(names), select(given).where(true()))
    new = with_rows.excluded
    changes = {"pin": new.pin, "duress_pin": new.duress_pin, "set_at": new.set_at, "replaced_at": new.set_at}
    return Prepared(with_rows.on_conflict_do_update(index_elements=["subject"], set_=changes))


def _insert_new(dialect: str, table: Table) -> Prepared:
    """What is there already stays as it is."""
    given = json_rows(dialect, list(table.c))
    insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
    return Prepared(insert.from_select([c.name for c in table.c], select(given).where(true())).on_conflict_do_nothing())


def upsert_one(connection: Connection, table: Table, values: Mapping[str, object], *, key: tuple[str, ...]) -> None:
    """Inserts a row, or changes the one that has its key."""
    insert = sqlite_insert(table) if connection.dialect.name == "sqlite" else postgres_insert(table)
    changes = {name: value for name, value in values.items() if name not in key}
    connection.execute(insert.values(values).on_conflict_do_update(index_elements=list(key), set_=changes))


def insert_if_missing(connection: Connection, table: Table, values: Mapping[str, object]) -> None:
    """What is there already, or is being inserted by another process, stays as it is."""
    insert = sqlite_insert(table) if connection.dialect.name == "sqlite" else postgres_insert(table)
    connection.execute(insert.values(values).on_conflict_do_nothing())


def _record_results(dialect: str) -> Prepared:
    table = tables.outbox
    given = json_rows(
        dialect,
        [table.c.id, Column("result", Text), table.c.attempts, table.c.next_attempt_at, table.c.finished_at],
    )
    return Prepared(
        update(table)
        .values(
            outcome=given.c.result,
            attempts=given.c.attempts,
            next_attempt_at=func.coalesce(given.c.next_attempt_at, table.c.next_attempt_at),
            finished_at=given.c.finished_at,
        )
        .where(table.c.id == given.c.id, table.c.outcome.is_(None))
    )
