"""Many rows in one statement: the rows travel as one JSON parameter.

A statement per row would take and give back the interpreter's lock each time, and on a busy process the event loop wins
it in between; one statement per table and batch does all the work of the database outside the lock.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    Subquery,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import Executable

ROWS = "rows"


def json_rows(dialect: str, columns: Sequence[Column[Any]], *, name: str = "given") -> Subquery:
    """The parameter `rows`, an array of arrays in the order of `columns`, as a table with these columns."""
    elements = func.json_each if dialect == "sqlite" else func.json_array_elements
    given: ColumnElement[Any] = bindparam(ROWS, type_=Text)
    if dialect != "sqlite":
        given = cast(given, JSON)
    row = elements(given).table_valued("value", name="row")
    value = _sqlite_value if dialect == "sqlite" else _postgres_value
    return select(*(value(row.c.value, i, column).label(column.name) for i, column in enumerate(columns))).subquery(
        name
    )


def _sqlite_value(row: ColumnElement[Any], index: int, column: Column[Any]) -> ColumnElement[Any]:
    return func.json_extract(row, literal_column(f"'$[{index}]'"), type_=column.type)


def _postgres_value(row: ColumnElement[Any], index: int, column: Column[Any]) -> ColumnElement[Any]:
    as_text = row.op("->>")(literal_column(str(index)))
    if isinstance(column.type, Boolean | BigInteger | Integer | Float):
        return cast(as_text, column.type)
    return cast(as_text, Text)


def rows_parameter(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    return {ROWS: msgspec.json.encode(rows).decode()}


class BulkInsert:
    """INSERT of any number of rows into one table."""

    def __init__(self, table: Table, dialect: str, *, columns: Sequence[str] | None = None) -> None:
        chosen = [table.c[name] for name in columns] if columns else list(table.c)
        given = json_rows(dialect, chosen)
        self._statement: Executable = insert(table).from_select([c.name for c in chosen], select(given))

    def __call__(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            connection.execute(self._statement, rows_parameter(rows))
