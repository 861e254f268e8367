"""Moves what SQLite's write-ahead log holds into the database file, beside the writer and not within its commits.

Left to itself SQLite does it in whichever commit fills the log, in a burst every half second, and every alarm of that
commit waits for it. PostgreSQL has a process of its own for the same work.
"""

import sqlite3
import threading
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.reasons import reason
from panic_server.logs import Spell

EVERY_S: Final = 0.5

LONG_LOG_PAGES: Final = 16_000
"""64 MiB. While commits follow each other without a pause the log cannot begin anew by itself; from here on it is told
to, for which the writer has to wait a moment.
"""

WAIT_MS: Final = 20
"""A commit may wait for the log's new beginning at most as long: when a long read keeps it up, the next try may do."""


class Checkpoints:
    """A thread on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, writes=False)
        self._spell = Spell("journal.checkpoint_failed", over="journal.checkpoints_again")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-checkpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        while not self._is_over.wait(EVERY_S):
            try:
                self.once()
                self._spell.is_over()
            except (SQLAlchemyError, sqlite3.Error, DatabaseUnusable) as error:
                # The log only grows meanwhile; whether alarms can be stored the writer itself finds out.
                self._spell.goes_on(reason(error))

    def once(self) -> int:
        """Returns how many pages of the log are still to be moved."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
            _, logged, moved = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if logged > LONG_LOG_PAGES:
                _, logged, moved = cursor.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            return int(logged - moved)
        finally:
            connection.close()
