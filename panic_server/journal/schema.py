"""The schema: made in an empty database, brought up to date in an older one, refused in anybody else's."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from panic_server.journal.database import DatabaseUnusable, take_time

REVISION: Final = "0004"
"""The newest migration. A test compares it, and `tables.py`, with the migrations themselves."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def present_revision(connection: Connection) -> str | None:
    """None for an empty database. Raises DatabaseUnusable for a foreign one."""
    names = set(inspect(connection).get_table_names())
    if "alembic_version" in names and "head" in names:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(revision) if revision is not None else None
    if names:
        raise DatabaseUnusable(
            "the database holds tables that are not Kentongan's: "
            + ", ".join(sorted(names)[:5])
            + "; name an empty one"
        )
    return None


def ensure_schema(engine: Engine) -> bool:
    """Brings the schema up to date; True when something had to be done. Raises DatabaseUnusable."""
    try:
        with engine.begin() as connection:
            # Whoever changes the tables of a large city needs longer than an alarm may take.
            take_time(connection)
            if present_revision(connection) == REVISION:
                return False
            _take_turn(connection)
            _migrate(connection)
    except DBAPIError as error:
        raise DatabaseUnusable(f"the database cannot be used: {error.orig}") from error
    return True


def _take_turn(connection: Connection) -> None:
    """Of nodes that start together one changes the tables, and the others wait for it, however long that takes."""
    if connection.dialect.name == "postgresql":
        before = connection.execute(text("SHOW lock_timeout")).scalar_one()
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(20261122)"))
        # The tables themselves are asked for impatiently: who waits for them holds up every alarm.
        connection.execute(text(f"SET LOCAL lock_timeout = '{before}'"))


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - imported only when needed, it doubles the time to start
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    revision = present_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseUnusable(f"the database's schema {revision} is newer than this Kentongan; upgrade the program")
    command.upgrade(config, "head")
