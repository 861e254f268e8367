"""What keeps the database small takes nothing away that anybody may still ask for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from panic_server.journal import housekeeping
from panic_server.journal.accounts import CODE_LIFE, SqlAccounts
from panic_server.journal.admin import issue_code, issue_token, revoke_tokens
from panic_server.journal.housekeeping import PACKED_AFTER, SWEPT_EVERY, WORTHLESS_FOR, Housekeeping
from panic_server.people import Role
from tests.contract.desk import START, Desk

LONG_AGO = START - WORTHLESS_FOR - CODE_LIFE - timedelta(days=1)


@pytest.fixture
def keeper(desk: Desk) -> Housekeeping:
    return Housekeeping(desk.url, desk.reader, desk.clock)


async def plain(desk: Desk) -> list[int]:
    return [row[0] for row in await desk.rows("SELECT seq FROM events WHERE payloads LIKE '{%' ORDER BY seq")]


def new_token(desk: Desk, subject: str, now: datetime) -> str:
    return issue_token(desk.url, role=Role.OFFICER, subject=subject, areas=(), name=None, now=now)


def new_code(desk: Desk, now: datetime) -> str:
    return issue_code(desk.url, role=Role.OFFICER, subject="budi", areas=(), name=None, now=now)


async def test_what_was_sent_of_old_events_is_packed_and_reads_as_before(
    desk: Desk, keeper: Housekeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "PLAIN_EVENTS", 2)
    for number in range(5):
        await desk.press(f"phone-{number}")
    before = await desk.queries.events(0, None, 100)
    [(size,)] = await desk.rows("SELECT sum(length(payloads)) FROM events")
    desk.clock.advance(PACKED_AFTER.total_seconds() + 1)
    await keeper.once()
    assert await plain(desk) == [event.seq for event in before[-2:]]
    assert await desk.queries.events(0, None, 100) == before
    [(packed_size,)] = await desk.rows("SELECT sum(length(payloads)) FROM events")
    assert packed_size < size * 0.7


async def test_young_events_and_the_newest_stay_as_they_are(
    desk: Desk, keeper: Housekeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press("phone-1")
    desk.clock.advance(PACKED_AFTER.total_seconds() + 1)
    await keeper.once()
    assert await plain(desk) == await desk.seqs(), "clients may come back from so few events ago"
    monkeypatch.setattr(housekeeping, "PLAIN_EVENTS", 0)
    old = await desk.seqs()
    await desk.press("phone-2")
    await keeper.once()
    assert await plain(desk) == [seq for seq in await desk.seqs() if seq not in old], "they are of today"


async def test_portions_go_on_where_the_last_one_ended(
    desk: Desk, keeper: Housekeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "PLAIN_EVENTS", 0)
    monkeypatch.setattr(housekeeping, "PORTION", 2)
    for number in range(5):
        await desk.press(f"phone-{number}")
    desk.clock.advance(PACKED_AFTER.total_seconds() + 1)
    left = []
    for _ in range(4):
        await keeper.once()
        left.append(len(await plain(desk)))
    assert left == [3, 1, 0, 0]


async def test_secrets_that_are_worth_nothing_for_long_are_removed_and_no_others(
    desk: Desk, keeper: Housekeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "PORTION", 2)
    for _ in range(3):
        new_token(desk, "budi", LONG_AGO)
        new_code(desk, LONG_AGO)
    revoke_tokens(desk.url, role=Role.OFFICER, subject="budi", now=LONG_AGO)
    token = new_token(desk, "budi", LONG_AGO)
    new_token(desk, "siti", LONG_AGO)
    revoke_tokens(desk.url, role=Role.OFFICER, subject="siti", now=START)
    code = new_code(desk, START)
    for _ in range(2):
        await keeper.once()
    [(tokens, codes)] = await desk.rows("SELECT (SELECT count(*) FROM tokens), (SELECT count(*) FROM codes)")
    assert (tokens, codes) == (2, 1)
    accounts = SqlAccounts(desk.url, desk.reader, desk.clock)
    assert await accounts.principal(token)
    assert await accounts.exchange(code)
    accounts.close()


async def test_secrets_are_looked_through_once_an_hour(desk: Desk, keeper: Housekeeping) -> None:
    await keeper.once()
    new_code(desk, LONG_AGO)
    await keeper.once()
    assert await desk.rows("SELECT count(*) FROM codes") == [(1,)]
    desk.clock.advance(SWEPT_EVERY.total_seconds())
    await keeper.once()
    assert await desk.rows("SELECT count(*) FROM codes") == [(0,)]
