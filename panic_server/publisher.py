"""Hands the journal's events to the live hub without a hole, whichever process committed them."""

import asyncio
from typing import Final

from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import SqlQueries
from panic_server.journal.writer import Committed
from panic_server.live.hub import Hub
from panic_server.logs import Spell

CHUNK: Final = 1000


class Publisher:
    """`seq` is the last event published here."""

    def __init__(self, hub: Hub, queries: SqlQueries, *, epoch: str, seq: int) -> None:
        self._hub = hub
        self._queries = queries
        self.epoch = epoch
        self.seq = seq
        self._target = seq
        self._is_behind = asyncio.Event()
        self._spell = Spell("live.waits_for_the_journal", over="live.goes_on")

    def take(self, committed: Committed) -> None:
        """One of our own commits. When others committed in between, theirs are read first."""
        if committed.epoch != self.epoch:
            self.restart(committed.epoch, committed.seq)
        elif committed.first_seq == self.seq + 1:
            self._publish_own(committed)
        elif committed.seq > self.seq:
            self.follow(committed.seq)

    def _publish_own(self, committed: Committed) -> None:
        if committed.events:
            self._hub.publish(committed.events)
            self.seq = committed.seq

    def restart(self, epoch: str, seq: int) -> None:
        """Another history: every client takes a fresh snapshot."""
        self.epoch = epoch
        self.seq = self._target = seq
        self._hub.restart(epoch, seq)

    def follow(self, seq: int) -> None:
        """The journal has come to `seq`; what is missing here is read from it."""
        self._target = max(self._target, seq)
        if self._target > self.seq:
            self._is_behind.set()

    async def run(self) -> None:
        """Reads what is missing, until it is cancelled."""
        while True:
            await self._is_behind.wait()
            self._is_behind.clear()
            await self._fill()

    async def _fill(self) -> None:
        epoch = self.epoch
        while self.seq < self._target:
            try:
                events = await self._queries.events(self.seq, self._target, CHUNK)
            except JournalUnavailable as error:
                self._spell.goes_on(str(error))
                return
            self._spell.is_over()
            if self.epoch != epoch:
                # Read from a history that is over by now.
                return
            fresh = [event for event in events if event.seq > self.seq]
            if fresh:
                self._hub.publish(fresh)
                self.seq = fresh[-1].seq
            elif not events:
                return
