"""People and their tokens: hashes at rest, answers from memory, and a miss asks the database."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from msgspec.json import decode, encode
from sqlalchemy import Engine, exists, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from dispatch.units import Unit, read_unit
from panic_server.clock import Clock
from panic_server.journal.database import DatabaseUnusable, open_engine
from panic_server.journal.port import JournalUnavailable, PersonRow
from panic_server.journal.queries import Reader
from panic_server.journal.reasons import reason
from panic_server.journal.statements import insert_if_missing, upsert_one
from panic_server.journal.tables import catalogue, codes, duty, people, tokens
from panic_server.journal.times import micros
from panic_server.journal.waiting import PATIENCE_S
from panic_server.people import Principal, Role

KNOWN_MAX: Final = 200_000
"""Tokens held in memory: a city's phones, at some 400 bytes each."""

UNKNOWN_MAX: Final = 10_000
UNKNOWN_S: Final = 1.0
"""A wrong token is not asked for again within this time: a new one must work within a second."""

TOKEN_MAX: Final = 200
"""Characters; ours have 43."""

T = TypeVar("T")

CODE_LIFE: Final = timedelta(hours=24)


def secret_hash(secret: str) -> str:
    """Tokens are 256 random bits, so that one round of SHA-256 is enough: there is nothing to guess from."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SqlAccounts:
    """`panic_server.journal.reading.Accounts` on SQL."""

    def __init__(self, url: str, reader: Reader, clock: Clock) -> None:
        self._engine: Engine = open_engine(url, writes=True)
        self._reader = reader
        self._clock = clock
        self._known: dict[str, Principal] = {}
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._changes = 0

    def close(self) -> None:
        self._engine.dispose()

    def forget(self) -> None:
        """People or tokens have changed: memory asks anew, and keeps no answer to what was asked before."""
        self._changes += 1
        self._known.clear()
        self._unknown.clear()

    async def principal(self, token: str) -> Principal | None:
        """Raises JournalUnavailable for a token not in memory when the database does not answer."""
        known = self._known.get(token)
        if known is not None:
            return known
        if not 0 < len(token) <= TOKEN_MAX or not token.isascii():
            return None
        hashed = secret_hash(token)
        if self._unknown.get(hashed, 0.0) > self._clock.monotonic():
            return None
        changes = self._changes
        found = await self._reader.ask(lambda connection: _find(connection, hashed), within_s=PATIENCE_S)
        if changes == self._changes:
            self._remember(token, hashed, found)
        return found

    def _remember(self, token: str, hashed: str, found: Principal | None) -> None:
        if found is None:
            self._unknown[hashed] = self._clock.monotonic() + UNKNOWN_S
            while len(self._unknown) > UNKNOWN_MAX:
                self._unknown.popitem(last=False)
        else:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            self._known[token] = found

    async def exchange(self, code: str) -> tuple[Principal, str] | None:
        """A code works once, whoever comes first."""
        if not 0 < len(code) <= TOKEN_MAX or not code.isascii():
            return None
        token = secrets.token_urlsafe(32)
        now = micros(self._clock.now())
        principal = await self._write(lambda connection: _exchange(connection, secret_hash(code), token, now))
        return (principal, token) if principal else None

    async def revoke(self, token: str) -> None:
        now = micros(self._clock.now())
        revoked = update(tokens).where(tokens.c.hash == secret_hash(token)).values(revoked_at=now)

        def change(connection: Connection) -> None:
            connection.execute(revoked)
            note_change(connection)

        await self._write(change)
        self._changes += 1
        self._known.pop(token, None)

    async def people(self, role: Role) -> Sequence[PersonRow]:
        query = select(people).where(people.c.role == role.value).order_by(people.c.subject)
        # Put together where they are read: there may be ten thousand, and the event loop has alarms to take.
        return await self._reader.ask(lambda connection: [_person_row(row) for row in connection.execute(query)])

    async def signed_out(self) -> Sequence[Principal]:
        """Officers who are on duty and have no token any more: they cannot answer, and are not to be asked."""
        rows = await self._reader.ask(lambda connection: connection.execute(SIGNED_OUT).all())
        return [_principal(row) for row in rows]

    async def _write(self, change: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._engine.begin() as connection:
                return change(connection)

        try:
            return await asyncio.to_thread(run)
        except (SQLAlchemyError, DatabaseUnusable) as error:
            raise JournalUnavailable(f"the database cannot be used: {reason(error)}") from error


# A city has a token for each phone: only those of the officers on duty are looked at, by `tokens_in_force`.
SIGNED_OUT: Final = (
    select(people)
    .join(duty, duty.c.officer_id == people.c.subject)
    .where(duty.c.on_duty)
    .where(~exists().where(tokens.c.subject == duty.c.officer_id, tokens.c.revoked_at.is_(None)))
)


def _person_row(row: Row[Any]) -> PersonRow:
    return PersonRow(row.subject, Role(row.role), row.name, tuple(decode(row.areas)))


def _principal(row: Row[Any]) -> Principal:
    return Principal(row.subject, Role(row.role), row.name, tuple(decode(row.areas)), read_unit(row.unit))


def _find(connection: Connection, hashed: str) -> Principal | None:
    query = (
        select(people)
        .join(tokens, tokens.c.subject == people.c.subject)
        .where(tokens.c.hash == hashed, tokens.c.revoked_at.is_(None))
    )
    row = connection.execute(query).first()
    return _principal(row) if row else None


def _exchange(connection: Connection, hashed: str, token: str, now: int) -> Principal | None:
    used = (
        update(codes)
        .where(codes.c.hash == hashed, codes.c.used_at.is_(None), codes.c.expires_at > now)
        .values(used_at=now)
        .returning(codes.c.subject)
    )
    row = connection.execute(used).first()
    if row is None:
        return None
    add_token(connection, row.subject, token, now)
    person = connection.execute(select(people).where(people.c.subject == row.subject)).one()
    return _principal(person)


class RoleConflict(Exception):
    """The subject is somebody with another role."""


def add_person(
    connection: Connection,
    subject: str,
    role: Role,
    name: str | None,
    areas: tuple[str, ...] | None,
    unit: Unit | None = None,
) -> None:
    """Makes the person if need be; of one who is there, name, areas and unit change when they are given; `()` takes
    all areas away.

    Raises RoleConflict: tokens in use must not come to mean something else.
    """
    known = connection.execute(select(people).where(people.c.subject == subject)).first()
    if known is not None and known.role != role.value:
        raise RoleConflict(f"{subject} is there already, with the role {known.role}")
    values = {
        "subject": subject,
        "role": role.value,
        "name": name or (known.name if known else subject),
        "areas": known.areas if known and areas is None else encode(areas or ()).decode(),
        "unit": unit.value if unit else known.unit if known else None,
    }
    upsert_one(connection, people, values, key=("subject",))
    note_change(connection)


def add_token(connection: Connection, subject: str, token: str, now: int) -> None:
    values = {"hash": secret_hash(token), "subject": subject, "created_at": now, "revoked_at": None}
    connection.execute(tokens.insert().values(values))


def add_code(connection: Connection, subject: str, code: str, now: int) -> None:
    expires_at = now + CODE_LIFE // timedelta(microseconds=1)
    connection.execute(
        codes.insert().values(hash=secret_hash(code), subject=subject, expires_at=expires_at, used_at=None)
    )


def note_change(connection: Connection, name: str = "accounts") -> None:
    """Running servers look at the catalogue and read again what has changed."""
    insert_if_missing(connection, catalogue, {"name": name, "revision": 0})
    connection.execute(update(catalogue).where(catalogue.c.name == name).values(revision=catalogue.c.revision + 1))
