"""What the command line does to the database, beside a running server or without one. Each call is one transaction."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from msgspec.json import decode
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from dispatch.units import Unit
from geo.areas import AreaMap, MapRefused
from geo.geojson import File, read_map
from geo.stored import is_the_same, read_stored, write_stored
from panic_server.journal import tables
from panic_server.journal.accounts import add_code, add_person, add_token, note_change
from panic_server.journal.database import open_engine
from panic_server.journal.schema import ensure_schema
from panic_server.journal.times import micros
from panic_server.people import Role

MAPS_KEPT = 10

_ABOVE_ALL = 2**31 - 1
"""No version of the map comes so far: the column holds no larger number."""


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """One transaction in a database whose schema is there and current. Raises DatabaseUnusable or SQLAlchemyError."""
    engine = open_engine(url, writes=True)
    try:
        ensure_schema(engine)
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def migrate(url: str) -> bool:
    """True when the schema was made or changed."""
    engine = open_engine(url, writes=True)
    try:
        return ensure_schema(engine)
    finally:
        engine.dispose()


def issue_token(
    url: str,
    *,
    role: Role,
    subject: str,
    areas: tuple[str, ...] | None,
    name: str | None,
    now: datetime,
    unit: Unit | None = None,
) -> str:
    """A new token for the person, who is made if need be. Raises RoleConflict."""
    token = secrets.token_urlsafe(32)
    with opened(url) as connection:
        add_person(connection, subject, role, name, areas, unit)
        add_token(connection, subject, token, micros(now))
    return token


def issue_code(
    url: str,
    *,
    role: Role,
    subject: str,
    areas: tuple[str, ...] | None,
    name: str | None,
    now: datetime,
    unit: Unit | None = None,
) -> str:
    """A code that signs a browser in, once. Raises RoleConflict."""
    code = secrets.token_urlsafe(18)
    with opened(url) as connection:
        add_person(connection, subject, role, name, areas, unit)
        add_code(connection, subject, code, micros(now))
    return code


class PersonUnknown(Exception):
    """There is nobody with this subject and role."""


def revoke_tokens(url: str, *, role: Role, subject: str, now: datetime) -> int:
    """Ends all tokens and unused codes of this person in every running server within a second, and whose token was an
    officer's is off duty then. Returns how many tokens; raises PersonUnknown.
    """
    people, tokens, codes = tables.people, tables.tokens, tables.codes
    with opened(url) as connection:
        known = select(people.c.subject).where(people.c.subject == subject, people.c.role == role.value)
        if connection.execute(known).first() is None:
            raise PersonUnknown(f"there is no {role} {subject}")
        mine = (tokens.c.subject == subject) & tokens.c.revoked_at.is_(None)
        ended = connection.execute(update(tokens).where(mine).values(revoked_at=micros(now))).rowcount
        unused = (codes.c.subject == subject) & codes.c.used_at.is_(None)
        connection.execute(update(codes).where(unused).values(used_at=micros(now)))
        note_change(connection)
    return ended


def load_map(connection: Connection) -> tuple[AreaMap, int]:
    """The newest version that can be read, and the number of the newest; an empty map, and 0, before the first import.

    A later Kentongan may have kept one that this one does not understand: an older map is better than none.
    """
    return _newest_readable(lambda below: _newest(connection, below))


def _newest_readable(find: Callable[[int], tuple[int, str | None]]) -> tuple[AreaMap, int]:
    """`find` has the newest version below another one."""
    version, document = find(_ABOVE_ALL)
    newest = version
    while document is not None:
        try:
            return read_stored(document, version=version), newest
        except MapRefused:
            version, document = find(version)
    return AreaMap.empty(), newest


def _newest(connection: Connection, below: int) -> tuple[int, str | None]:
    """Its version and its document; 0 and None where there is none."""
    table = tables.maps
    found = select(table.c.version, table.c.document).where(table.c.version < below)
    row = connection.execute(found.order_by(table.c.version.desc()).limit(1)).first()
    return (row.version, row.document) if row else (0, None)


def areas_of(url: str, subject: str) -> tuple[str, ...]:
    """The areas of a person who is there."""
    people = tables.people
    with opened(url) as connection:
        found = connection.execute(select(people.c.areas).where(people.c.subject == subject)).scalar_one()
    return tuple(decode(found))


def current_map(url: str) -> AreaMap:
    """As `load_map`."""
    return _load_outside(url)[0]


def _load_outside(url: str) -> tuple[AreaMap, int]:
    """As `load_map`, read outside of the transaction, as long as which no alarm can be stored."""

    def find(below: int) -> tuple[int, str | None]:
        with opened(url) as connection:
            return _newest(connection, below)

    return _newest_readable(find)


def store_map(url: str, files: Sequence[File], *, now: datetime) -> AreaMap:
    """All files together are the next version, in force in every running server within a second; the version in force,
    and nothing changes, when they say the same. Raises MapRefused.

    The map of a city takes seconds to build; alarms wait for no more than its row.
    """
    known, newest = _load_outside(url)
    built = read_map(files, version=newest + 1)
    if known.version == newest and is_the_same(built, known):
        return known
    document = write_stored(built)
    with opened(url) as connection:
        version = _add_map(connection, document, now)
    # Another import may have come first.
    return built if version == built.version else read_stored(document, version=version)


def _add_map(connection: Connection, document: str, now: datetime) -> int:
    """Returns its version."""
    table = tables.maps
    version: int = (connection.execute(select(func.max(table.c.version))).scalar() or 0) + 1
    connection.execute(insert(table).values(version=version, imported_at=micros(now), document=document))
    connection.execute(table.delete().where(table.c.version <= version - MAPS_KEPT))
    note_change(connection, "map")
    return version
