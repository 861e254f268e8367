"""The schema in an empty, an older, a newer and a foreign database."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from panic_server.journal.accounts import note_change
from panic_server.journal.admin import migrate, opened
from panic_server.journal.database import DatabaseUnusable, open_engine, set_pragma
from panic_server.journal.heads import make_head
from panic_server.journal.looking import trouble
from panic_server.journal.schema import MIGRATIONS, REVISION
from panic_server.journal.tables import metadata


def test_an_empty_database_gets_the_schema_once(url: str) -> None:
    assert migrate(url)
    assert not migrate(url)


def test_the_migrations_make_exactly_the_tables_of_the_code(url: str) -> None:
    with opened(url) as connection:
        assert differences(connection) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISION


def test_a_database_of_the_first_schema_is_brought_up_to_date_with_what_is_in_it(url: str) -> None:
    make_old(url, "0001")
    change(
        url,
        "INSERT INTO people (subject, role, name, areas) VALUES ('budi', 'officer', 'Budi', '[\"PS-W\"]')",
        "INSERT INTO duty (officer_id, on_duty, seq) VALUES ('budi', true, 7)",
    )
    assert migrate(url)
    assert not migrate(url)
    with opened(url) as connection:
        assert differences(connection) == []
        kept = text("SELECT name, areas, people.unit, seq, duty.unit FROM people JOIN duty ON officer_id = subject")
        assert connection.execute(kept).all() == [("Budi", '["PS-W"]', None, 7, None)]


def test_a_database_that_may_hold_maps_of_the_present_form_is_refused_by_programs_that_know_the_schema_before(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Schema 0002 had maps as GeoJSON only."""
    assert migrate(url)
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, earlier)
    for known in (earlier / "versions").glob("m*.py"):
        if known.name > "m0003":
            known.unlink()
    monkeypatch.setattr("panic_server.journal.schema.MIGRATIONS", earlier)
    monkeypatch.setattr("panic_server.journal.schema.REVISION", "0002")
    with pytest.raises(DatabaseUnusable, match="newer than this Kentongan"):
        migrate(url)


def test_looking_at_a_database_finds_what_is_wrong_and_makes_nothing(url: str) -> None:
    assert trouble(url) is None
    assert migrate(url), "the schema was not there yet"
    assert trouble(url) is None
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    assert trouble(url) == "its schema 9999 is newer than this Kentongan"
    change(url, "DROP TABLE alembic_version")
    assert "tables that are not Kentongan's" in (trouble(url) or "")


@pytest.mark.parametrize(
    "write", [lambda one: make_head(one, None), note_change], ids=["the head", "a catalogue's line"]
)
def test_two_processes_may_make_the_same_first_row_at_once(url: str, write: Callable[[Connection], None]) -> None:
    def write_alone() -> None:
        with opened(url) as connection:
            write(connection)

    with ThreadPoolExecutor(1) as other_process:
        with opened(url) as connection:
            write(connection)
            other = other_process.submit(write_alone)
            wait_until_somebody_waits(connection)
        assert other.exception() is None


def wait_until_somebody_waits(connection: Connection) -> None:
    """With SQLite nobody gets as far as that: whoever would write waits as the transaction begins."""
    if connection.dialect.name == "postgresql":
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        deadline = time.monotonic() + 10
        while not connection.execute(waiting).scalar():
            assert time.monotonic() < deadline
            # Within a transaction the view stays as it was when it was first looked at.
            connection.execute(text("SELECT pg_stat_clear_snapshot()"))


def differences(connection: Connection) -> list[Any]:
    """Between the tables there are and those of the code; some indexes are for one kind of database only."""
    name = connection.dialect.name

    def is_meant(item: SchemaItem, *_: object) -> bool:
        return bool(item.info.get("only", name) == name)

    context = MigrationContext.configure(connection, opts={"include_object": is_meant})
    return list(compare_metadata(context, metadata))


def make_old(url: str, revision: str) -> None:
    """A database as an earlier version of the program left it."""
    engine = open_engine(url, writes=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def change(url: str, *statements: str) -> None:
    engine = open_engine(url, writes=True)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_foreign_schema_is_refused_and_left_alone(url: str) -> None:
    engine = open_engine(url, writes=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
    engine.dispose()
    with pytest.raises(DatabaseUnusable, match="somebody_elses"):
        migrate(url)


def test_a_schema_from_a_newer_program_is_refused(url: str) -> None:
    with opened(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer"):
        migrate(url)


@pytest.mark.parametrize("url_text", ["nonsense", "mysql://x/y"])
def test_a_url_that_is_none_of_ours_is_refused(url_text: str) -> None:
    with pytest.raises(DatabaseUnusable):
        migrate(url_text)


def test_a_pragma_that_sqlite_does_not_take_is_noticed(tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(DatabaseUnusable, match="journal_mode"):
        set_pragma(connection, "journal_mode", "WAL", "wal")
    connection.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear operator, " * 100)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        migrate(f"sqlite:///{tmp_path / 'letter.db'}")
