"""Why the database failed: in words for whoever mends it, and without what people sent."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from panic_server.journal.database import open_engine
from panic_server.journal.reasons import reason


def test_sqlite_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}", writes=False)
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT name FROM guests WHERE name = :name"), {"name": "Siti"})
    engine.dispose()
    assert reason(failed.value) == "no such table: guests"
    assert reason(sqlite3.OperationalError("disk I/O error")) == "disk I/O error"


def test_a_database_that_does_not_answer_is_said_so_without_its_address() -> None:
    engine = open_engine("postgresql+psycopg://kentongan:hunter2@127.0.0.1:1/kentongan", writes=False)
    with pytest.raises(OperationalError) as failed:
        engine.connect()
    assert reason(failed.value) == "it does not answer"


def test_an_error_about_a_value_does_not_repeat_it() -> None:
    error = DataError("INSERT", None, psycopg.DataError('invalid input syntax for type integer: "Siti"'))
    assert reason(error) == "DataError"
