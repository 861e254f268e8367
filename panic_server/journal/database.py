"""Opens the database: SQLite or PostgreSQL, durable in either case, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from panic_server.journal.prepared import run

BUSY_TIMEOUT_S = 5
"""How long one process waits for another's short write: `token` and `import-areas` beside a running server."""

LOG_KEPT_BYTES = 64 * 1024 * 1024
"""As long as `checkpoints.py` lets the log become before it is told to begin anew."""

POSTGRES_SETTINGS = {
    "synchronous_commit": "on",
    "statement_timeout": "5000",
    "lock_timeout": "4000",
    # A node that freezes while it holds the head's lock must not stop the others.
    "idle_in_transaction_session_timeout": "3000",
}

POSTGRES_LINE = {"keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""Seconds, and milliseconds: a database's machine that is gone without a word, as after a power cut or a switch to
another one, is given up in ten seconds. Left to itself the kernel tries for a quarter of an hour, and so long no alarm
would be taken.
"""

POSTGRES_LEISURE_MS = 60_000
"""In place of these where an alarm's few milliseconds are no measure: thousands of rows are read, or tables changed."""


class DatabaseUnusable(Exception):
    """The database cannot be used as it is; the text says why and what to do."""


def open_engine(url: str, *, writes: bool) -> Engine:
    """An engine for one kind of work: with `writes`, every transaction takes the right to write as it begins.

    Raises DatabaseUnusable.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable("KENTONGAN_DATABASE_URL is not a database URL") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(url, writes=writes)
        case "postgresql":
            return _open_postgres(url, writes=writes)
        case other:
            raise DatabaseUnusable(f"{other} is not supported; use sqlite:///PATH or postgresql+psycopg://…")


class OneConnection:
    """Transactions on one connection for as long as it works, and on a new one after any error of the database.

    To take one from the pool for each commit costs as much as the decision about an alarm.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with self._connection.begin():
                yield self._connection
        except SQLAlchemyError:
            self._give_up(self._connection)
            raise

    def _give_up(self, connection: Connection) -> None:
        self._connection = None
        with suppress(SQLAlchemyError):  # It is broken already; what was wrong with it is being raised.
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def take_time(connection: Connection) -> None:
    """For the rest of the transaction: each statement, and the time between two, may take a minute.

    For what holds nothing that an alarm waits for, and for changes of the tables, which cannot be quicker.
    """
    if connection.dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = {POSTGRES_LEISURE_MS}"))


def read_as_of_now(connection: Connection) -> None:
    """All that the transaction reads is as it was at one moment. Call it first; with SQLite it is so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def _open_sqlite(url: str, *, writes: bool) -> Engine:
    connect_args = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect_args, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        set_pragma(connection, "journal_mode", "WAL", "wal")
        set_pragma(connection, "synchronous", "FULL", 2)
        set_pragma(connection, "foreign_keys", "ON", 1)
        # 8 MiB hold a burst's indexes, and 16 were no faster; each reading connection has a cache of its own.
        connection.execute("PRAGMA cache_size = -8192" if writes else "PRAGMA cache_size = -2048")
        # The server moves the log into the database beside its commits (`checkpoints.py`). Should that ever fail, a log
        # of 256 MiB is moved within one.
        connection.execute("PRAGMA wal_autocheckpoint = 64000")
        # While a backup is made the log cannot begin anew, and grows by all that is written; then it gives that back.
        set_pragma(connection, "journal_size_limit", str(LOG_KEPT_BYTES), LOG_KEPT_BYTES)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ())

    return engine


def set_pragma(connection: Any, name: str, value: str, expected: object) -> None:
    """SQLite may quietly keep the old value, after a failed fsync for instance, so its answer is read back.

    Raises DatabaseUnusable.
    """
    connection.execute(f"PRAGMA {name} = {value}")
    got = connection.execute(f"PRAGMA {name}").fetchone()[0]
    if got != expected:
        raise DatabaseUnusable(f"SQLite refused PRAGMA {name} = {value}; it stays at {got}")


def _open_postgres(url: str, *, writes: bool) -> Engine:
    # Nobody waits for who only reads, and a busy machine may keep it from reading on for a while.
    leisure = {} if writes else {"idle_in_transaction_session_timeout": str(POSTGRES_LEISURE_MS)}
    options = "".join(f" -c {name}={value}" for name, value in (POSTGRES_SETTINGS | leisure).items()).strip()
    return create_engine(
        url,
        pool_size=4,
        max_overflow=4,
        pool_timeout=2,
        pool_pre_ping=False,
        # Errors get into logs, and parameters are what people sent.
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "options": options, "prepare_threshold": 2, **POSTGRES_LINE},
    )
