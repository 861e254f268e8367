"""The shelf of policies, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from panic_server.journal.policies import PolicyShelf, load_policies, load_policy_text
from panic_server.journal.port import JournalUnavailable, KeptPolicy
from tests.contract.desk import START, Desk


async def test_each_version_is_kept_as_it_was_with_the_first_and_the_last_time_that_it_came_into_force(
    desk: Desk,
) -> None:
    shelf = PolicyShelf(desk.url, desk.clock)
    texts = {"kota/1+a": 'version = "kota/1"\n# Ronda é malam', "kota-2+b": 'version = "kota-2"'}
    for version in ("kota/1+a", "kota-2+b", "kota/1+a"):
        await shelf.keep(version, texts[version])
        desk.clock.advance(60)
    first, second, third = (START.replace(minute=minute) for minute in range(3))
    assert await desk.reader.ask(load_policies) == [
        KeptPolicy("kota/1+a", first, third, texts["kota/1+a"]),
        KeptPolicy("kota-2+b", second, second, texts["kota-2+b"]),
    ]
    assert await shelf.texts() == [texts["kota/1+a"], texts["kota-2+b"]]
    assert await desk.reader.ask(lambda connection: load_policy_text(connection, "kota-3")) is None


async def test_nodes_that_start_together_keep_the_same_policy_once(desk: Desk) -> None:
    shelf = PolicyShelf(desk.url, desk.clock)
    await asyncio.gather(*(shelf.keep("kota-1", "text") for _ in range(6)), *(desk.press(f"p{n}") for n in range(6)))
    assert [one.version for one in await desk.reader.ask(load_policies)] == ["kota-1"]


async def test_what_could_not_be_kept_or_read_is_said_to_be_so(desk: Desk) -> None:
    await desk.write("DROP TABLE policies")
    shelf = PolicyShelf(desk.url, desk.clock)
    with pytest.raises(JournalUnavailable):
        await shelf.keep("kota-1", "text")
    with pytest.raises(JournalUnavailable):
        await shelf.texts()
