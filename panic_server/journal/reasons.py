"""Why the database failed, in its own words as far as they can hold nothing that people sent."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from panic_server.journal.database import DatabaseUnusable


def reason(error: Exception) -> str:
    """Its sentence about a disk, a lock or a table; of an error about values only what kind it is."""
    if not isinstance(error, DBAPIError):
        return str(error) if isinstance(error, sqlite3.Error | DatabaseUnusable) else type(error).__name__
    if isinstance(error.orig, sqlite3.Error):
        # SQLite names tables and columns, and never a value.
        return str(error.orig)
    if isinstance(error, OperationalError):
        said = getattr(getattr(error.orig, "diag", None), "message_primary", None)
        # Without one it is the driver's sentence, with the database's address.
        return str(said) if said else "it does not answer"
    return type(error).__name__
