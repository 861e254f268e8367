"""Notices what other processes did to the database: their events, new maps, new people and tokens."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from panic_server.clock import Clock
from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import SqlQueries
from panic_server.logs import Spell
from panic_server.wire.shapes import Component

EVERY = timedelta(seconds=0.25)
"""Others' changes must be known within a second, of which reading the map of a large city takes up to a half."""

SILENT_S = 3.0
"""With a second for the health page and five for the next heartbeat every console knows within ten."""


class Follower:
    """`on_head(epoch, seq)` is told where the journal is; `on_change[name]()` is awaited when that part changed."""

    def __init__(
        self,
        queries: SqlQueries,
        clock: Clock,
        *,
        on_head: Callable[[str, int], None],
        on_change: Mapping[str, Callable[[], Awaitable[None]]],
    ) -> None:
        self._queries = queries
        self._clock = clock
        self._on_head = on_head
        self._on_change = on_change
        self._revisions: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._spell = Spell("journal.cannot_be_read", over="journal.reads_again")
        self._heard_s = clock.monotonic()

    def wake(self) -> None:
        """Somebody says that there is news: look now."""
        self._wake.set()

    async def start(self) -> None:
        """Reads everything once. Raises JournalUnavailable."""
        self._revisions = await self._queries.revisions()
        for read_again in self._on_change.values():
            await read_again()

    async def run(self) -> None:
        while True:
            try:
                await self._look()
                self._heard_s = self._clock.monotonic()
                self._spell.is_over()
            except JournalUnavailable as error:
                self._spell.goes_on(str(error))
            await self._wait()

    async def _look(self) -> None:
        epoch, seq = await self._queries.head()
        self._on_head(epoch, seq)
        revisions = await self._queries.revisions()
        for name, read_again in self._on_change.items():
            if revisions.get(name) != self._revisions.get(name):
                await read_again()
        self._revisions = revisions

    async def _wait(self) -> None:
        self._wake.clear()
        sleep = asyncio.ensure_future(self._clock.sleep_until(self._clock.now() + EVERY))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((sleep, wake), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            wake.cancel()

    def check(self) -> Component:
        silent_s = self._clock.monotonic() - self._heard_s
        is_heard = silent_s < SILENT_S
        return Component("database", ok=is_heard, detail="answers" if is_heard else f"silent for {silent_s:.0f} s")
