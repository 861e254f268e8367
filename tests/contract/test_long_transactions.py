"""PostgreSQL ends what takes too long, so that a frozen node stops nobody; what takes long by its nature must go on."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.json import decode
from sqlalchemy import Connection, text

from dispatch.incident import Incident
from panic_server.journal import database, loading, schema
from panic_server.journal.admin import migrate
from panic_server.journal.codec import read_incident
from panic_server.journal.looking import trouble
from tests.contract.desk import Desk
from tests.services import PostgresServer

IMPATIENT = {"statement_timeout": "250", "lock_timeout": "200", "idle_in_transaction_session_timeout": "200"}


@pytest.fixture
def url(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, milliseconds in IMPATIENT.items():
        monkeypatch.setitem(database.POSTGRES_SETTINGS, name, milliseconds)
    return postgres.new_database()


async def test_a_node_that_loads_a_busy_city_is_not_cut_off_and_holds_up_no_alarm(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_loading = threading.Event()

    def read_slowly(state: str) -> Incident:
        is_loading.set()
        time.sleep(0.1)
        return read_incident(state)

    async with Desk(url) as desk:
        for number in range(10):
            await desk.press(f"phone-{number}")
        monkeypatch.setattr(loading, "read_incident", read_slowly)
        other = Desk(url, clock=desk.clock)
        starting = asyncio.create_task(other.__aenter__())
        assert await asyncio.to_thread(is_loading.wait, 30)
        pressed = await desk.press("late")
        was_loading_still = not starting.done()
        async with await starting:
            again = await other.press("late")
    assert was_loading_still
    assert decode(again.answer)["incident_id"] == decode(pressed.answer)["incident_id"]


def test_a_large_citys_tables_may_take_long_to_change_while_another_node_waits(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_tables = schema._migrate

    def change_slowly(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(0.6)"))
        time.sleep(0.6)
        change_tables(connection)

    monkeypatch.setattr(schema, "_migrate", change_slowly)
    with ThreadPoolExecutor(2) as nodes:
        both = [nodes.submit(migrate, url) for _ in range(2)]
        assert [node.exception(30) for node in both] == [None, None]
    assert trouble(url) is None
