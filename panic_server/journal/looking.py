"""Whether a database can be used, asked without changing anything in it."""

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.schema import REVISION, present_revision


def trouble(url: str) -> str | None:
    """Why it cannot be used. A file of SQLite's that is not there yet is no trouble, nor is an empty database."""
    try:
        engine = _reader(url)
        if engine is None:
            return None
        try:
            with engine.connect() as connection:
                revision = present_revision(connection)
        finally:
            engine.dispose()
    except DatabaseUnusable as error:
        return str(error)
    except DBAPIError as error:
        return f"cannot be used: {error.orig}"
    return None if revision is None or revision <= REVISION else f"its schema {revision} is newer than this Kentongan"


def _reader(url: str) -> Engine | None:
    """None where there is no file. SQLite is opened for reading only: a foreign database is to stay as it is."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return open_engine(url, writes=False)
    path = Path(parsed.database or "").absolute()
    if not path.exists():
        return None
    return create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
