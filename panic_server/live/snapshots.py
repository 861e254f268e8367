"""Snapshots for live clients: read and encoded once for all who may see the same and come at about the same time."""

import asyncio
from dataclasses import dataclass

import msgspec

from panic_server.clock import Clock
from panic_server.journal.reading import Queries
from panic_server.metrics import Metrics
from panic_server.people import Principal
from panic_server.policies import PolicyInForce
from panic_server.wire import views

# A thousand consoles that come back within a second need one snapshot; what it lacks they get as events.
SHARED_FOR_S = 1.0
# The loop turns between so many incidents: encoding 20 takes less than 2 ms.
ENCODED_AT_ONCE = 20
# Different readers' snapshots are read a few at a time, so that other questions to the database get their turn.
READ_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class EncodedSnapshot:
    """`incidents` is a JSON array in the view of those who asked."""

    epoch: str
    seq: int
    incidents: bytes


class Snapshots:
    def __init__(self, queries: Queries, policies: PolicyInForce, clock: Clock, metrics: Metrics) -> None:
        self._queries = queries
        self._policies = policies
        self._clock = clock
        self._metrics = metrics
        self._shared: dict[frozenset[str], tuple[float, asyncio.Task[EncodedSnapshot]]] = {}
        self._readers = asyncio.Semaphore(READ_AT_ONCE)

    async def read(self, reader: Principal) -> EncodedSnapshot:
        """Of a moment at most SHARED_FOR_S ago. Raises JournalUnavailable."""
        self._forget_old()
        key = reader.selectors()
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = self._clock.monotonic(), asyncio.create_task(self._read(reader))
        task = shared[1]
        try:
            # Whoever asked first may go away before the answer; the others still want it.
            return await asyncio.shield(task)
        finally:
            if task.done() and (task.cancelled() or task.exception() is not None):
                self._shared.pop(key, None)

    def forget(self) -> None:
        """What was read before is of another epoch."""
        self._shared.clear()

    def _forget_old(self) -> None:
        since = self._clock.monotonic() - SHARED_FOR_S
        for key in [key for key, (read_s, task) in self._shared.items() if read_s < since and task.done()]:
            del self._shared[key]

    async def _read(self, reader: Principal) -> EncodedSnapshot:
        async with self._readers:
            found = await self._queries.snapshot(reader)
        self._metrics.snapshot()
        encoded: list[bytes] = []
        for number, incident in enumerate(found.incidents, 1):
            view = views.view_of(incident, reader)
            encoded.append(msgspec.json.encode(views.incident(incident, view, self._policies.current)))
            if number % ENCODED_AT_ONCE == 0:
                await asyncio.sleep(0)
        return EncodedSnapshot(found.epoch, found.seq, b"[%b]" % b",".join(encoded))
