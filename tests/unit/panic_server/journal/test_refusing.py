"""A database that does not take the settings that durability needs is, for whoever asks, one that does not answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from panic_server.clock import SystemClock
from panic_server.journal import database
from panic_server.journal.accounts import SqlAccounts
from panic_server.journal.admin import migrate
from panic_server.journal.database import DatabaseUnusable
from panic_server.journal.policies import PolicyShelf
from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import Reader, SqlQueries


def refuse(*_: object) -> None:
    raise DatabaseUnusable("SQLite refused PRAGMA synchronous = FULL")


async def test_it_counts_as_unavailable_for_all_who_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, clock = f"sqlite:///{tmp_path}/kentongan.db", SystemClock()
    migrate(url)
    reader = Reader(url)
    accounts = SqlAccounts(url, reader, clock)
    monkeypatch.setattr(database, "set_pragma", refuse)
    asked: list[Callable[[], Awaitable[object]]] = [
        SqlQueries(reader).head,
        lambda: accounts.revoke("token"),
        lambda: PolicyShelf(url, clock).keep("1", ""),
        PolicyShelf(url, clock).texts,
    ]
    for ask in asked:
        with pytest.raises(JournalUnavailable):
            await ask()
    accounts.close()
    reader.close()
