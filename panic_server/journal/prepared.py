"""Statements that every commit makes: written by SQLAlchemy once, then handed to the driver as they are.

SQLAlchemy's own execution costs 60 to 100 µs a statement, and a commit has a dozen of them: for one alarm alone that is
more than all that is decided about it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement


class _Form(NamedTuple):
    """A statement in one dialect; `order` of the parameters where it has places for them and no names."""

    sql: str
    fixed: Mapping[str, Any]
    order: Sequence[str] | None


class Prepared:
    """One statement; whatever it is given by name at each execution is a `bindparam` in it."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def execute(self, connection: Connection, **values: Any) -> Any:
        """The driver's cursor. Raises as SQLAlchemy does."""
        dialect = connection.dialect
        form = self._forms.get(dialect.name) or self._write(dialect)
        given = {**form.fixed, **values}
        parameters = given if form.order is None else tuple([given[name] for name in form.order])
        return run(connection, form.sql, parameters)

    def _write(self, dialect: Dialect) -> _Form:
        compiled = self._statement.compile(dialect=dialect)
        order = getattr(compiled, "positiontup", None)
        form = self._forms[dialect.name] = _Form(str(compiled), dict(compiled.params), order)
        return form


def run(connection: Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Any:
    """In the transaction that the connection is in. Raises as SQLAlchemy does, without what the parameters say."""
    cursor = connection.connection.cursor()
    dialect = connection.dialect
    try:
        cursor.execute(sql, parameters)
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error
    return cursor
