"""The write-ahead log is moved into the database beside the commits, and never in their way."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from panic_server.journal import checkpoints, database
from panic_server.journal.checkpoints import Checkpoints
from panic_server.journal.database import DatabaseUnusable, open_engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def engine(file: Path):
    engine = open_engine(f"sqlite:///{file}", writes=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE rows (text TEXT)")
    yield engine
    engine.dispose()


def write(engine: Engine, rows: int = 100) -> None:
    for _ in range(rows):
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO rows VALUES (?)", ("x" * 5000,))


def rows_in(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        (count,) = connection.execute("SELECT count(*) FROM rows").fetchone()
    connection.close()
    return int(count)


def test_what_the_log_holds_is_moved_into_the_database(file, engine, tmp_path):
    write(engine)
    assert Checkpoints(f"sqlite:///{file}").once() == 0
    without_its_log = Path(shutil.copy(file, tmp_path / "copy.db"))
    assert rows_in(without_its_log) == 100


@pytest.mark.parametrize(("pages", "begins_anew"), [(10, True), (10_000, False)])
def test_only_a_log_that_has_grown_long_is_told_to_begin_anew(file, engine, monkeypatch, pages, begins_anew):
    monkeypatch.setattr(checkpoints, "LONG_LOG_PAGES", pages)
    kept = Checkpoints(f"sqlite:///{file}")
    said: list[str] = []
    event.listen(kept._engine, "connect", lambda connection, _: connection.set_trace_callback(said.append))
    write(engine)
    assert kept.once() == 0
    assert ("PRAGMA wal_checkpoint(RESTART)" in said) is begins_anew


def test_a_long_read_keeps_neither_the_writer_nor_the_checkpoint_up(file, engine, monkeypatch):
    monkeypatch.setattr(checkpoints, "LONG_LOG_PAGES", 10)
    write(engine)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchone()
    write(engine)
    assert Checkpoints(f"sqlite:///{file}").once() > 0
    write(engine)
    reader.execute("COMMIT")
    reader.close()
    assert Checkpoints(f"sqlite:///{file}").once() == 0
    assert rows_in(file) == 300


def test_what_the_log_grew_by_while_a_backup_was_made_is_given_back(file, monkeypatch):
    monkeypatch.setattr(database, "LOG_KEPT_BYTES", 100_000)
    engine = open_engine(f"sqlite:///{file}", writes=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE rows (text TEXT)")
    backup = sqlite3.connect(file, isolation_level=None)
    backup.execute("BEGIN")
    backup.execute("SELECT count(*) FROM rows").fetchone()
    write(engine)
    log = file.with_name(f"{file.name}-wal")
    assert log.stat().st_size > 500_000
    backup.execute("COMMIT")
    backup.close()
    assert Checkpoints(f"sqlite:///{file}").once() == 0
    write(engine, rows=1)
    assert log.stat().st_size <= 100_000
    engine.dispose()


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), DatabaseUnusable("no WAL")])
def test_a_checkpoint_that_fails_is_logged_and_the_next_is_tried(file, engine, monkeypatch, error):
    monkeypatch.setattr(checkpoints, "EVERY_S", 0.001)
    kept = Checkpoints(f"sqlite:///{file}")
    tries: list[str] = []

    def fail() -> int:
        tries.append("failed")
        if len(tries) == 3:
            kept._is_over.set()
        raise error

    monkeypatch.setattr(kept, "once", fail)
    kept.start()
    kept._thread.join(10)
    assert len(tries) == 3
