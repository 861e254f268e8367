"""Many rows in one statement: new ones as parameters of a few statements, changes as one JSON parameter.

A statement per row would take and give back the interpreter's lock each time, and on a busy process the event loop wins
it in between; one statement per table and batch does all the work of the database outside the lock.
"""

from collections.abc import Sequence
from itertools import chain
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
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

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


ROWS_AT_MOST = 128
"""In one statement: of the widest table some 2,000 parameters, far below SQLite's 32,766 and PostgreSQL's 65,535."""


class BulkInsert:
    """INSERT of any number of rows into one table.

    The rows go in portions of 128, 64, 32 and so on down to one, so that a handful of prepared statements serves every
    batch. As parameters they cost the writer a quarter of what JSON did, which SQLite reads anew for each column.
    """

    def __init__(self, table: Table, dialect: str, *, columns: Sequence[str] | None = None) -> None:
        names = columns or [column.name for column in table.c]
        mark = "?" if dialect == "sqlite" else "%s"
        self._row = f"({', '.join([mark] * len(names))})"
        self._begin = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "  # noqa: S608 - the names are our own tables'
        self._statements: dict[int, str] = {}

    def __call__(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        start, size = 0, ROWS_AT_MOST
        while start < len(rows):
            while size > len(rows) - start:
                size //= 2
            parameters = tuple(chain.from_iterable(rows[start : start + size]))
            connection.exec_driver_sql(self._statement(size), parameters)
            start += size

    def _statement(self, size: int) -> str:
        statement = self._statements.get(size)
        if statement is None:
            statement = self._statements[size] = self._begin + ", ".join([self._row] * size)
        return statement
