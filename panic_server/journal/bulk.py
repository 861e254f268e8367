"""Many rows in one statement: new ones as parameters of a few statements, changes as one JSON parameter.

A statement per row would take and give back the interpreter's lock each time, and on a busy process the event loop wins
it in between; one statement per table and batch does all the work of the database outside the lock.
"""

from collections.abc import Sequence
from itertools import chain, repeat
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

from panic_server.journal.prepared import run

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

    The rows are parameters: as such they cost the writer a quarter of what JSON did, which SQLite reads anew for each
    column. Statements have room for 1, 2, 4 rows and so on up to 128, so that a handful of prepared ones serves every
    batch. On SQLite the last one is filled up with empty rows, which are not inserted, so that there is no second; on
    PostgreSQL, where an empty row has no types, the rest goes in smaller portions.
    """

    def __init__(self, table: Table, dialect: str, *, columns: Sequence[str] | None = None) -> None:
        names = columns or [column.name for column in table.c]
        self._fills_up = dialect == "sqlite"
        self._row = f"({', '.join(['?' if self._fills_up else '%s'] * len(names))})"
        self._empty = (None,) * len(names)
        # The first column of every table is never null.
        source = "SELECT * FROM (VALUES {}) WHERE column1 IS NOT NULL" if self._fills_up else "VALUES {}"
        self._shape = f"INSERT INTO {table.name} ({', '.join(names)}) {source}"
        self._statements: dict[int, str] = {}

    def __call__(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        start = 0
        while start < len(rows):
            left = len(rows) - start
            size = min(ROWS_AT_MOST, 1 << (left - 1).bit_length() if self._fills_up else 1 << (left.bit_length() - 1))
            portion = rows[start : start + size]
            empty = repeat(self._empty, size - len(portion))
            parameters = tuple(chain.from_iterable(chain(portion, empty)))
            run(connection, self._statement(size), parameters)
            start += size

    def _statement(self, size: int) -> str:
        statement = self._statements.get(size)
        if statement is None:
            statement = self._statements[size] = self._shape.format(", ".join([self._row] * size))
        return statement
